"""What goes wrong in a batch, made to happen on a real PostgreSQL: nobody is told who need not know."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from fastagi_server.store import batch, campaigns
from fastagi_server.store.batch import Batches
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import CampaignExistsError, NotDurableError
from fastagi_server.store.job import Job, Outcome
from tests.databases import PostgresDatabases
from tests.store.conftest import ON_POSTGRES
from tests.store.side_by_side import PATIENCE, beside
from tests.store.test_campaigns import SPRING

pytestmark = ON_POSTGRES
Work = Callable[[Connection], Any]


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url, busy_seconds=1.0)
    with engine.begin() as conn:
        for name in ("a", "b", "c"):
            conn.execute(text("INSERT INTO did_limit VALUES (:name, 0, 'x', 0)"), {"name": name})
    yield engine
    engine.dispose()


@pytest.fixture
def batches(engine: Engine) -> Iterator[Batches]:
    batches = Batches(engine)
    yield batches
    batches.close()


def add(name: str) -> Callable[[Connection], str]:
    """Give work that counts how often it was done."""

    def work(conn: Connection) -> str:
        conn.execute(text("UPDATE did_limit SET cap = cap + 1 WHERE country = :name"), {"name": name})
        return name

    return work


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as conn:
        rows = conn.execute(text("SELECT country, cap FROM did_limit ORDER BY country"))
        return {row.country: row.cap for row in rows}


def do(batches: Batches, *works: Work) -> list[Outcome]:
    return batches.do([Job(work, Future()) for work in works])


def once(what: Callable[[Connection], object], then: Work) -> Work:
    """Give work that something happens to, the first time that it is done."""
    done: list[object] = []

    def work(conn: Connection) -> Any:
        if not done:
            done.append(None)
            what(conn)
        return then(conn)

    return work


def pid(conn: Connection) -> int:
    return int(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_two_batches_that_wait_for_each_other_are_both_done_once(engine: Engine, batches: Batches) -> None:
    other = Batches(engine)
    both = threading.Barrier(2)

    def half(first: str, second: str, using: Batches, outcomes: list[Outcome]) -> None:
        meet = once(lambda _: both.wait(PATIENCE), lambda _: "met")
        outcomes += do(using, add(first), meet, add(second))

    mine: list[Outcome] = []
    theirs: list[Outcome] = []
    threads = [
        threading.Thread(target=half, args=("a", "b", batches, mine)),
        threading.Thread(target=half, args=("b", "a", other, theirs)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    other.close()

    assert [outcome.result for outcome in mine] == ["a", "met", "b"]
    assert [outcome.result for outcome in theirs] == ["b", "met", "a"]
    assert counts(engine) == {"a": 2, "b": 2, "c": 0}


def test_a_session_that_is_lost_before_the_commit_costs_nobody_anything(
    engine: Engine, batches: Batches, postgres_databases: PostgresDatabases
) -> None:
    def lose(_conn: Connection) -> None:
        postgres_databases.end_sessions(str(engine.url.database))

    outcomes = do(batches, add("a"), once(lose, add("b")), add("c"))

    assert [outcome.result for outcome in outcomes] == ["a", "b", "c"]
    assert counts(engine) == {"a": 1, "b": 1, "c": 1}


def test_a_session_that_was_lost_since_the_last_batch_is_not_missed(
    engine: Engine, batches: Batches, postgres_databases: PostgresDatabases
) -> None:
    do(batches, add("a"))
    postgres_databases.end_sessions(str(engine.url.database))

    assert do(batches, add("a")) == [Outcome(result="a")]
    assert counts(engine)["a"] == 2


class Commit:
    """A COMMIT whose answer never comes: `reaches` says whether the server has done it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, reaches: bool) -> None:
        self.reaches, self.lost = reaches, 0
        self._real = psycopg.Connection.commit
        monkeypatch.setattr(psycopg.Connection, "commit", self._commit())

    def _commit(self) -> Callable[[Any], None]:
        def commit(session: Any) -> None:
            if self.lost:
                self._real(session)
                return
            self.lost += 1
            if self.reaches:
                self._real(session)
            session.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        return commit


