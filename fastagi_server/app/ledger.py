"""The engine's ledger on the store: each promise of the writer's thread becomes one of the reactor's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred

from fastagi_server.store import calls, optouts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Begin, OptOut, Record

T = TypeVar("T")


class Threads(Protocol):
    """What we need of a reactor: to come back into its thread."""

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:  # noqa: N802 - Twisted's name
        """Call in the reactor's thread."""
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
        """Write a record as it stands."""
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

        self._writer.submit(work).add_done_callback(settle)
        return done
