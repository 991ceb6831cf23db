from __future__ import annotations

import dataclasses
import shutil
import wave
from pathlib import Path

import pytest

from fastagi_server.loadtest import speech
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.errors import NoVoiceError

speaking = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="needs espeak-ng and sox"
)


@pytest.mark.parametrize(
    ("language", "voice"),
    [("es", "es-419"), ("es-MX", "es-419"), ("pt_BR", "pt-br"), ("en-JM", "en-029"), ("fr", "fr-fr")],
)
def test_a_language_has_a_voice(language: str, voice: str) -> None:
    assert speech.voice_for(language) == voice


def test_a_language_without_a_voice_is_told_with_those_that_have_one() -> None:
    with pytest.raises(NoVoiceError, match=r"'tlh'; known are en, .*pt"):
        speech.voice_for("tlh")


@speaking
def test_what_is_spoken_is_what_asterisk_plays_and_is_spoken_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.wav", tmp_path / "deep/b.wav"

    seconds = speech.speak("¿Bueno?", "es", first, lead=0.5, cache=tmp_path)
    speech.speak("¿Bueno?", "es", second, lead=0.5, cache=tmp_path)

    with wave.open(str(first)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert not any(file.readframes(3900))
    assert first.read_bytes() == second.read_bytes()
    assert len(list((tmp_path / "speech").iterdir())) == 1
    assert 0.7 < seconds < 1.3


@speaking
def test_a_country_gets_its_three_prompts_and_their_lengths(tmp_path: Path) -> None:
    grateful = dataclasses.replace(LAB_COUNTRIES[0], thanks=True)

    made = speech.make_prompts([grateful, LAB_COUNTRIES[1]], tmp_path / "sounds", cache=tmp_path)

    for slug, prompts in made.items():
        for name, seconds in vars(prompts).items():
            assert speech.length(tmp_path / f"sounds/{slug}/{name}.wav") == seconds > 1
    assert (tmp_path / "sounds/mexico/thanks.wav").exists()
    assert not (tmp_path / "sounds/usa/thanks.wav").exists()


@speaking
def test_a_beep_makes_a_message_longer(tmp_path: Path) -> None:
    message = tmp_path / "m.wav"
    before = speech.speak("Hello.", "en", message, cache=tmp_path)

    speech.add_beep(message, lead=0.3)

    assert abs(speech.length(message) - before - 1.0) < 0.01
