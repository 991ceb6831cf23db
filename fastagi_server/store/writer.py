"""One thread that writes: takes what is waiting, commits it together, and only then keeps its promises.

A commit with synchronous=FULL costs a wait for the disk; while one batch waits, the next one gathers, so the
wait is shared by as many as there are. This file does not know what is written, and reads no clock.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from fastagi_server.store.engine import check_transaction, is_deadlock
from fastagi_server.store.errors import NotDurableError, StoreBusyError, StoreClosedError

T = TypeVar("T")

LIMIT = 10_000
BATCH = 64  # measured: 256 a commit give a tenth more at most, and hold the lock four times as long

# After a deadlock with another engine so many jobs share no transaction, and one that is hit is tried again.
APART = 256
TRIES = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Outcome:
    """What one piece of work came to inside a transaction that is not yet committed."""

    result: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, eq=False)
class _Job(Generic[T]):
    """A piece of work and the promise made for it."""

    work: Callable[[Connection], T]
    future: Future[T]
    patience: float = 0.0

    def attempt(self, conn: Connection) -> _Outcome:
        """Do the work in a savepoint of its own.

        What goes wrong with the savepoint itself is raised: then the transaction is no more, and nothing
        in it can be promised.
        """
        savepoint = conn.begin_nested()
        try:
            result = self.work(conn)
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to whoever gave the work
            savepoint.rollback()
            if isinstance(error, OperationalError):
                return _Outcome(error=_not_durable(error))
            return _Outcome(error=error)
        savepoint.commit()
        return _Outcome(result=result)

    def is_wanted(self) -> bool:
        """Say whether somebody still wants the result; from a yes on, it cannot be cancelled."""
        try:
            return self.future.set_running_or_notify_cancel()
        except RuntimeError:  # somebody else resolved our promise; there is nothing left to promise
            return False

    def settle(self, outcome: _Outcome) -> None:
        """Resolve the future; what its callbacks do wrong harms nobody else's."""
        try:
            if outcome.error is not None:
                self.future.set_exception(outcome.error)
            else:
                self.future.set_result(outcome.result)
        except BaseException:  # noqa: BLE001 - the thread must live on for the others
            _log.exception("a callback of a stored piece of work failed")


