"""A thread that hears tidings, whichever process of the store told them, and hands them on.

`heard_until` says how fresh that is: everything committed before it was handed on. While the database is
away it stands still, and whoever must not act on old news looks at it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy import Engine

from fastagi_server.store.postgres_ear import PostgresEar
from fastagi_server.store.sqlite_ear import SqliteEar
from fastagi_server.telephony.tiding import Tiding

AGAIN_SECONDS = 0.25
OPEN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Ear(Protocol):
    """One database's own way to hear; whoever has heard nothing waits the pause before he looks again."""

    pause_seconds: float

    def listen(self) -> Sequence[Tiding]:
        """Connect anew and give what was told since the last tiding that was given."""
        ...

    def hear(self) -> Sequence[Tiding]:
        """Give what was told meanwhile, or wait a little for it."""
        ...

    def close(self) -> None:
        """Let go of the connection, whatever state it is in."""
        ...


def ear(database: Engine) -> Ear:
    """Give the ear for a database."""
    return PostgresEar(database) if database.dialect.name == "postgresql" else SqliteEar(database)


class Feed:
    """Hears until it is closed; `heard` is called in the feed's thread and must be quick."""

    def __init__(
        self, source: Ear, *, heard: Callable[[Sequence[Tiding]], None], steady: Callable[[], float]
    ) -> None:
        self._ear = source
        self._heard = heard
        self._steady = steady
        self._stopped = threading.Event()
        self._opened = threading.Event()
        self._deaf = ""
        self._thread = threading.Thread(target=self._run, name="store-feed", daemon=True)
        self.heard_until = float("-inf")

    def start(self) -> None:
        """Begin, and wait until the first look is over, so that whoever starts next is not behind."""
        self._thread.start()
        self._opened.wait(OPEN_SECONDS)

    def close(self) -> None:
        """Hear no more, and return when the thread has ended."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        listening = False
        while not self._stopped.is_set():
            # Taken before the look: what is committed while we look may be missed by it.
            before = self._steady()
            try:
                found = self._ear.hear() if listening else self._ear.listen()
            except Exception as error:  # noqa: BLE001 - whatever a database can do, it is tried again
                listening = False
                self._ear.close()
                self._tell(str(getattr(error, "orig", None) or error))
                self._opened.set()
                self._stopped.wait(AGAIN_SECONDS)
                continue
            listening = True
            if found:
                self._heard(found)
            self.heard_until = before
            self._opened.set()
            self._tell("")
            if not found:
                self._stopped.wait(self._ear.pause_seconds)
        self._ear.close()

    def _tell(self, deaf: str) -> None:
        """Log a trouble when it begins and when it is over."""
        if deaf and not self._deaf:
            _log.warning(
                "the store's tidings are not heard, nothing prepared is dialed until they are: %s", deaf
            )
        elif self._deaf and not deaf:
            _log.warning("the store's tidings are heard again")
        self._deaf = deaf
