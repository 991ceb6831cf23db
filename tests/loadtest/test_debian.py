from __future__ import annotations

import os
from pathlib import Path

import pytest

from fastagi_server.loadtest import debian
from fastagi_server.loadtest.errors import BrokenChrootError, NeedsRootError, NoMirrorError
from fastagi_server.loadtest.owned import Owner

TARGETS = """\
http://mirror.invalid/debian-security/ bookworm-security main
http://mirror.invalid/debian/ bookworm-updates main
http://mirror.invalid/debian/ bookworm contrib
http://mirror.invalid/debian/ bookworm main
"""


def test_the_mirror_is_the_one_that_apt_uses() -> None:
    assert debian.pick_mirror(TARGETS) == "http://mirror.invalid/debian/"


def test_a_machine_without_a_mirror_is_told_so() -> None:
    with pytest.raises(NoMirrorError, match="apt-get"):
        debian.pick_mirror("")


def test_without_root_it_says_what_root_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(NeedsRootError, match=r"needs root \(to build it\); run it again as root"):
        debian.need_root("to build it")


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCADOR_LAB_CACHE", "/srv/lab")
    assert debian.cache_folder() == Path("/srv/lab")

    monkeypatch.setenv("DISCADOR_LAB_CACHE", "")
    assert debian.cache_folder() == Path("/var/cache/discador")


def test_asterisks_numbers_are_those_of_the_chroot(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nasterisk:x:101:102:PBX:/:/bin/false\n")

    assert debian.asterisk_owner(tmp_path) == Owner(uid=101, gid=102)


def test_a_chroot_without_asterisks_user_is_broken(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")

    with pytest.raises(BrokenChrootError, match="remove that folder and run this again"):
        debian.asterisk_owner(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
def test_a_folder_in_which_asterisk_does_not_run_is_not_taken_for_a_chroot(tmp_path: Path) -> None:
    (tmp_path / "asterisk-22").mkdir()

    with pytest.raises(BrokenChrootError):
        debian.ready_chroot(tmp_path)
