"""Slots: instants at which one call may leave, under several rates at once; the strictest decides.

A bucket holds one call and no more. A slot that nobody uses is gone, for carriers count in every second and a
quiet one buys no burst; one that is used late does not push the next, so the instants do not drift.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from fastagi_server.telephony.errors import BadInputError

FASTEST = 10_000.0
# A slot that is late holds back the slot one second later; the slots are so much further apart than the limit
# asks that the slack of a second's slots absorbs it, or every timer's little lateness would grow.
HEADROOM = 0.996
# The longest time without a turn that is no more than a busy machine's.
STALL_SECONDS = 0.05


class Bucket:
    """One rate, in calls per second: None for no limit, 0 for nothing at all."""

    __slots__ = ("_last", "interval", "rate")

    def __init__(self, rate: float | None) -> None:
        self._last = -math.inf
        self.set(rate)

    def set(self, rate: float | None) -> None:
        """Change the rate; what was taken under the old one counts on."""
        if rate is not None and not 0 <= rate <= FASTEST:
            raise BadInputError(field="cps", value=rate, expected=f"0 to {FASTEST:.0f}")
        self.rate = rate
        self.interval = 0.0 if rate is None else 1 / (rate * HEADROOM) if rate else math.inf

    def earliest(self) -> float:
        """Give the first instant of the steady clock at which a slot is free."""
        if self.interval == math.inf:
            return math.inf
        return self._last + self.interval

    def take(self, slot: float) -> None:
        """Take a slot."""
        self._last = max(self._last, slot)

    def take_in_grid(self, slot: float) -> None:
        """Take our own free slot before this one, where that is not more than half an interval ago.

        Who is chosen among several has his slots a little late; the next ones do not move for it.
        """
        self.take(min(slot, max(self.earliest(), slot - self.interval / 2)))


class Slots:
    """The buckets of many scopes; a scope that was never given a rate has no limit."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        # The same scopes are asked for again and again; what was found holds until a bucket comes or goes.
        self._found: dict[tuple[str, ...], list[Bucket]] = {}

    def set(self, scope: str, rate: float | None) -> None:
        """Give a scope its rate from now on."""
        bucket = self._buckets.get(scope)
        if bucket is None:
            self._buckets[scope] = Bucket(rate)
            self._found.clear()
        elif bucket.rate != rate:
            bucket.set(rate)

    def rate(self, scope: str) -> float | None:
        """Give a scope's rate, None where it has no limit."""
        bucket = self._buckets.get(scope)
        return None if bucket is None else bucket.rate

    def scopes(self) -> tuple[str, ...]:
        """Give every scope that was ever given a rate."""
        return tuple(self._buckets)

    def forget(self, scopes: Iterable[str]) -> None:
        """Know nothing more of these scopes."""
        for scope in scopes:
            self._buckets.pop(scope, None)
        self._found.clear()

    def earliest(self, scopes: tuple[str, ...], now: float) -> float:
        """Give the first free slot in every scope, not before now; infinite where one is closed."""
        for bucket in self._of(scopes):
            now = max(now, bucket.earliest())
        return now

    def interval(self, scopes: tuple[str, ...]) -> float:
        """Give how far apart the slots of these scopes are, in seconds."""
        return max((bucket.interval for bucket in self._of(scopes)), default=0.0)

    def kept(self, scopes: tuple[str, ...], slot: float, now: float) -> float:
        """Give the slot that a call has that is written now for a slot; far too late it has that of now.

        After a short stall the slots stay where they are, and those are gone that it has missed.
        """
        interval, late = self.interval(scopes), now - slot
        if late > max(interval / 2, STALL_SECONDS):
            return now
        return slot + late // interval * interval if 0 < interval < late else slot

    def take(self, scopes: Iterable[str], slot: float, in_grid: Sequence[str] = ()) -> None:
        """Take a slot in every scope; those `in_grid` keep their own instants."""
        for scope in scopes:
            bucket = self._buckets.get(scope)
            if bucket is None:
                continue
            if scope in in_grid:
                bucket.take_in_grid(slot)
            else:
                bucket.take(slot)

    def _of(self, scopes: tuple[str, ...]) -> list[Bucket]:
        found = self._found.get(scopes)
        if found is None:
            found = self._found[scopes] = [self._buckets[each] for each in scopes if each in self._buckets]
        return found
