"""Hears on SQLite: the file's data version says in microseconds whether anybody has committed.

Every process on the file polls for itself, so it does not matter which of them told it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from fastagi_server.store import tables
from fastagi_server.store.catching_up import Heard
from fastagi_server.store.reader import READS
from fastagi_server.telephony.tiding import Tiding

_NEWEST = f"SELECT max(id) FROM {tables.tiding.name}"  # noqa: S608 - our own word


class SqliteEar:
    """Reads on a connection of its own, used by one thread."""

    # A 9 is to be heard everywhere within 0.1 s; a look wakes the engine, as an event of a call does.
    pause_seconds = 0.04

    def __init__(self, database: Engine) -> None:
        self._database = database
        # SQLite has one writer at a time, so ids are committed in order.
        self._heard = Heard(window=0)
        self._conn: Connection | None = None
        self._version = -1

    def listen(self) -> Sequence[Tiding]:
        """Open the connection and catch up."""
        self._conn = self._database.connect().execution_options(**READS)
        self._version = -1
        return self._look(self._conn)

    def hear(self) -> Sequence[Tiding]:
        """Look whether somebody has told something."""
        return self.listen() if self._conn is None else self._look(self._conn)

    def close(self) -> None:
        """Let go of the connection."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.invalidate()
            conn.close()

    def _look(self, conn: Connection) -> Sequence[Tiding]:
        driver: Any = conn.connection.driver_connection
        (version,) = driver.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return ()
        # Most commits are of calls, and tell nothing.
        (newest,) = driver.execute(_NEWEST).fetchone()
        if (newest or 0) == self._heard.newest:
            self._version = version
            return ()
        # Read after the version: a commit in between is looked at once more, never missed.
        with conn.begin():
            found = self._heard.catch_up(conn)
        self._version = version
        return found
