from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from fastagi_server.store import postgres_ends
from fastagi_server.store.errors import NotDurableError
from tests.databases import PostgresDatabases
from tests.store.conftest import ON_POSTGRES

INSERT = text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')")


def error(kind: type[psycopg.Error]) -> DBAPIError:
    return OperationalError("", {}, kind("what it said"))


@pytest.mark.parametrize(
    ("kind", "race", "lost", "waited"),
    [
        (psycopg.errors.DeadlockDetected, True, False, False),
        (psycopg.errors.SerializationFailure, True, False, False),
        (psycopg.errors.UniqueViolation, True, False, False),
        (psycopg.errors.LockNotAvailable, True, False, True),
        (psycopg.errors.AdminShutdown, True, True, False),
        (psycopg.errors.IdleInTransactionSessionTimeout, True, True, False),
        (psycopg.OperationalError, True, True, False),
        (psycopg.InterfaceError, True, True, False),
        (psycopg.errors.CheckViolation, False, False, False),
        (psycopg.errors.DiskFull, False, False, False),
        (psycopg.errors.QueryCanceled, False, False, False),
        (psycopg.errors.UndefinedTable, False, False, False),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_what_is_worth_trying_again(
    kind: type[psycopg.Error], *, race: bool, lost: bool, waited: bool
) -> None:
    assert postgres_ends.is_race(error(kind)) is race
    assert postgres_ends.is_lost(error(kind)) is lost
    assert postgres_ends.has_waited(error(kind)) is waited


@ON_POSTGRES
@pytest.mark.parametrize("committed", [True, False])
def test_what_became_of_a_transaction_is_asked_in_another_session(engine: Engine, *, committed: bool) -> None:
    with engine.connect() as conn:
        assert postgres_ends.mark(conn) is None
        conn.execute(INSERT)
        marked = postgres_ends.mark(conn)
        assert marked is not None
        conn.commit() if committed else conn.rollback()
    assert postgres_ends.was_committed(engine, marked) is committed


@ON_POSTGRES
def test_one_that_goes_on_is_waited_for_and_then_not_known(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_ends, "_LOOKS", 2)
    with engine.connect() as conn:
        conn.execute(INSERT)
        assert postgres_ends.was_committed(engine, postgres_ends.mark(conn) or "") is None


@ON_POSTGRES
def test_a_server_that_is_away_or_another_one_does_not_know(engine: Engine) -> None:
    assert postgres_ends.was_committed(engine, "99999999999") is None
    engine.dispose()
    away = engine.url.set(port=1)
    from fastagi_server.store import postgres

    gone = postgres.create(away, busy_seconds=0.2)
    assert postgres_ends.was_committed(gone, "7") is None
    gone.dispose()


@ON_POSTGRES
def test_a_session_that_the_administrator_ended_is_lost(
    engine: Engine, postgres_databases: PostgresDatabases
) -> None:
    with engine.connect() as conn, suppress(DBAPIError):
        conn.execute(INSERT)
        postgres_databases.end_sessions(str(engine.url.database))
        with pytest.raises(DBAPIError) as caught:
            conn.execute(INSERT)
        assert postgres_ends.is_lost(caught.value)


@ON_POSTGRES
def test_who_hurries_does_not_wait_and_the_next_transaction_does(engine: Engine) -> None:
    with engine.connect() as conn:
        postgres_ends.hurry(conn)
        assert conn.scalar(text("SHOW lock_timeout")) == "50ms"
        conn.rollback()
        assert conn.scalar(text("SHOW lock_timeout")) == "200ms"


@ON_POSTGRES
def test_a_session_that_was_lost_is_ended_and_nothing_comes_of_it_any_more(engine: Engine) -> None:
    with engine.connect() as lost, engine.connect() as conn:
        former = postgres_ends.session(lost)
        lost.execute(INSERT)
        postgres_ends.end(conn, former)
        with pytest.raises(DBAPIError) as caught:
            lost.commit()
        assert postgres_ends.is_lost(caught.value)
        assert conn.scalar(text("SELECT count(*) FROM optout")) == 0


@ON_POSTGRES
def test_one_that_is_gone_and_one_of_its_number_and_ourselves_are_left_alone(engine: Engine) -> None:
    with engine.connect() as other, engine.connect() as conn:
        mine = postgres_ends.session(other)
        postgres_ends.end(conn, mine._replace(begun_at=mine.begun_at - timedelta(seconds=1)))
        postgres_ends.end(conn, mine._replace(pid=2**30))
        postgres_ends.end(conn, postgres_ends.session(conn))
        assert other.scalar(text("SELECT 1")) == 1


@ON_POSTGRES
def test_one_that_will_not_end_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_ends, "_END", text("SELECT false WHERE :pid > 0 AND :begun_at IS NOT NULL"))
    with engine.connect() as conn, pytest.raises(NotDurableError):
        postgres_ends.end(conn, postgres_ends.session(conn))
