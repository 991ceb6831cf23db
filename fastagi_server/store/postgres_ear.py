"""Hears on PostgreSQL: LISTEN on a connection of its own; each notification carries its tiding.

A quiet connection is asked for a sign of life, for one that is half open would hear nothing for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, text

from fastagi_server.store import tidings
from fastagi_server.store.catching_up import WINDOW, Heard
from fastagi_server.telephony.tiding import Tiding

QUIET_SECONDS = 0.025


class PostgresEar:
    """Listens on a connection of its own, used by one thread."""

    pause_seconds = 0.0  # the socket is waited for

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._heard = Heard(window=WINDOW)
        self._conn: Connection | None = None

    def listen(self) -> Sequence[Tiding]:
        """Listen, and only then read: what is committed later is notified."""
        self._conn = self._database.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._conn.execute(text("LISTEN discador"))
        return self._heard.catch_up(self._conn)

    def hear(self) -> Sequence[Tiding]:
        """Wait for notifications, or see that the database still answers."""
        if self._conn is None:
            return self.listen()
        told = self._told(self._conn)
        if not told:
            self._conn.execute(text("SELECT 1"))
        return self._heard.fresh(each for each in told if each is not None)

    def close(self) -> None:
        """Let go of the connection."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.invalidate()
            conn.close()

    def _told(self, conn: Connection) -> list[Tiding | None]:
        driver: Any = conn.connection.driver_connection
        return [tidings.read(note.payload) for note in driver.notifies(timeout=QUIET_SECONDS, stop_after=1)]
