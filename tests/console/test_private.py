"""A file that may hold a secret is whole or not there, and never open to others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fastagi_server.console import private
from fastagi_server.console.errors import CannotWriteError


def test_only_owner_and_group_may_read_it_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "pjsip.conf"
    path.write_text("old")
    path.chmod(0o666)

    private.write(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["pjsip.conf"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another group")
def test_its_reader_stays_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "pjsip.conf"
    path.write_text("old")
    os.chown(path, -1, 4711)

    private.write(path, "new")

    assert path.stat().st_gid == 4711


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "there")

    private.write(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"


def test_what_a_crash_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".x.conf.new").write_text("half")

    private.write(tmp_path / "x.conf", "whole")

    assert (tmp_path / "x.conf").read_text() == "whole"


def test_what_breaks_in_the_middle_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")

    def break_off() -> None:
        with private.replacing(path) as file:
            file.write("half")
            raise LookupError

    with pytest.raises(LookupError):
        break_off()
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize("place", [".", "nowhere/x.conf", "pipe"])
def test_what_cannot_be_written_is_told(tmp_path: Path, place: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CannotWriteError):
        private.write(tmp_path / place, "new")
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]
