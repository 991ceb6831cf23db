"""Spoken audio with a known length: espeak-ng speaks, sox makes it what Asterisk plays.

The same words in the same voice are spoken once and kept by their hash. This file knows no call.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.loadtest.debian import cache_folder
from fastagi_server.loadtest.errors import NoVoiceError
from fastagi_server.loadtest.programs import run
from fastagi_server.telephony.country import Country

RATE = 8000
VOICES = {
    "en": "en-us",
    "es": "es-419",
    "pt": "pt-br",
    "fr": "fr-fr",
    "ht": "ht",
    "nl": "nl",
    "gn": "gn",
    "da": "da",
    "en-029": "en-029",
    "en-gb": "en-gb",
    "en-bz": "en-029",
    "en-gy": "en-029",
    "en-jm": "en-029",
}
_TRIM = ("silence", "1", "0.01", "0.5%", "reverse")
_SHAPE = ("norm", "-3", *_TRIM, *_TRIM)
_RECIPE = "2"  # raised when what is done to the audio changes, so that older files are not taken


THANKS = {
    "da": "Tak. Vi ringer ikke til dig igen.",
    "en": "Thank you. We will not call again.",
    "es": "Gracias. No le volveremos a llamar.",
    "fr": "Merci. Nous ne vous appellerons plus.",
    "ht": "Mèsi. Nou p ap rele ou ankò.",
    "nl": "Dank u wel. Wij bellen u niet meer.",
    "pt": "Obrigado. Não ligaremos mais.",
}


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """How long a country's three audio files last, in seconds."""

    identification: float
    optout: float
    offer: float


def main_language(language: str) -> str:
    """Give the language of a regional tag: es of es-419, pt of pt_BR."""
    return language.lower().replace("_", "-").partition("-")[0]


def voice_for(language: str) -> str:
    """Choose the voice of a language; a regional one (es-MX, pt_BR) falls back to its language."""
    tag = language.lower().replace("_", "-")
    for known in (tag, main_language(language)):
        if known in VOICES:
            return VOICES[known]
    raise NoVoiceError(language=language, known=", ".join(sorted(VOICES)))


def speak(text: str, language: str, target: Path, *, lead: float = 0.0, cache: Path | None = None) -> float:
    """Make a wav of the text (8 kHz, mono, 16 bit) after `lead` seconds of silence; give its length."""
    voice = voice_for(language)
    name = hashlib.sha256("\0".join((_RECIPE, voice, f"{lead:.3f}", text)).encode()).hexdigest()[:32]
    kept = (cache or cache_folder()) / "speech" / f"{name}.wav"
    if not kept.exists():
        kept.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        _make(text, voice, lead, kept)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, target)
    target.chmod(0o644)
    return length(target)


def length(path: Path) -> float:
    """Give how many seconds a wav lasts."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def make_prompts(
    countries: Sequence[Country], folder: Path, *, cache: Path | None = None
) -> dict[str, Prompts]:
    """Make <slug>/{identification,optout,offer}.wav in the folder; give their lengths by slug.

    A country that thanks gets thanks.wav too, in its language or, where no words are known, in English.
    """
    made = {}
    for country in countries:
        where, language = folder / country.slug, country.languages[0]
        made[country.slug] = Prompts(
            identification=speak(
                country.texts.identification, language, where / "identification.wav", cache=cache
            ),
            optout=speak(country.texts.optout, language, where / "optout.wav", cache=cache),
            offer=speak(country.texts.offer, language, where / "offer.wav", cache=cache),
        )
        if country.thanks:
            known = main_language(language) if main_language(language) in THANKS else "en"
            spoken = language if known == main_language(language) else known
            speak(THANKS[known], spoken, where / "thanks.wav", cache=cache)
    return made


def add_beep(target: Path, *, lead: float, seconds: float = 0.4) -> None:
    """Put a voicemail's beep behind a message, after a pause."""
    with tempfile.TemporaryDirectory() as folder:
        beep, whole = Path(folder) / "beep.wav", Path(folder) / "whole.wav"
        tone = ("synth", str(seconds), "sine", "1000", "vol", "0.4", "pad", str(lead), "0.3")
        run("sox", "-n", "-r", str(RATE), "-c", "1", "-b", "16", str(beep), *tone)
        run("sox", str(target), str(beep), str(whole))
        shutil.copyfile(whole, target)


def _make(text: str, voice: str, lead: float, kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        raw, shaped = Path(folder) / "raw.wav", Path(folder) / "shaped.wav"
        run("espeak-ng", "-v", voice, "-s", "160", "-w", str(raw), "--stdin", stdin=text)
        form = ("-r", str(RATE), "-c", "1", "-b", "16")
        run("sox", "-D", "-G", str(raw), *form, str(shaped), *_SHAPE, "pad", str(lead), "0")
        shaped.rename(kept)
