"""Runs a house on the real reactor: for ever (serve), or for one piece of work."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import react
from twisted.python.failure import Failure

from fastagi_server.app.clock import RealClock
from fastagi_server.app.house import House
from fastagi_server.config.settings import Settings
from fastagi_server.telephony.country import Country

T = TypeVar("T")
_log = logging.getLogger("discador")


def serve(settings: Settings, countries: Sequence[Country], ready: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; `ready` is told once the doors are open."""

    async def main(reactor: Any) -> None:
        house = _house(settings, countries, reactor)
        reactor.addSystemEventTrigger("before", "shutdown", lambda: ensureDeferred(house.stop()))
        house.start(desk=True)
        ready(house.fastagi())
        await Deferred()

    run(main)


def run(main: Callable[[Any], Awaitable[T]]) -> T:
    """Run one piece of work on the reactor and give its result, or raise its error."""
    outcome: list[T] = []
    failures: list[Failure] = []

    async def kept(reactor: Any) -> None:
        outcome.append(await main(reactor))

    def started(reactor: Any) -> Deferred[None]:
        return ensureDeferred(kept(reactor)).addErrback(failures.append)

    try:
        react(started)
    except SystemExit as leaving:
        if leaving.code:
            raise
    if failures:
        failures[0].raiseException()
    if not outcome:
        raise KeyboardInterrupt
    return outcome[0]


def _house(settings: Settings, countries: Sequence[Country], reactor: Any) -> House:
    return House(
        settings=settings,
        countries=countries,
        reactor=reactor,
        clock=RealClock(),
        dice=os.urandom,
    )
