from __future__ import annotations

import tempfile
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app.checks.audio import USUAL_FOLDERS, elsewhere, folders, sounds
from fastagi_server.app.checks.reader import Who
from fastagi_server.console.actions import Level

NAMES = ["discador/mexico/offer"]
WHO = Who(name="asterisk", uid=65001, group="asterisk", groups=frozenset())
Make = Callable[..., Path]


@pytest.fixture
def place() -> Path:
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    return made


def record(path: Path, *, rate: int = 8000, width: int = 2, channels: int = 1, frames: int = 80) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as audio:
        audio.setframerate(rate)
        audio.setsampwidth(width)
        audio.setnchannels(channels)
        audio.writeframes(bytes(frames * width * channels))
    return path


def found(place: Path) -> dict[str, Any]:
    return {each.key: each for each in sounds(NAMES, [place], WHO)}


def test_a_prompt_as_asterisk_wants_it_is_good(place: Path) -> None:
    record(place / "discador/mexico/offer.wav")

    assert {each.level for each in found(place).values()} == {Level.GOOD}


@pytest.mark.parametrize("where", ["discador/mexico/offer.ulaw", "es/discador/mexico/offer.gsm"])
def test_another_format_and_a_languages_folder_do_as_well(where: str, place: Path) -> None:
    (place / where).parent.mkdir(parents=True)
    (place / where).write_bytes(b"\x7f" * 160)

    assert {each.level for each in found(place).values()} == {Level.GOOD}


def test_a_missing_prompt_is_named_with_its_place(place: Path) -> None:
    missing = found(place)["sounds"]

    assert missing.level is Level.BAD
    assert missing.says["missing"] == "discador/mexico/offer"
    assert missing.says["place"] == place / "discador/mexico/offer.wav"


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"rate": 16000}, "16000 Hz"),
        ({"width": 1}, "8 bit"),
        ({"channels": 2}, "2 channel"),
        ({"frames": 0}, "empty"),
    ],
)
def test_a_prompt_that_cannot_be_heard_as_it_should_is_told(
    made: dict[str, int], told: str, place: Path
) -> None:
    file = record(place / "discador/mexico/offer.wav", **made)

    wrong = found(place)["sounds_format"]

    assert wrong.level is Level.BAD
    assert told in str(wrong.says["found"])
    assert wrong.says["files"] == str(file)


@pytest.mark.parametrize("contents", [b"", b"RIFF", b"no audio at all"])
def test_a_file_that_is_no_audio_is_told(contents: bytes, place: Path) -> None:
    file = place / "discador/mexico/offer.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(contents)

    assert found(place)["sounds_format"].level is Level.BAD


def test_a_prompt_that_asterisk_may_not_read_is_told(place: Path) -> None:
    record(place / "discador/mexico/offer.wav").chmod(0o600)

    shut = found(place)["sounds_read"]

    assert shut.level is Level.BAD
    assert shut.says["user"] == "asterisk"


def test_where_no_folder_is_seen_nothing_is_judged(place: Path) -> None:
    (told,) = sounds(NAMES, [place / "none"], WHO)

    assert (told.key, told.level) == ("sounds_unseen", Level.NOTE)


def test_asterisks_own_word_goes_before_the_usual_places_and_ours_before_all(place: Path) -> None:
    assert folders(None, "") == list(USUAL_FOLDERS)
    assert folders(None, "/data") == [Path("/data/sounds"), *USUAL_FOLDERS]
    assert folders(place, "/data") == [place]


def test_a_folder_that_is_not_asterisks_own_is_noted(tmp_path: Path) -> None:
    own, other = tmp_path / "sounds", tmp_path / "others"
    own.mkdir()

    (found,) = elsewhere(other, str(tmp_path))

    assert (found.key, found.says["own"]) == ("sounds_elsewhere", own)
    for chosen, told in ((own, str(tmp_path)), (None, str(tmp_path)), (other, ""), (other, "/not/seen")):
        assert list(elsewhere(chosen, told)) == []
