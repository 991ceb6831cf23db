from __future__ import annotations

from concurrent.futures import Future

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from fastagi_server.store.errors import NotDurableError
from fastagi_server.store.job import Job, Outcome, failed, not_durable

INSERT = text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')")
ROWS = text("SELECT count(*) FROM optout")


def test_an_attempt_that_fails_leaves_what_was_before_it(conn: Connection) -> None:
    def fails(conn: Connection) -> None:
        conn.execute(INSERT)
        raise LookupError("mine")

    with conn.begin():
        conn.execute(INSERT)
        outcome = Job(fails, Future()).attempt(conn)
        assert isinstance(outcome.error, LookupError)
        assert conn.scalar(ROWS) == 1
        assert Job(lambda conn: conn.execute(INSERT).rowcount, Future()).attempt(conn) == Outcome(result=1)
        assert conn.scalar(ROWS) == 2


def test_a_job_that_ends_the_transaction_is_not_trusted(conn: Connection) -> None:
    job = Job(lambda conn: conn.exec_driver_sql("ROLLBACK"), Future())
    with conn.begin() as transaction:
        conn.execute(INSERT)
        with pytest.raises(NotDurableError):
            job.trust(conn)
        transaction.rollback()


def test_a_promise_is_settled_once_and_its_callbacks_harm_nobody() -> None:
    future: Future[int] = Future()
    job = Job(lambda _: 5, future)
    assert job.is_wanted()
    job.settle(Outcome(result=5))
    job.settle(Outcome(result=6))
    assert future.result(0) == 5
    assert not job.is_wanted()


def test_a_databases_trouble_is_no_answer_and_a_works_own_error_is() -> None:
    trouble = OperationalError("SELECT 1", {}, Exception("disk I/O error\n  at page 5"))
    told = failed(trouble).error
    assert isinstance(told, NotDurableError)
    assert "disk I/O error at page 5" in str(told)
    assert told.__cause__ is trouble
    broken = IntegrityError("INSERT", {}, Exception("no"))
    assert failed(broken).error is broken
    assert not_durable(told) is not told
