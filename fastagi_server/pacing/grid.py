"""Slots: instants on a fixed grid, one call each, that do not drift and cannot be banked.

A slot that nobody uses is gone: carriers count in every second, and a quiet one buys no burst.
"""

from __future__ import annotations

import math

from fastagi_server.telephony.errors import BadInputError

FASTEST = 10_000.0
# A slot that is late holds back the slot one second later; the grid is so much slower than the limit that the
# slack of a second's slots absorbs it, or every timer's little lateness would be handed on and grow.
HEADROOM = 0.996


class Grid:
    """The slots of one rate in calls per second, from an instant of the steady clock on."""

    def __init__(self, *, cps: float, start: float) -> None:
        if not 0 < cps <= FASTEST:
            raise BadInputError(field="cps", value=cps, expected=f"more than 0, at most {FASTEST:.0f}")
        self.cps = cps
        self._start = start
        self._next = 0

    def take(self, now: float) -> float:
        """Give the next slot that is not past; those that are past are lost."""
        due = math.ceil((now - self._start) * self.cps - 1e-6)
        self._next = max(self._next, due)
        slot = self.at(self._next)
        self._next += 1
        return slot

    def at(self, index: int) -> float:
        """Give the instant of the slot with that number."""
        return self._start + index / self.cps

    def coming(self, ahead: int) -> float:
        """Give the instant of the slot that will be given after `ahead` others."""
        return self.at(self._next + ahead)
