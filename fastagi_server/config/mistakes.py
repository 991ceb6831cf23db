"""What is wrong with a configuration: every mistake of it, told at once.

This file does not know YAML. A mistake says where it stands, what is there and what would be right; a
secret's value is never part of it.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastagi_server.telephony.errors import DiscadorError

HIDDEN = "(hidden)"
_SHOWN = 60


class Wrong(enum.StrEnum):
    """The ways to be wrong; the console finds a mistake's translation by this word."""

    VALUE = "value"
    MISSING = "missing"
    UNKNOWN = "unknown"
    TWICE = "twice"
    FILE = "file"
    SYNTAX = "syntax"
    LINE = "line"


_SENTENCES = {
    Wrong.VALUE: "{key} is {value}; it should be {expected}",
    Wrong.MISSING: "{key} is missing; it should be {expected}",
    Wrong.UNKNOWN: "{key} is not known here; {expected}",
    Wrong.TWICE: "{key} is given twice; it should be {expected}",
    Wrong.FILE: "this file cannot be used: {value}; {expected}",
    Wrong.SYNTAX: "this is not YAML that we take: {value}; it should be {expected}",
    Wrong.LINE: "this is not a line of a .env file: {value}; it should be {expected}",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was read: a file and its line, or a variable of the environment without one.

    `variable` is the name of what was read from the environment or a .env file.
    """

    file: str
    line: int | None = None
    variable: str = ""

    def __str__(self) -> str:
        if self.line is None:
            return self.file
        return f"{self.file}:{self.line} {self.variable}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing to mend: its place, its key path (trunks.carrier.dial), its value as shown, the remedy."""

    wrong: Wrong
    place: Place
    key: str = ""
    value: str = ""
    expected: str = ""

    def __str__(self) -> str:
        told = _SENTENCES[self.wrong].format(key=self.key, value=self.value, expected=self.expected)
        return f"{self.place}: {told}"


class SettingError(DiscadorError):
    """Mistakes in the configuration: {count}.{told}"""  # noqa: D400 - the list of them ends it

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=_order))
        super().__init__(count=len(self.mistakes), told="".join(f"\n  {each}" for each in self.mistakes))


def _order(each: Mistake) -> tuple[bool, str, int]:
    return each.place.line is None, each.place.file, each.place.line or 0


def shown(value: object) -> str:
    """Give a value as a mistake shows it: quoted, with nothing that could move a terminal, and not long."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def path(parent: str, key: str) -> str:
    """Give the key path of a key under its parent."""
    plain = key if key.isprintable() and 0 < len(key) <= _SHOWN else shown(key)
    return f"{parent}.{plain}" if parent else plain


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give the remedy for a word that is not known: its nearest neighbour, or all there are."""
    names = sorted(known)
    near = nearest(word, names)
    return f"did you mean {near}?" if near else f"known: {', '.join(names) or 'none'}"


def nearest(word: str, known: Sequence[str]) -> str:
    """Give the known word that a word that is not is most like, "" where it is like none."""
    return next(iter(difflib.get_close_matches(word.lower(), known, n=1)), "")
