"""Puts a rendered dialplan in force, reads it back, and takes it back unless Asterisk runs what was rendered.

Asterisk says Success to a reload of almost anything, so only what it lists afterwards counts.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from fastagi_server.ami import actions, events
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.dialplan.compare import differences, step_from_listing
from fastagi_server.dialplan.read import Step, UnreadableDialplanError, read
from fastagi_server.telephony.errors import DiscadorError

PBX_CONFIG = "pbx_config"
_READABLE = 0o644

Ask = Callable[[Action], Awaitable[Answered]]


class NotInForceError(DiscadorError):
    """Asterisk does not run {path}: {found}. The dialplan of before is {before}."""

    def __init__(self, *, path: str, found: str, before: str) -> None:
        super().__init__(path=path, found=found, before=before)


class NotWritableError(DiscadorError):
    """{path} cannot be written: {why}. The user who runs Discador must own the folder."""

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(path=path, why=why)


async def apply(text: str, path: Path, ask: Ask) -> int:
    """Write the dialplan, reload, read it back, and give how many contexts are in force.

    When Asterisk runs anything else, or cannot be asked, the file of before is put back and reloaded, and
    NotInForceError says what was different.
    """
    want = read(text)
    before = _contents(path)
    write(path, text.encode())
    found = await _in_force(want, ask)
    if not found:
        return len(want)
    state = await _back(path, before, ask)
    raise NotInForceError(path=str(path), found="; ".join(found[:3]), before=state)


async def _back(path: Path, before: bytes | None, ask: Ask) -> str:
    """Put the file of before back, reload it, and say in words how far that went."""
    try:
        _put_back(path, before)
    except NotWritableError as error:
        return f"not in force, for {error.sentence()}"
    try:
        want = read(before.decode()) if before else {}
    except (UnreadableDialplanError, UnicodeDecodeError):
        # Somebody's own hand: it is reloaded as it is, only not compared.
        again = await _in_force({}, ask)
        return f"not in force either: {again[0]}" if again else "put back and reloaded, not compared"
    again = await _in_force(want, ask)
    return f"not in force either: {again[0]}" if again else "in force again"


async def _in_force(want: dict[str, tuple[Step, ...]], ask: Ask) -> list[str]:
    """Reload and give what Asterisk runs otherwise than wanted; not to know is no better than otherwise."""
    try:
        await ask(actions.Reload(module=PBX_CONFIG))
        return differences(want, await listed(want, ask))
    except DiscadorError as no:
        return [no.sentence()]


async def listed(want: dict[str, tuple[Step, ...]], ask: Ask) -> dict[str, list[Step]]:
    """Give what Asterisk runs of these contexts; one that it does not know is not there."""
    got: dict[str, list[Step]] = {}
    for context in want:
        try:
            answered = await ask(actions.ShowDialPlan(context=context))
        except RefusedError:
            continue
        steps = [each for each in answered.events if isinstance(each, events.ListDialplan) and each.priority]
        got[context] = [
            step_from_listing(
                each.extension, each.priority, each.extension_label, each.application, each.app_data
            )
            for each in steps
        ]
    return got


def _contents(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotWritableError(path=str(path), why=error.strerror or str(error)) from error


def _put_back(path: Path, before: bytes | None) -> None:
    if before is not None:
        write(path, before)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritableError(path=str(path), why=error.strerror or str(error)) from error


def write(path: Path, data: bytes) -> None:
    """Write a whole file or nothing; a reader never sees half of it, and nothing is left beside it."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(_READABLE)
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise NotWritableError(path=str(path), why=error.strerror or str(error)) from error
