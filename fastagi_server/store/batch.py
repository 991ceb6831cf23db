"""Does jobs together in one transaction, and finds out whose fault it is when that goes wrong.

Others may write to the same database: a race with them that is lost is run again, together and then each job
alone, and nobody is told. A commit whose answer was lost is asked about, and never done again on a guess.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction

from fastagi_server.store import backend, job
from fastagi_server.store.job import AgainError, Job, Outcome, failed, is_race, not_durable
from fastagi_server.store.postgres_ends import Session

TOGETHER = 2
ALONE = 3
# After a race that a batch has lost so many jobs share no transaction: it will not be the last one.
APART = 256
WAITS = 2  # of one batch: whoever holds a lock for so long will hold it a little longer

_log = logging.getLogger(__name__)


class _UnknownError(Exception):
    """The commit's answer was lost, and what became of it cannot be found out."""


class Batches:
    """Does one batch after the other on a connection that is kept for good."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._session: Session | None = None
        self._left_apart = 0

    def do(self, jobs: Sequence[Job[Any]]) -> list[Outcome]:
        """Give what each job came to; what is no error is durable."""
        try:
            for _ in range(TOGETHER if self._left_apart <= 0 else 0):
                try:
                    return self._whole(jobs)
                except AgainError as race:
                    if len(jobs) > 1 and not race.is_silent:
                        self._left_apart = APART
                    if race.has_waited:
                        break
        except BaseException as error:  # noqa: BLE001 - whatever it was, the batch cannot be promised
            self.close()
            return [Outcome(error=not_durable(_cause(error))) for _ in jobs]
        return self._apart(jobs)

    def close(self) -> None:
        """Throw the connection away: nobody knows what state it is in."""
        conn, self._connection = self._connection, None
        if conn is None:
            return
        try:
            conn.invalidate()
            conn.close()
        except Exception:  # noqa: BLE001 - it was thrown away because it was broken
            _log.exception("the store's connection could not be closed")

    def _apart(self, jobs: Sequence[Job[Any]]) -> list[Outcome]:
        """Do each job in a transaction of its own, until we know that the rest would wait in vain."""
        outcomes: list[Outcome] = []
        given_up: list[BaseException] = []
        self._left_apart -= len(jobs)
        for each in jobs:
            if len(given_up) < WAITS:
                outcomes.append(self._alone(each, given_up))
            else:
                outcomes.append(Outcome(error=not_durable(_cause(given_up[-1]))))
        return outcomes

    def _alone(self, one: Job[Any], given_up: list[BaseException]) -> Outcome:
        """Give what a job comes to by itself; why somebody else's would fare no better is noted."""
        race: AgainError | None = None
        for _ in range(ALONE):
            try:
                return self._whole([one])[0]
            except AgainError as lost:
                race = lost
                if race.has_waited:
                    given_up.append(race.cause)
                    break
            except BaseException as error:  # noqa: BLE001 - whatever it was, the rest cannot be promised
                self.close()
                given_up += [error] * WAITS
                return Outcome(error=not_durable(_cause(error)))
        assert race is not None
        return failed(race.cause)

    def _whole(self, jobs: Sequence[Job[Any]]) -> list[Outcome]:
        """Do the jobs in one transaction: trusting them, or with a savepoint around each if one goes wrong.

        Nearly always nothing does, and two savepoint statements a job are half of its cost.
        """
        # A database that cannot be reached is no race: that is raised, and told to all.
        self._connected()
        try:
            return self._run(jobs, job.trust)
        except (AgainError, _UnknownError):
            raise
        except BaseException:  # noqa: BLE001 - whose fault it was is found out now
            return self._run(jobs, job.attempt)

    def _run(
        self, jobs: Sequence[Job[Any]], do: Callable[[Sequence[Job[Any]], Connection], list[Outcome]]
    ) -> list[Outcome]:
        conn = self._connected()
        with self._fragile():
            transaction = conn.begin()
        try:
            if len(jobs) > 1:
                backend.hurry(conn)
            outcomes = do(jobs, conn)
        except BaseException as error:
            with self._fragile():
                transaction.rollback()
            if is_race(error):
                raise AgainError(error) from error
            raise
        self._commit(conn, transaction)
        return outcomes

    def _commit(self, conn: Connection, transaction: RootTransaction) -> None:
        with self._fragile():
            marked = backend.mark(conn)
        try:
            with self._fragile():
                transaction.commit()
        except AgainError as lost:
            committed = backend.was_committed(self._engine, marked) if marked and lost.is_silent else False
            if committed is None:
                raise _UnknownError from lost.cause
            if not committed:
                raise

    @contextmanager
    def _fragile(self) -> Iterator[None]:
        """Throw the connection away when the transaction itself cannot be begun, ended or undone."""
        try:
            yield
        except BaseException as error:
            self.close()
            if is_race(error):
                raise AgainError(error) from error
            raise

    def _connected(self) -> Connection:
        # Kept for good: the readers may use the pool up, and the writer must not wait for them.
        if self._connection is None:
            self._connection = self._engine.connect()
            self._session = backend.succeed(self._connection, self._session)
        return self._connection


def _cause(error: BaseException) -> BaseException:
    return (error.__cause__ or error) if isinstance(error, _UnknownError) else error
