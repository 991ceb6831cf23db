"""A piece of work with the promise made for it, and what it came to. It knows neither thread nor batch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeGuard, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

from fastagi_server.store import backend
from fastagi_server.store.errors import NotDurableError

A = TypeVar("A")
T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What one piece of work came to inside a transaction that is not yet committed."""

    result: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, kw_only=True)
class Alike(Generic[A, T]):
    """A piece of work that is done at once with others of its kind: `many` does all, each as if alone.

    Those of one kind come after the other works of their batch.
    """

    many: Callable[[Connection, Sequence[A]], Sequence[T]]
    of: A

    def __call__(self, conn: Connection) -> T:
        """Do this one alone."""
        return self.many(conn, [self.of])[0]


class AgainError(Exception):
    """What failed may go well when it is done again: nothing of it is kept, unless the commit was silent."""

    def __init__(self, cause: DBAPIError) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def has_waited(self) -> bool:
        """Whether a lock was waited for as long as we wait."""
        return backend.has_waited(self.cause)

    @property
    def is_silent(self) -> bool:
        """Whether the session was lost, so that the server has not said how it ended."""
        return backend.is_lost(self.cause)


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """A piece of work and the promise made for it."""

    work: Callable[[Connection], T]
    future: Future[T]
    patience: float = 0.0

    def attempt(self, conn: Connection) -> Outcome:
        """Do the work in a savepoint of its own.

        What goes wrong with the savepoint itself is raised: then the transaction is no more, and nothing
        in it can be promised.
        """
        savepoint = conn.begin_nested()
        try:
            result = self.work(conn)
        except BaseException as error:  # whatever it is belongs to whoever gave the work
            if is_race(error):
                raise AgainError(error) from error
            savepoint.rollback()
            return failed(error)
        savepoint.commit()
        return Outcome(result=result)

    def is_wanted(self) -> bool:
        """Say whether somebody still wants the result; from a yes on, it cannot be cancelled."""
        try:
            return self.future.set_running_or_notify_cancel()
        except RuntimeError:  # somebody else resolved our promise; there is nothing left to promise
            return False

    def settle(self, outcome: Outcome) -> None:
        """Resolve the future; what its callbacks do wrong harms nobody else's."""
        try:
            if outcome.error is not None:
                self.future.set_exception(outcome.error)
            else:
                self.future.set_result(outcome.result)
        except BaseException:  # noqa: BLE001 - the thread must live on for the others
            _log.exception("a callback of a stored piece of work failed")


def trust(jobs: Sequence[Job[Any]], conn: Connection) -> list[Outcome]:
    """Do works in one transaction; what goes wrong is everybody's."""
    outcomes: dict[Job[Any], Outcome] = {}
    alike: dict[Any, list[Job[Any]]] = {}
    for job in jobs:
        if isinstance(job.work, Alike):
            alike.setdefault(job.work.many, []).append(job)
        else:
            outcomes[job] = Outcome(result=job.work(conn))
            backend.check_transaction(conn)
    for many, some in alike.items():
        works: list[Alike[Any, Any]] = [job.work for job in some]  # type: ignore[misc]
        results = many(conn, [work.of for work in works])
        backend.check_transaction(conn)
        outcomes |= {job: Outcome(result=result) for job, result in zip(some, results, strict=True)}
    return [outcomes[job] for job in jobs]


def attempt(jobs: Sequence[Job[Any]], conn: Connection) -> list[Outcome]:
    """Do works in one transaction, each in a savepoint of its own."""
    return [job.attempt(conn) for job in jobs]


def is_race(error: BaseException) -> TypeGuard[DBAPIError]:
    """Say whether another writer or a lost connection was at fault, and not the work."""
    return isinstance(error, DBAPIError) and backend.is_race(error)


def failed(error: BaseException) -> Outcome:
    """Give what a failed piece of work came to: its own error, or that the database could not promise it."""
    if isinstance(error, OperationalError | InternalError | InterfaceError):
        return Outcome(error=not_durable(error))
    return Outcome(error=error)


def not_durable(error: BaseException) -> NotDurableError:
    """Give an error of the caller's own, with its cause."""
    if isinstance(error, NotDurableError):
        return NotDurableError(**error.details)
    lost = NotDurableError(why=backend.why(error) if isinstance(error, DBAPIError) else str(error))
    lost.__cause__ = error
    return lost
