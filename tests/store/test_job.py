from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from fastagi_server.store.errors import NotDurableError
from fastagi_server.store.job import Alike, Job, Outcome, attempt, failed, not_durable, trust

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
    ends = Job(lambda conn: conn.exec_driver_sql("ROLLBACK"), Future())
    with conn.begin() as transaction:
        conn.execute(INSERT)
        with pytest.raises(NotDurableError):
            trust([ends], conn)
        transaction.rollback()


def test_works_that_are_alike_are_done_at_once_after_the_others_and_each_has_its_own_answer(
    conn: Connection,
) -> None:
    done: list[object] = []

    def double(_conn: Connection, numbers: Sequence[int]) -> list[int]:
        done.append(list(numbers))
        return [2 * number for number in numbers]

    def other(_conn: Connection) -> str:
        done.append("other")
        return "answer"

    works: list[Any] = [Alike(many=double, of=1), other, Alike(many=double, of=3)]
    jobs = [Job(work, Future()) for work in works]
    with conn.begin():
        assert [outcome.result for outcome in trust(jobs, conn)] == [2, "answer", 6]
        assert done == ["other", [1, 3]]
        assert [outcome.result for outcome in attempt(jobs, conn)] == [2, "answer", 6]
        assert done[2:] == [[1], "other", [3]]


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
