"""Runs a house on the real reactor: for ever (serve), or for one piece of work."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.internet.task import react
from twisted.python.failure import Failure

from fastagi_server.app.clock import RealClock
from fastagi_server.app.house import House
from fastagi_server.app.logs import Logs, open_logs, silent
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.longlived import put_aside
from fastagi_server.telephony.country import Country

T = TypeVar("T")

# So long the reactor waits at a time for a thread of ours that is busy, such as the store's writer reading a
# list; Python's own 5 ms makes a key press 10 ms late.
SWITCH_SECONDS = 0.0005


def serve(settings: Settings, countries: Sequence[Country], ready: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; `ready` is told once the doors are open."""
    sys.setswitchinterval(SWITCH_SECONDS)

    async def main(reactor: Any) -> None:
        logs, close = open_logs(settings, RealClock().wall)
        house = make_house(settings, countries, reactor, logs)
        try:
            house.start(desk=True)
            put_aside()
            ready(house.fastagi())
            await told_to_stop()
        finally:
            await house.stop()
            close()

    run(main)


async def told_to_stop() -> None:
    """Wait for a signal; being told to stop is how a service ends well."""
    for_ever: Deferred[None] = Deferred()
    try:
        await for_ever
    except CancelledError:
        return


def run(main: Callable[[Any], Awaitable[T]]) -> T:
    """Run one piece of work on the reactor and give its result, or raise its error.

    A signal cancels the work: its `finally` clauses are waited for, then KeyboardInterrupt is raised.
    """
    outcome: list[T] = []
    failures: list[Failure] = []

    async def kept(reactor: Any) -> None:
        # Not before the reactor runs: until then a signal would end us with the doors open.
        running: Deferred[None] = Deferred()
        reactor.callWhenRunning(running.callback, None)
        await running
        outcome.append(await main(reactor))

    def started(reactor: Any) -> Deferred[None]:
        work = ensureDeferred(kept(reactor)).addErrback(failures.append)
        reactor.addSystemEventTrigger("before", "shutdown", _leave, work)
        return work

    try:
        react(started)
    except SystemExit as leaving:
        if leaving.code:
            raise
    if outcome:
        return outcome[0]
    if failures and not isinstance(failures[0].value, CancelledError):
        failures[0].raiseException()
    raise KeyboardInterrupt


def _leave(work: Deferred[None]) -> Deferred[None] | None:
    """Cancel what goes on and let the reactor wait for its end."""
    if work.called:
        return None
    # Whoever asks a second time means at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    over: Deferred[None] = Deferred()

    def told(result: Any) -> Any:
        over.callback(None)
        return result

    work.addBoth(told)
    work.cancel()
    return over


def make_house(
    settings: Settings, countries: Sequence[Country], reactor: Any, logs: Logs | None = None
) -> House:
    """Give a house with the real clock and real chance; only one that serves has log files."""
    return House(
        settings=settings,
        countries=countries,
        reactor=reactor,
        clock=RealClock(),
        dice=os.urandom,
        logs=logs or Logs(tell=silent),
    )
