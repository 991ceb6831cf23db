"""Findings in one line each. This file does not know what is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from fastagi_server.console.actions import Finding, Level
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import DiscadorError

NOTHING = "-"
_SHOWN = 3


def judged(key: str, *, good: bool, **says: object) -> Finding:
    """Give what is either good or bad."""
    return Finding(key=key, level=Level.GOOD if good else Level.BAD, says=says)


def noted(key: str, **says: object) -> Finding:
    """Give what is worth knowing and keeps nothing from working."""
    return Finding(key=key, level=Level.NOTE, says=says)


def unseen(what: str, why: object) -> Finding:
    """Say honestly that something was not looked at."""
    return noted("unseen", what=what, why=why)


def some(found: Iterable[str]) -> str:
    """Give the first few of what was found, and how many more there are."""
    every = list(found)
    more = f" +{len(every) - _SHOWN}" if len(every) > _SHOWN else ""
    return (", ".join(every[:_SHOWN]) or NOTHING) + more


async def looked(what: str, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    """Look at one thing; Asterisk's refusal to show it is a note, for the missing right is told apart."""
    try:
        return await look()
    except DiscadorError as error:
        return [unseen(what, frames.failed(error))]
