"""What a listener has heard so far, so that nothing is missed and nothing told twice.

Where ids may be committed out of order, a window behind the newest is read again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from fastagi_server.store import tidings
from fastagi_server.telephony.tiding import Kind, Tiding

WINDOW = 1000


class Heard:
    """The newest id, and which of those within the window behind it were given already."""

    def __init__(self, *, window: int) -> None:
        self._window = window
        self._newest = -1
        self._given: set[int] = set()

    @property
    def newest(self) -> int:
        """The newest id that was heard, -1 before the first look."""
        return self._newest

    def catch_up(self, conn: Connection) -> list[Tiding]:
        """Give what was told since; where some is gone already, tell to look at the whole store."""
        oldest, newest = tidings.bounds(conn)
        if self._newest < 0:
            # Whoever begins to listen asks the store itself for everything before.
            self._newest = newest
            self._given.update(each.id for each in tidings.since(conn, newest - self._window))
            return []
        gone = oldest > self._newest + 1
        found = self.fresh(tidings.since(conn, max(0, self._newest - self._window)))
        if not gone:
            return found
        at = found[-1].at
        return [Tiding(id=newest, at=at, kind=kind) for kind in (Kind.OPTOUTS, Kind.DIDS)]

    def fresh(self, told: Iterable[Tiding]) -> list[Tiding]:
        """Give those that were not given before."""
        found = []
        for each in told:
            if each.id not in self._given:
                self._given.add(each.id)
                self._newest = max(self._newest, each.id)
                found.append(each)
        if len(self._given) > 2 * self._window:
            self._given = {each for each in self._given if each > self._newest - self._window}
        return found