@pytest.mark.parametrize("reaches", [True, False])
def test_a_commit_without_an_answer_is_asked_about_and_each_job_done_once(
    engine: Engine, batches: Batches, monkeypatch: pytest.MonkeyPatch, *, reaches: bool
) -> None:
    commit = Commit(monkeypatch, reaches=reaches)

    outcomes = do(batches, add("a"), add("b"))

    assert commit.lost == 1
    assert [outcome.result for outcome in outcomes] == ["a", "b"]
    assert counts(engine) == {"a": 1, "b": 1, "c": 0}


def test_what_cannot_be_found_out_is_not_promised_and_not_done_again(
    engine: Engine, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    Commit(monkeypatch, reaches=True)
    monkeypatch.setattr("fastagi_server.store.backend.was_committed", lambda *_: None)

    errors = [outcome.error for outcome in do(batches, add("a"), add("b"))]

    assert all(isinstance(error, NotDurableError) for error in errors)
    assert "server closed the connection" in str(errors[0])
    assert errors[0] is not errors[1]
    assert counts(engine) == {"a": 1, "b": 1, "c": 0}


def test_a_commit_that_is_still_on_its_way_does_not_come_after_what_follows(
    engine: Engine, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[Any] = []
    commit, close = psycopg.Connection.commit, psycopg.Connection.close

    def lose_it(session: Any) -> None:
        if slow:
            return commit(session)
        slow.append(session)
        raise psycopg.OperationalError("the wire was cut")

    monkeypatch.setattr(psycopg.Connection, "commit", lose_it)
    monkeypatch.setattr(psycopg.Connection, "close", lambda session: session in slow or close(session))
    monkeypatch.setattr("fastagi_server.store.backend.was_committed", lambda *_: None)

    (lost,) = do(batches, add("a"))
    assert isinstance(lost.error, NotDurableError)
    cap = text("SELECT cap FROM did_limit WHERE country = 'a'")
    assert do(batches, lambda conn: conn.scalar(cap)) == [Outcome(result=0)]
    with pytest.raises(psycopg.Error):
        commit(slow[0])
    assert counts(engine)["a"] == 0


def test_a_lost_answer_to_a_question_is_asked_for_again(
    engine: Engine, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    Commit(monkeypatch, reaches=True)
    assert do(batches, lambda conn: conn.scalar(text("SELECT 7"))) == [Outcome(result=7)]


def test_whoever_needs_a_row_that_somebody_holds_on_to_is_told_and_the_others_are_done(
    engine: Engine, batches: Batches
) -> None:
    with engine.connect() as holder:
        add("b")(holder)
        first, stuck, last = do(batches, add("a"), add("b"), add("c"))
    assert (first.result, last.result) == ("a", "c")
    assert isinstance(stuck.error, NotDurableError)
    assert "lock timeout" in str(stuck.error)
    assert counts(engine) == {"a": 1, "b": 0, "c": 1}


def test_after_two_long_waits_nobody_else_of_the_batch_waits(
    engine: Engine, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    real = Batches._alone

    def alone(self: Batches, job: Job[Any], given_up: list[BaseException]) -> Outcome:
        begun.append("one")
        return real(self, job, given_up)

    monkeypatch.setattr(Batches, "_alone", alone)
    with engine.connect() as holder:
        add("b")(holder)
        outcomes = do(batches, *(add("b") for _ in range(5)))
    assert all(isinstance(outcome.error, NotDurableError) for outcome in outcomes)
    assert len(begun) == batch.WAITS


def test_a_unique_key_that_somebody_else_writes_first_is_an_answer_and_no_accident(
    engine: Engine, batches: Batches
) -> None:
    def outcome(_conn: Connection) -> Outcome:
        return do(batches, lambda conn: campaigns.create(conn, SPRING))[0]

    with engine.connect() as one:
        campaigns.create(one, SPRING)
        with beside(engine, outcome) as other:
            one.commit()
    assert isinstance(other.result().error, CampaignExistsError)


def test_a_server_that_cannot_be_reached_is_told_at_once_for_all(
    engine: Engine, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[None] = []

    def refuses(self: Engine) -> Connection:
        tried.append(None)
        raise OperationalError("", {}, psycopg.OperationalError("connection refused"))

    monkeypatch.setattr(Engine, "connect", refuses)
    outcomes = do(batches, add("a"), add("b"))
    monkeypatch.undo()

    assert [str(outcome.error) for outcome in outcomes] == [
        "The store could not promise the work, so take it as not done: connection refused."
    ] * 2
    assert len(tried) == 1
    assert do(batches, add("a")) == [Outcome(result="a")]
