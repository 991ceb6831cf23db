"""A session that finds out when its server has gone silent: hung, frozen, or behind a wire that was cut.

A server that works on a long answer is silent too, so it is asked at a second door whether it is there. The
driver wakes us ten times a second while it waits; so this file reads no clock.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.types.string import StrDumperUnknown

T = TypeVar("T")

TICKS = 20  # of a tenth of a second
DOOR_SECONDS = 2


class _WithoutNul(StrDumperUnknown):
    """Puts a sign for NUL, which PostgreSQL cannot keep: no hostile word keeps a record out of the store."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class Session(psycopg.Connection[Any]):
    """One that was opened with `opening`, which a second one is opened with too."""

    opening: dict[str, Any]

    def wait(self, gen: Generator[Any, Any, T], *how: Any, **more: Any) -> T:
        """Wait as the driver does, and look after the server now and then."""
        return super().wait(self._watched(gen), *how, **more)

    def _watched(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        quiet = 0
        try:
            wish = next(gen)
            while True:
                ready = yield wish
                quiet = 0 if ready else quiet + 1
                if quiet == TICKS:
                    quiet = 0
                    self._look()
                wish = gen.send(ready)
        except StopIteration as done:
            answer: T = done.value
            return answer

    def _look(self) -> None:
        try:
            psycopg.connect(**{**self.opening, "connect_timeout": DOOR_SECONDS}).close()
        except psycopg.Error as error:
            self.close()
            why = " ".join(str(error).split())
            raise psycopg.OperationalError(f"the server has gone silent: {why}") from error


def open_session(*told: Any, **opening: Any) -> Session:
    """Open a session."""
    session = Session.connect(*told, **opening)
    session.opening = opening
    session.adapters.register_dumper(str, _WithoutNul)
    return session
