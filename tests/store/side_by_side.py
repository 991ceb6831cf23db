"""Two transactions on PostgreSQL, one of which must wait: seen by the server, not by a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

T = TypeVar("T")

PATIENCE = 20.0
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@contextmanager
def beside(engine: Engine, work: Callable[[Connection], T]) -> Iterator[Future[T]]:
    """Do the work in a transaction of its own while the block lasts, which begins once the work waits."""

    def done() -> T:
        with engine.begin() as conn:
            return work(conn)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(done)
        wait_until_somebody_waits(engine, future)
        yield future


def wait_until_somebody_waits(engine: Engine, future: Future[object]) -> None:
    end = time.monotonic() + PATIENCE
    with engine.connect() as conn:
        while not conn.scalar(_WAITING):
            conn.rollback()
            assert not future.done(), f"it did not wait: {future}"
            assert time.monotonic() < end, "it neither waited nor ended"
