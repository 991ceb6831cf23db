"""Which audio files are in Asterisk's folder of sounds. This file does not know what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

# The endings that the formats of a standard Asterisk 16 to 22 read.
ENDINGS = frozenset(
    {
        "wav",
        "WAV",
        "wav49",
        "wav16",
        "gsm",
        "ulaw",
        "ul",
        "mu",
        "pcm",
        "ulw",
        "alaw",
        "al",
        "alw",
        "sln",
        "sln12",
        "sln16",
        "sln24",
        "sln32",
        "sln44",
        "sln48",
        "sln96",
        "sln192",
        "g722",
        "g723",
        "g723sf",
        "g729",
        "g719",
        "g726-16",
        "g726-24",
        "g726-32",
        "g726-40",
        "siren7",
        "siren14",
        "ilbc",
        "vox",
        "ogg",
        "raw",
    }
)


def missing(names: Iterable[str], folder: Path) -> Iterator[str]:
    """Give the names that Asterisk would not find, neither in the folder nor in a language's folder there."""
    for name in names:
        if not any(found(name, folder)):
            yield name


def found(name: str, folder: Path) -> Iterator[Path]:
    """Give the files that Asterisk may play for a name: of any format, in any language's folder."""
    for root in (folder, *(each for each in _inside(folder) if each.is_dir())):
        path = root / name
        for each in sorted(_inside(path.parent)):
            if each.name.removeprefix(f"{path.name}.") in ENDINGS and each.is_file():
                yield each


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
