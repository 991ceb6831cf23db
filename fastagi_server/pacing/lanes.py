"""Lanes beside each other, of which a call takes one: shared by weight, each under a limit of its own.

One that is closed or full holds up no other. A lane that was closed has no claim to what it has missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from fastagi_server.pacing import scopes
from fastagi_server.pacing.slots import Slots
from fastagi_server.pacing.window import Windows

# Slots of two limits that divide without rest are at one instant, but for what doubles lose.
ROUNDING = 1e-6


class Shares:
    """Fair turns: each one's are as far apart as its weight says, and whose is the earliest is next.

    Whoever was not among those asked for has no claim to the turns that he missed.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._now = 0.0

    def next(self, weights: Mapping[str, float]) -> str:
        """Give whose turn it is among these."""
        begins = {name: max(self._next.get(name, 0.0), self._now) for name in weights}
        name = min(begins, key=lambda each: (begins[each], -weights[each]))
        self._now = begins[name]
        self._next[name] = begins[name] + 1 / weights[name]
        return name


class Lanes:
    """The lanes by name; `open` gives those that take calls now, with their weights."""

    def __init__(self, slots: Slots, windows: Windows) -> None:
        self._slots = slots
        self._windows = windows
        self._shares = Shares()
        self.open: Callable[[], Mapping[str, float]] = dict

    def earliest(self) -> float:
        """Give the first instant at which one of them has a slot; long ago where none is limited, or open."""
        return min((self._slots.earliest((scope,), -math.inf) for scope in self._scopes()), default=-math.inf)

    def held_until(self, slot: float) -> float:
        """Give the first instant that the writes to one of those allow that have a slot by then."""
        free = (scope for scope in self._scopes() if self._has_slot(scope, slot))
        return min((self._windows.earliest((scope,)) for scope in free), default=0.0)

    def next(self, slot: float, now: float) -> str | None:
        """Give the lane of the call that is written now for its slot; None where none may have it."""
        free = {
            name: weight
            for name, weight in self.open().items()
            if self._has_slot(scopes.asterisk(name), slot)
            and self._windows.earliest((scopes.asterisk(name),)) <= now
        }
        return self._shares.next(free) if free else None

    def _has_slot(self, scope: str, slot: float) -> bool:
        return self._slots.earliest((scope,), -math.inf) <= slot + ROUNDING

    def _scopes(self) -> Iterator[str]:
        return (scopes.asterisk(name) for name in self.open())
