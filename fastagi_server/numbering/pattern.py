"""The numbering plans' patterns as sets of positions, which are walked a digit at a time.

Only what a plan of finite numbers needs: digits, classes, groups, alternatives, ? and {n} or {n,m}. Anything
else is refused, never guessed. This file does not know what a pattern stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fastagi_server.telephony.errors import BadInputError

DIGITS = "0123456789"
END = 0
Positions = frozenset[int]
_TOKEN = re.compile(r"\\d|\[[0-9-]+\]|[0-9]|\(\?:|[()|?]|\{\d+(?:,\d+)?\}")
_CLOSING = (None, "|", ")")


@dataclass(frozen=True)
class _Digit:
    """One of some digits."""

    allowed: str


@dataclass(frozen=True)
class _Either:
    """One of some sequences."""

    ways: tuple[_Sequence, ...]


@dataclass(frozen=True)
class _Times:
    """A part some times, from least to most."""

    part: _Part
    least: int
    most: int


_Part = _Digit | _Either | _Times
_Sequence = tuple[_Part, ...]


@dataclass
class Pattern:
    """One pattern; `first` are the positions before any digit, END among them when nothing is enough."""

    text: str
    first: Positions = frozenset()
    _follows: list[tuple[str, Positions]] = field(default_factory=lambda: [("", frozenset())])

    def __post_init__(self) -> None:
        tokens = _Tokens(self.text)
        parsed = _either(tokens)
        if tokens.next is not None:
            raise tokens.refuse()
        self.first = self._place(parsed, frozenset({END}))

    def step(self, here: Positions, digit: str) -> Positions:
        """Give the positions after one more digit; none are left when the pattern does not fit."""
        found: Positions = frozenset()
        for position in here:
            allowed, after = self._follows[position]
            if digit in allowed:
                found |= after
        return found

    def _place(self, part: _Part, after: Positions) -> Positions:
        """Give a part its positions, from the end towards the beginning."""
        match part:
            case _Digit(allowed):
                self._follows.append((allowed, after))
                return frozenset({len(self._follows) - 1})
            case _Either(ways):
                placed = (self._sequence(way, after) for way in ways)
                return frozenset().union(*placed)
            case _Times(inner, least, most):
                here = after
                for left in range(most, 0, -1):
                    begun = self._place(inner, here)
                    here = begun if left <= least else begun | after
                return here

    def _sequence(self, parts: _Sequence, after: Positions) -> Positions:
        for part in reversed(parts):
            after = self._place(part, after)
        return after


class _Tokens:
    """The tokens of a pattern, one looked at ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rest = self._cut(text)
        self.next = next(self._rest, None)

    def take(self) -> str:
        taken, self.next = self.next, next(self._rest, None)
        return taken or ""

    def refuse(self) -> BadInputError:
        return BadInputError(field="pattern", value=self._text, expected="digits, classes, groups and counts")

    def _cut(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise self.refuse()
            at = found.end()
            yield found.group()


def _either(tokens: _Tokens) -> _Either:
    ways = [_sequence(tokens)]
    while tokens.next == "|":
        tokens.take()
        ways.append(_sequence(tokens))
    return _Either(tuple(ways))


def _sequence(tokens: _Tokens) -> _Sequence:
    parts: list[_Part] = []
    while tokens.next not in _CLOSING:
        parts.append(_times(_part(tokens), tokens))
    return tuple(parts)


def _part(tokens: _Tokens) -> _Part:
    taken = tokens.take()
    if taken in {"(", "(?:"}:
        inside = _either(tokens)
        if tokens.take() != ")":
            raise tokens.refuse()
        return inside
    if taken == r"\d":
        return _Digit(DIGITS)
    if taken[0] == "[":
        return _Digit("".join(each for each in DIGITS if re.fullmatch(taken, each)))
    if taken in DIGITS:
        return _Digit(taken)
    raise tokens.refuse()


def _times(part: _Part, tokens: _Tokens) -> _Part:
    if tokens.next == "?":
        tokens.take()
        return _Times(part, 0, 1)
    if tokens.next and tokens.next[0] == "{":
        least, _, most = tokens.take()[1:-1].partition(",")
        return _Times(part, int(least), int(most or least))
    return part
