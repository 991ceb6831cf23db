from __future__ import annotations

import dataclasses
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from fastagi_server.config.countries import load
from fastagi_server.loadtest import speech
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.loadtest.errors import NoVoiceError
from fastagi_server.telephony.country import Country

speaking = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="needs espeak-ng and sox"
)


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("da", "da"),
        ("en-029", "en-029"),
        ("es", "es-419"),
        ("es-MX", "es-419"),
        ("pt_BR", "pt-br"),
        ("en-JM", "en-029"),
        ("fr", "fr-fr"),
    ],
)
def test_a_language_has_a_voice(language: str, voice: str) -> None:
    assert speech.voice_for(language) == voice


def test_a_language_without_a_voice_is_told_with_those_that_have_one() -> None:
    with pytest.raises(NoVoiceError, match=r"'tlh'; known are da, en, .*pt"):
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


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken")
    speech.make_prompts(load(), folder, cache=folder / "cache")
    return folder


@speaking
@pytest.mark.parametrize("country", load(), ids=lambda country: country.slug)
def test_every_countrys_prompts_are_spoken_and_heard(country: Country, sounds: Path) -> None:
    names = ["identification", "optout", "offer", *(["thanks"] if country.thanks else [])]
    for name in names:
        file = sounds / country.slug / f"{name}.wav"
        told = subprocess.run(["sox", str(file), "-n", "stat"], capture_output=True, text=True, check=True)
        loud = float(next(line for line in told.stderr.splitlines() if "RMS     amp" in line).split()[-1])
        assert loud > 0.03, f"{file} is silent"
        assert 1 < speech.length(file) < 9


@speaking
def test_who_is_thanked_is_thanked_in_the_language_of_the_call(tmp_path: Path) -> None:
    for country in load():
        assert speech.main_language(country.languages[0]) in speech.THANKS
        for language in country.languages:
            assert speech.voice_for(language)


@speaking
def test_a_beep_makes_a_message_longer(tmp_path: Path) -> None:
    message = tmp_path / "m.wav"
    before = speech.speak("Hello.", "en", message, cache=tmp_path)

    speech.add_beep(message, lead=0.3)

    assert abs(speech.length(message) - before - 1.0) < 0.01
