from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.console.sounds import missing

NAME = "discador/mexico/offer"


@pytest.mark.parametrize("place", [f"{NAME}.wav", f"{NAME}.sln16", f"es/{NAME}.g722"])
def test_what_asterisk_finds_is_not_missing(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()

    assert list(missing([NAME], tmp_path)) == []


@pytest.mark.parametrize(
    "place", [NAME, f"{NAME}.mp4", f"{NAME}s.wav", f"a/b/{NAME}.wav", "discador/mexico/x"]
)
def test_what_asterisk_would_not_find_is(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()

    assert list(missing([NAME], tmp_path)) == [NAME]


def test_no_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.wav").mkdir(parents=True)

    assert list(missing([NAME], tmp_path)) == [NAME]
    assert list(missing([NAME], tmp_path / "none")) == [NAME]
