"""Pieces of work that nobody waits for: their failures reach the log, and a house leaves only after them."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

_log = logging.getLogger("discador")


class Works:
    """The works that go on."""

    def __init__(self) -> None:
        self._going: set[Deferred[Any]] = set()
        self._idle: list[Deferred[None]] = []

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a piece of work."""

        def over(outcome: Any) -> None:
            self._going.discard(going)
            if isinstance(outcome, Failure):
                _log.error("a piece of work failed: %s", outcome.getTraceback())
            if not self._going:
                waiting, self._idle = self._idle, []
                for each in waiting:
                    each.callback(None)

        going: Deferred[Any] = ensureDeferred(work)
        self._going.add(going)
        going.addBoth(over)

    async def finished(self, seconds: float, reactor: IReactorTime) -> None:
        """Wait until all works are over, those too that others begin meanwhile, but not for ever."""
        if self._going:
            idle: Deferred[None] = Deferred(self._idle.remove)
            self._idle.append(idle)
            await idle.addTimeout(seconds, reactor, onTimeoutCancel=self._give_up)

    def _give_up(self, _: Any, seconds: float) -> None:
        left = len(self._going)
        _log.warning("works not over after %s s: %s; the store and Asterisk have the rest", seconds, left)
