"""The engine's ledger on the store: each promise of the writer's thread becomes one of the reactor's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, fail

from fastagi_server.store import calls, optouts
from fastagi_server.store.errors import NotDurableError, StoreBusyError, StoreClosedError
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Begin, OptOut, Record

T = TypeVar("T")
_log = logging.getLogger("discador")

# A call that is over is told once: its record is tried again while a busy or full disk may recover, and for
# less than a house takes to leave. Writing the same record twice does no harm.
PAUSES = (0.1, 0.4, 1.0, 2.0)


class Threads(Protocol):
    """What we need of a reactor: to come back into its thread, and to come back later."""

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:  # noqa: N802 - Twisted's name
        """Call in the reactor's thread."""
        ...

    def callLater(self, seconds: float, call: Callable[..., Any], *args: Any) -> Any:  # noqa: N802 - Twisted's
        """Call after so many seconds."""
        ...


class Writes(Protocol):
    """What we need of the store's writer."""

    def submit(self, work: Callable[[Any], T]) -> Future[T]:
        """Do the work and resolve once it is durable."""
        ...


class StoreLedger:
    """Every write and every read that must see the last write goes through the one writer."""

    def __init__(self, *, writer: Writes, threads: Threads) -> None:
        self._writer = writer
        self._threads = threads

    def begin(self, begin: Begin) -> Deferred[None]:
        """Open a record."""
        return self._do(lambda conn: calls.begin(conn, begin))

    async def keep(self, record: Record) -> None:
        """Write a record as it stands; what the store could not promise is tried again, then raised."""
        for pause in PAUSES:
            try:
                await self._do(lambda conn: calls.keep(conn, record))
            except (NotDurableError, StoreBusyError) as error:
                told = "call_id=%s its record is not kept yet, again in %s s: %s"
                _log.warning(told, record.call, pause, error.sentence())
            else:
                return
            await self._pause(pause)
        await self._do(lambda conn: calls.keep(conn, record))

    def opt_out(self, entry: OptOut) -> Deferred[bool]:
        """Put a number on the list."""
        return self._do(lambda conn: optouts.add(conn, entry))

    def is_opted_out(self, number: str) -> Deferred[bool]:
        """Say whether a number is on the list."""
        return self._do(lambda conn: optouts.contains(conn, number))

    def find(self, call: CallId) -> Deferred[Record | None]:
        """Give a record."""
        return self._do(lambda conn: calls.get(conn, call))

    def open_calls(self) -> Deferred[Sequence[Record]]:
        """Give the records without an end."""
        return self._do(calls.open_calls)

    def _do(self, work: Callable[[Any], T]) -> Deferred[T]:
        done: Deferred[T] = Deferred()

        def settle(future: Future[T]) -> None:
            error = future.exception()
            if error is not None:
                self._threads.callFromThread(done.errback, error)
            else:
                self._threads.callFromThread(done.callback, future.result())

        try:
            promised = self._writer.submit(work)
        except (StoreBusyError, StoreClosedError) as refused:
            return fail(refused)
        promised.add_done_callback(settle)
        return done

    def _pause(self, seconds: float) -> Deferred[None]:
        over: Deferred[None] = Deferred()
        self._threads.callLater(seconds, over.callback, None)
        return over
