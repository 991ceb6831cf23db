"""What a house does again and again; a round that lasts is not begun a second time.

This file does not know what the rounds are for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import CancelledError
from twisted.internet.task import LoopingCall

from fastagi_server.dialer.ports import Spawn
from fastagi_server.telephony.errors import DiscadorError

_log = logging.getLogger("discador")


class Rounds:
    """The rounds of one house; `may` says whether a round that asks somebody may begin now."""

    def __init__(self, *, reactor: Any, spawn: Spawn, may: Callable[[], bool]) -> None:
        self._reactor = reactor
        self._spawn = spawn
        self._may = may
        self._loops: dict[str, LoopingCall] = {}

    def begin(self, name: str, seconds: float, look: Callable[[], None], *, now: bool = False) -> None:
        """Look every so many seconds; a round of that name that goes on already stays as it is.

        What a look raises goes to the log, and the next look comes all the same.
        """
        if name not in self._loops:
            loop = self._loops[name] = LoopingCall(_surely(name, look))
            loop.clock = self._reactor
            loop.start(seconds, now=now)

    def ask(self, name: str, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do a piece of work every so many seconds, unless the last one still lasts or is just over.

        Whoever asks twice to be sure means two instants that lie apart, however late the first answer came.
        """
        going: list[str] = []
        over = [-seconds]

        async def done() -> None:
            try:
                await work()
            except (DiscadorError, CancelledError) as error:
                _log.debug("a round of %s failed, the next one may not: %s", name, error)
            finally:
                going.clear()
                over[0] = self._reactor.seconds()

        def look() -> None:
            just_over = self._reactor.seconds() - over[0] < seconds / 2
            if not going and not just_over and self._may():
                going.append(name)
                self._spawn(done())

        self.begin(name, seconds, look)

    def end(self, *names: str) -> None:
        """End rounds, those that go on."""
        for name in names:
            loop = self._loops.pop(name, None)
            if loop is not None:
                loop.stop()

    def end_all(self, *, but: str = "") -> None:
        """End every round but one."""
        self.end(*(name for name in self._loops if name != but))


def _surely(name: str, look: Callable[[], None]) -> Callable[[], None]:
    """Give a look that never raises: a LoopingCall whose look has raised never looks again."""

    def looks() -> None:
        try:
            look()
        except Exception:  # noqa: BLE001 - whatever is wrong with one look, the next comes
            _log.exception("a round of %s failed, the next one may not", name)

    return looks
