"""A secret is read from a file that others cannot read, and told to nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fastagi_server.config.secret import Unusable, read


def held(folder: Path, raw: bytes, mode: int = 0o640) -> Path:
    path = folder / "secret"
    path.write_bytes(raw)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("raw", [b"hunter2", b"hunter2\n", b"hunter2\r\n"])
@pytest.mark.parametrize("mode", [0o640, 0o600, 0o440, 0o400])
def test_the_secret_is_what_the_file_holds(tmp_path: Path, raw: bytes, mode: int) -> None:
    assert read(held(tmp_path, raw, mode)) == "hunter2"


def test_blanks_and_other_letters_are_part_of_a_secret(tmp_path: Path) -> None:
    assert read(held(tmp_path, " p\u00e4ss ".encode())) == " p\u00e4ss "


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o642, 0o641, 0o660])
def test_a_file_that_others_reach_is_refused_with_its_remedy(tmp_path: Path, mode: int) -> None:
    path = held(tmp_path, b"hunter2", mode)
    with pytest.raises(Unusable) as caught:
        read(path)
    assert caught.value.remedy == f"chmod 640 {path}"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"hunter2\nhunter3\n", b"hunter2\x00", b"\xffhunter2", b"x" * 5000]
)
def test_what_is_not_one_secret_is_refused_and_not_told(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(Unusable) as caught:
        read(held(tmp_path, raw))
    assert "hunter" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="No such file"):
        read(tmp_path / "nowhere")


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        read(tmp_path)


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(Unusable, match="regular file"):
        read(pipe)
