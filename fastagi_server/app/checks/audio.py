"""The prompts: is each there, can Asterisk play it, and may it read it. This file does not know countries."""

from __future__ import annotations

import shlex
import wave
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fastagi_server.app.checks.reader import Who, is_there, unreadable
from fastagi_server.app.checks.verdicts import judged, noted, some
from fastagi_server.console.actions import Finding
from fastagi_server.console.sounds import found

# Where Debian's Asterisk and one that was built by hand have their sounds.
USUAL_FOLDERS = (Path("/usr/share/asterisk/sounds"), Path("/var/lib/asterisk/sounds"))
_RATE, _WIDTH, _MONO = 8000, 2, 1


def folders(chosen: Path | None, told: str) -> list[Path]:
    """Give the folders to look in: the one chosen, else that of Asterisk's astdatadir and the usual ones."""
    if chosen is not None:
        return [chosen]
    own = [Path(told) / "sounds"] if told else []
    return list(dict.fromkeys([*own, *USUAL_FOLDERS]))


def elsewhere(chosen: Path | None, told: str) -> Iterator[Finding]:
    """Note that we look for the prompts in another folder than Asterisk, where both are seen from here."""
    own = Path(told) / "sounds"
    if chosen is not None and told and is_there(own) and chosen.resolve() != own.resolve():
        yield noted("sounds_elsewhere", chosen=chosen, own=own)


def sounds(names: Sequence[str], folders: Sequence[Path], who: Who | None) -> Iterator[Finding]:
    """Look for every prompt in Asterisk's sounds folders, as far as we see them."""
    seen = [folder for folder in folders if is_there(folder)]
    if not seen:
        yield noted("sounds_unseen", folders=", ".join(map(str, folders)))
        return
    files = {name: [path for folder in seen for path in found(name, folder)] for name in names}
    missing = [name for name, paths in files.items() if not paths]
    place = seen[0] / f"{missing[0]}.wav" if missing else seen[0]
    yield judged("sounds", good=not missing, missing=some(missing), place=place, folder=place.parent)
    there = [path for paths in files.values() for path in paths]
    wrong = {path: why for path in there if (why := _fault(path))}
    yield judged(
        "sounds_format",
        good=not wrong,
        found=some(f"{path}: {why}" for path, why in wrong.items()),
        files=_for_a_shell(wrong),
    )
    if who is None:
        return
    shut = sorted(set(unreadable(there, who)))
    yield judged(
        "sounds_read", good=not shut, user=who.name, found=some(map(str, shut)), files=_for_a_shell(shut)
    )


def _fault(path: Path) -> str:
    """Say why Asterisk cannot play a file as it should be heard; nothing wrong is an empty text."""
    try:
        if not path.stat().st_size:
            return "empty"
        if path.suffix != ".wav":
            return ""
        return _of_wave(path)
    except PermissionError:
        return ""  # then it is not ours to judge; whether Asterisk may read it is told apart
    except (OSError, EOFError, wave.Error) as error:
        return str(error) or "cut short"


def _of_wave(path: Path) -> str:
    with wave.open(str(path), "rb") as audio:
        heard = (audio.getframerate(), audio.getsampwidth(), audio.getnchannels())
        if not audio.getnframes():
            return "empty"
    if heard == (_RATE, _WIDTH, _MONO):
        return ""
    return f"{heard[0]} Hz, {heard[1] * 8} bit, {heard[2]} channel(s)"


def _for_a_shell(paths: Iterable[Path]) -> str:
    return " ".join(shlex.quote(str(path)) for path in paths)
