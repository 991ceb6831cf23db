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
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from fastagi_server.store.batch import Batches
from fastagi_server.store.errors import NotDurableError, StoreBusyError, StoreClosedError
from fastagi_server.store.job import Job, Outcome

T = TypeVar("T")

LIMIT = 10_000
BATCH = 64  # measured: 256 a commit give a tenth more at most, and hold the lock four times as long

_log = logging.getLogger(__name__)


class Writer:
    """Does work on the database in one thread, in the order in which it was given; what is urgent goes first.

    Works that are alike come after the others of their batch. A work gets a connection inside a transaction
    and must neither commit nor roll back. Callbacks of the futures run in the writer's thread: they must be
    quick and must not wait for the writer.
    """

    def __init__(self, engine: Engine, *, limit: int = LIMIT, batch: int = BATCH) -> None:
        self._limit = limit
        self._batch = batch
        self._turn = threading.Condition()
        self._waiting: deque[Job[Any]] = deque()
        self._urgent: deque[Job[Any]] = deque()
        self._gathered: Job[Any] | None = None
        self._closed: str | None = None
        # Called in the writer's thread once all promises of a batch are settled.
        self.settled: list[Callable[[], None]] = []
        self._batches = Batches(engine)
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(
        self, work: Callable[[Connection], T], *, patience: float = 0.0, urgent: bool = False
    ) -> Future[T]:
        """Take a piece of work; its future resolves after the commit that made it durable.

        Work with patience may wait so many seconds for others to share its commit; work without takes
        along whatever waits. Urgent work goes before all that waits, and shares its commit with
        urgent work only.
        The future's error is the work's own, or NotDurableError. A full queue or a closed writer refuses
        here and now.
        """
        future: Future[T] = Future()
        with self._turn:
            if self._closed is not None:
                raise StoreClosedError(why=self._closed)
            if len(self._waiting) + len(self._urgent) >= self._limit:
                raise StoreBusyError(limit=self._limit)
            queue = self._urgent if urgent else self._waiting
            queue.append(Job(work, future, patience))
            # Who gathers is not woken by one more who can wait as long as the first one.
            if len(queue) in (1, self._batch) or patience < queue[0].patience:
                self._turn.notify()
        return future

    def close(self, *, drain: bool = True) -> None:
        """Take no more, do what is waiting (or refuse it), and return when the thread has ended."""
        with self._turn:
            self._closed = self._closed or "it is closed"
            refused = [] if drain else self._take_all()
            self._turn.notify()
        self._settle_all(refused, StoreClosedError, self._closed)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        batch: list[Job[Any]] = []
        try:
            while batch := self._next_batch():
                self._do(batch)
        except BaseException as error:  # noqa: BLE001 - whatever it was, nobody may wait for ever
            with self._turn:
                self._closed = f"its thread died of {error!r}"
            _log.exception("the store's writer died")
            self._settle_all(batch, NotDurableError, self._closed)
        finally:
            self._batches.close()
            with self._turn:
                left = self._take_all()
            self._settle_all(left, StoreClosedError, self._closed or "")

    def _next_batch(self) -> list[Job[Any]]:
        """Wait for work and take what there is up to the bound; nothing means that we are closed and done."""
        while True:
            with self._turn:
                while not self._waiting and not self._urgent and self._closed is None:
                    self._turn.wait()
                if not self._waiting and not self._urgent:
                    return []
                # Once for each who is first: what is urgent may come again and again meanwhile.
                if not self._urgent and self._waiting[0] is not self._gathered:
                    self._gathered = self._waiting[0]
                    self._gather()
                batch = _take(self._urgent or self._waiting, self._batch)
            if batch:
                return batch

    def _gather(self) -> None:
        """Wait as long as everybody who waits is patient; hardly longer than the first one is."""
        first = self._waiting[0]
        if first.patience and not self._is_pressed():
            self._turn.wait_for(lambda: self._is_pressed() or self._least() < first.patience, first.patience)
            if 0 < self._least() < first.patience:
                # Whoever can wait less than the first one waits for himself, from when he came.
                self._turn.wait_for(self._is_pressed, self._least())

    def _is_pressed(self) -> bool:
        full = len(self._waiting) >= self._batch
        return self._closed is not None or bool(self._urgent) or full or not self._least()

    def _least(self) -> float:
        """Give the patience of whoever waits and has least; none where nobody waits."""
        return min((job.patience for job in self._waiting), default=0.0)

    def _take_all(self) -> list[Job[Any]]:
        return [job for queue in (self._urgent, self._waiting) for job in _take(queue, len(queue))]

    def _do(self, jobs: list[Job[Any]]) -> None:
        for job, outcome in zip(jobs, self._batches.do(jobs), strict=True):
            job.settle(outcome)
        self._tell()

    def _settle_all(
        self, jobs: list[Job[Any]], kind: type[NotDurableError | StoreClosedError], why: str
    ) -> None:
        for job in jobs:
            job.settle(Outcome(error=kind(why=why)))
        if jobs:
            self._tell()

    def _tell(self) -> None:
        for told in self.settled:
            try:
                told()
            except Exception:  # noqa: BLE001 - the thread must live on for the others
                _log.exception("what follows the settling of a batch failed")


def _take(queue: deque[Job[Any]], most: int) -> list[Job[Any]]:
    """Take jobs off a queue but for those whose owners gave up; from here none can be cancelled."""
    taken = [queue.popleft() for _ in range(min(most, len(queue)))]
    return [job for job in taken if job.is_wanted()]
