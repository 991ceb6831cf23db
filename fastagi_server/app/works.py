"""Pieces of work that nobody waits for: their failures reach the log, and a house leaves only after them."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, ensureDeferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

_log = logging.getLogger("discador")


class Works:
    """The works that go on."""

    def __init__(self) -> None:
        self._going: set[Deferred[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a piece of work."""

        def over(outcome: Any) -> None:
            self._going.discard(going)
            if isinstance(outcome, Failure):
                _log.error("a piece of work failed: %s", outcome.getTraceback())

        going: Deferred[Any] = ensureDeferred(work)
        self._going.add(going)
        going.addBoth(over)

    async def finished(self, seconds: float, reactor: IReactorTime) -> None:
        """Wait until all works are over, but not for ever."""
        waiting = [_follow(each) for each in self._going]
        await DeferredList(waiting).addTimeout(seconds, reactor, onTimeoutCancel=_give_up)


def _follow(work: Deferred[Any]) -> Deferred[None]:
    """Give a Deferred of our own, so that giving up the wait does not give up the work."""
    over: Deferred[None] = Deferred()

    def told(outcome: Any) -> Any:
        if not over.called:
            over.callback(None)
        return outcome

    work.addBoth(told)
    return over


def _give_up(_: Any, seconds: float) -> None:
    _log.warning("some works were not over after %s s; the store and Asterisk have the rest", seconds)
