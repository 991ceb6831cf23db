"""Members in queues, one a level: the first of the lowest costs the same among a hundred and a million.

A member leaves from anywhere and joins at a queue's end. The links are numbers in arrays, so that a million
members are a few megabytes and nothing stale is ever passed over. This file does not know what a level means.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from heapq import heappop, heappush

NOBODY = -1


class Links:
    """Who stands behind whom and before whom; several `Levels` may share one, each member in one of them."""

    __slots__ = ("after", "before")

    def __init__(self, members: int) -> None:
        self.after = array("l", [NOBODY]) * members
        self.before = array("l", [NOBODY]) * members


class Levels:
    """The queues of one group of members."""

    __slots__ = ("_after", "_before", "_first", "_last", "_levels", "_told")

    def __init__(self, links: Links) -> None:
        self._after = links.after
        self._before = links.before
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        # Levels that have or had a queue, the lowest first; one that is empty is dropped when it comes up.
        self._levels: list[int] = []
        self._told: set[int] = set()

    def join(self, member: int, level: int) -> None:
        """Put a member, which stands nowhere in this group, at the end of a level's queue."""
        last = self._last.get(level, NOBODY)
        self._before[member] = last
        self._after[member] = NOBODY
        self._last[level] = member
        if last != NOBODY:
            self._after[last] = member
            return
        self._first[level] = member
        if level not in self._told:
            self._told.add(level)
            heappush(self._levels, level)

    def leave(self, member: int, level: int) -> None:
        """Take a member out of the queue of the level that it stands at."""
        before, after = self._before[member], self._after[member]
        if before != NOBODY:
            self._after[before] = after
        if after != NOBODY:
            self._before[after] = before
        if before == NOBODY and after == NOBODY:
            del self._first[level], self._last[level]
        elif before == NOBODY:
            self._first[level] = after
        elif after == NOBODY:
            self._last[level] = before

    def lowest(self) -> int:
        """Give the member that is first at the lowest level, or NOBODY."""
        while self._levels:
            first = self._first.get(self._levels[0])
            if first is not None:
                return first
            self._told.discard(heappop(self._levels))
        return NOBODY

    def in_order(self) -> Iterator[int]:
        """Give the members, the lowest level's first; nobody may join or leave meanwhile."""
        for level in sorted(self._first):
            member = self._first[level]
            while member != NOBODY:
                yield member
                member = self._after[member]
