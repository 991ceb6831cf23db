"""The caller IDs of one country in one counting period: least used first, longest idle next.

A heap whose stale entries are passed over: choosing costs the same with 100 numbers and with 1,000,000.
The pool is a view; the store counts, and what it says is learned here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace

from fastagi_server.telephony.did import Use

NEVER = 0.0
_Entry = tuple[int, float, str]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The number chosen and why: its uses before this one, and how many others there were."""

    number: str
    uses: int
    last_at: float
    of: int

    def why(self) -> str:
        """Say it in words, for the record of the choice."""
        idle = "never used before" if self.last_at == NEVER else "idle longest"
        return f"least used of {self.of} ({self.uses} uses in its period), {idle}"


class Pool:
    """One country's numbers; `cap` is each one's uses in the period, 0 for no limit."""

    def __init__(self, *, country: str, period: str, cap: int, uses: Iterable[Use]) -> None:
        self.country = country
        self.period = period
        self.cap = cap
        self._now: dict[str, tuple[int, float]] = {
            use.number: (use.uses, use.last_at or NEVER) for use in uses
        }
        self._heap: list[_Entry] = [(count, last, number) for number, (count, last) in self._now.items()]
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._now)

    @property
    def left(self) -> int | None:
        """How many uses are left in the period; None where there is no limit."""
        return sum(max(0, self.cap - uses) for uses, _ in self._now.values()) if self.cap else None

    def choose(self, now: float) -> Choice | None:
        """Take the next number and count its use here; None when every number is at its cap."""
        entry = self._top()
        if entry is None or (self.cap and entry[0] >= self.cap):
            return None
        uses, last, number = entry
        self._now[number] = (uses + 1, now)
        heapreplace(self._heap, (uses + 1, now, number))
        return Choice(number=number, uses=uses, last_at=last, of=len(self._now))

    def take(self, number: str, now: float) -> None:
        """Count a use of the number that somebody names; whether it is under its cap, the store says."""
        known = self._now.get(number)
        if known is not None:
            self._now[number] = (known[0] + 1, now)
            heappush(self._heap, (known[0] + 1, now, number))

    def learn(self, number: str, uses: int) -> None:
        """Take the store's count of a number: another engine may have used it too."""
        known = self._now.get(number)
        if known is not None and known[0] != uses:
            self._now[number] = (uses, known[1])
            heappush(self._heap, (uses, known[1], number))

    def give_back(self, number: str) -> None:
        """Take back a use that was chosen here and never counted in the store."""
        if number not in self._now:
            return  # somebody else, who waited at the same time, was told that it is not ours any more
        uses, last = self._now[number]
        self.learn(number, uses - 1)
        self._now[number] = (uses - 1, last)

    def forget(self, number: str) -> None:
        """Take a number out: it is not ours any more."""
        self._now.pop(number, None)

    def _top(self) -> _Entry | None:
        while self._heap:
            uses, last, number = self._heap[0]
            if self._now.get(number) == (uses, last):
                return self._heap[0]
            heappop(self._heap)
        return None
