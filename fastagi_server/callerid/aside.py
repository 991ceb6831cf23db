"""Who of a pool is not shown for a while, why, and who comes back when. It knows members, not numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop

from fastagi_server.callerid.choice import Passed
from fastagi_server.telephony.did import Rest, RestKind

_KINDS = {RestKind.REST: Passed.RESTING, RestKind.QUARANTINE: Passed.QUARANTINE}


class Aside:
    """The members that are set aside; `counts` says how many for which reason."""

    __slots__ = ("_begins", "_ends", "_why", "counts")

    def __init__(self, rests: Iterable[tuple[int, Rest]]) -> None:
        self._why: dict[int, Passed | None] = {}
        self.counts: dict[Passed, int] = {}
        self._begins: list[tuple[float, int, Passed]] = []
        self._ends: list[tuple[float, int]] = []
        for member, rest in rests:
            self._begins.append((rest.since, member, _KINDS[rest.kind]))
            if rest.until is not None:
                self._ends.append((rest.until, member))
        heapify(self._begins)
        heapify(self._ends)

    def __contains__(self, member: int) -> bool:
        return member in self._why

    @property
    def next_end(self) -> float | None:
        """When the next one comes back, None where nobody does."""
        return self._ends[0][0] if self._ends else None

    def put(self, member: int, why: Passed | None) -> None:
        """Set a member aside; one without a reason is gone for good."""
        self._count(self._why.get(member), -1)
        self._why[member] = why
        self._count(why, 1)

    def moves(self, now: float) -> Iterator[tuple[int, Passed | None]]:
        """Give who must be set aside by now, with the reason, then who comes back: None."""
        while self._begins and self._begins[0][0] <= now:
            _, member, why = heappop(self._begins)
            if member not in self._why:
                yield member, why
        while self._ends and self._ends[0][0] <= now:
            _, member = heappop(self._ends)
            why_not = self._why.get(member)
            if why_not is not None:
                del self._why[member]
                self._count(why_not, -1)
                yield member, None

    def _count(self, why: Passed | None, change: int) -> None:
        if why is not None:
            self.counts[why] = self.counts.get(why, 0) + change