class Writer:
    """Does work on the database in one thread, in the order in which it was given.

    The work gets a connection inside a transaction and must neither commit nor roll back. Callbacks of the
    futures run in the writer's thread: they must be quick and must not wait for the writer.
    """

    def __init__(self, engine: Engine, *, limit: int = LIMIT, batch: int = BATCH) -> None:
        self._engine = engine
        self._limit = limit
        self._batch = batch
        self._turn = threading.Condition()
        self._waiting: deque[_Job[Any]] = deque()
        self._closed: str | None = None
        self._connection: Connection | None = None
        # How many jobs are still done in transactions of their own.
        self._apart = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T], *, patience: float = 0.0) -> Future[T]:
        """Take a piece of work; its future resolves after the commit that made it durable.

        Work with patience may wait so many seconds for others to share its commit; work without takes
        along whatever waits.
        The future's error is the work's own, or NotDurableError. A full queue or a closed writer refuses
        here and now.
        """
        future: Future[T] = Future()
        with self._turn:
            if self._closed is not None:
                raise StoreClosedError(why=self._closed)
            if len(self._waiting) >= self._limit:
                raise StoreBusyError(limit=self._limit)
            self._waiting.append(_Job(work, future, patience))
            self._turn.notify()
        return future

    def close(self, *, drain: bool = True) -> None:
        """Take no more, do what is waiting (or refuse it), and return when the thread has ended."""
        with self._turn:
            self._closed = self._closed or "it is closed"
            refused = [] if drain else self._take_waiting(len(self._waiting))
            self._turn.notify()
        _settle_all(refused, StoreClosedError, self._closed)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        batch: list[_Job[Any]] = []
        try:
            while batch := self._next_batch():
                self._do(batch)
        except BaseException as error:  # noqa: BLE001 - whatever it was, nobody may wait for ever
            with self._turn:
                self._closed = f"its thread died of {error!r}"
            _log.exception("the store's writer died")
            _settle_all(batch, NotDurableError, self._closed)
        finally:
            self._drop_connection()
            with self._turn:
                left = self._take_waiting(len(self._waiting))
            _settle_all(left, StoreClosedError, self._closed or "")

    def _next_batch(self) -> list[_Job[Any]]:
        """Wait for work and take what there is up to the bound; nothing means that we are closed and done."""
        while True:
            with self._turn:
                while not self._waiting and self._closed is None:
                    self._turn.wait()
                if not self._waiting:
                    return []
                self._gather()
                batch = self._take_waiting(self._batch)
            if batch:
                return batch

    def _gather(self) -> None:
        """Wait as long as everybody who waits is patient; never longer than the first one is."""
        first = self._waiting[0]
        if first.patience and self._closed is None and all(job.patience for job in self._waiting):
            self._turn.wait_for(self._is_pressed, first.patience)

    def _is_pressed(self) -> bool:
        last = self._waiting[-1] if self._waiting else None
        return (
            self._closed is not None or last is None or not last.patience or len(self._waiting) >= self._batch
        )

    def _take_waiting(self, most: int) -> list[_Job[Any]]:
        """Take jobs off the queue but for those whose owners gave up; from here none can be cancelled."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        return [job for job in taken if job.is_wanted()]

    def _do(self, batch: list[_Job[Any]]) -> None:
        try:
            outcomes = None if self._apart else self._together(batch)
            outcomes = outcomes or (self._each_apart(batch) if self._apart else self._one_by_one(batch))
        except BaseException as error:  # noqa: BLE001 - whatever it was, the batch cannot be promised
            self._drop_connection()
            outcomes = [_Outcome(error=_not_durable(error)) for _ in batch]
        for job, outcome in zip(batch, outcomes, strict=True):
            job.settle(outcome)

    def _together(self, batch: list[_Job[Any]]) -> list[_Outcome] | None:
        """Do the batch in one transaction, or nothing of it when any of it goes wrong: None.

        Nearly always nothing does, and two savepoint statements a job are half of its cost.
        """
        try:
            with self._connected().begin() as transaction:
                try:
                    return [self._trust(job, transaction.connection) for job in batch]
                except BaseException as error:  # noqa: BLE001 - whose fault it was is found out one by one
                    transaction.rollback()
                    if is_deadlock(error):
                        self._apart = APART
                    return None
        except DBAPIError:
            # The transaction itself could not be begun, ended or undone: a new connection tries again.
            self._drop_connection()
            return None

    @staticmethod
    def _trust(job: _Job[Any], conn: Connection) -> _Outcome:
        outcome = _Outcome(result=job.work(conn))
        check_transaction(conn)
        return outcome

    def _one_by_one(self, batch: list[_Job[Any]]) -> list[_Outcome]:
        """Do the batch with a savepoint around each job, so that one failure harms nobody else."""
        conn = self._connected()
        with conn.begin():
            return [job.attempt(conn) for job in batch]

    def _each_apart(self, batch: list[_Job[Any]]) -> list[_Outcome]:
        """Do each job in a transaction of its own: engines whose batches wait for each other in a circle.

        A transaction that holds no lock of an earlier job is in no circle but one that the other side ends.
        """
        self._apart = max(0, self._apart - len(batch))
        return [self._apart_from_others(job) for job in batch]

    def _apart_from_others(self, job: _Job[Any]) -> _Outcome:
        for _ in range(TRIES):
            try:
                with self._connected().begin() as transaction:
                    outcome = job.attempt(transaction.connection)
            except DBAPIError as error:
                self._drop_connection()
                outcome = _Outcome(error=_not_durable(error))
            lost = outcome.error.__cause__ if outcome.error else None
            if lost is None or not is_deadlock(lost):
                break
        return outcome

    def _connected(self) -> Connection:
        # Kept for good: the readers may use the pool up, and the writer must not wait for them.
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop_connection(self) -> None:
        """Throw the connection away: nobody knows what state it is in."""
        conn, self._connection = self._connection, None
        if conn is None:
            return
        try:
            conn.invalidate()
            conn.close()
        except Exception:  # noqa: BLE001 - it was thrown away because it was broken
            _log.exception("the store's connection could not be closed")


def _not_durable(error: BaseException) -> NotDurableError:
    if isinstance(error, NotDurableError):
        return NotDurableError(**error.details)
    lost = NotDurableError(why=str(getattr(error, "orig", None) or error))
    lost.__cause__ = error
    return lost


def _settle_all(jobs: list[_Job[Any]], kind: type[NotDurableError | StoreClosedError], why: str) -> None:
    for job in jobs:
        job.settle(_Outcome(error=kind(why=why)))
