from __future__ import annotations

import pytest
from sqlalchemy import Engine

from fastagi_server.store import tables, tidings
from fastagi_server.store.catching_up import Heard
from fastagi_server.store.connect import open_database
from fastagi_server.store.sqlite_ear import SqliteEar
from fastagi_server.telephony.tiding import Kind
from tests.store.conftest import ON_SQLITE


@ON_SQLITE
def test_what_another_connection_commits_is_heard_once(engine: Engine, url: str) -> None:
    other = open_database(url)
    ear = SqliteEar(other)
    assert not ear.listen()
    with engine.begin() as conn:
        tidings.tell(conn, kind=Kind.DIDS, at=1.0)
    assert [each.kind for each in ear.hear()] == [Kind.DIDS]
    assert not ear.hear()
    ear.close()
    other.dispose()


@ON_SQLITE
def test_a_commit_that_tells_nothing_costs_one_look(
    engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_database(url)
    ear = SqliteEar(other)
    ear.listen()
    monkeypatch.setattr(Heard, "catch_up", None)  # who catches up now, fails
    with engine.begin() as conn:
        conn.execute(tables.notice.insert(), {"key": "k", "kind": "x", "at": 1.0, "says": "{}"})
    assert not ear.hear()
    ear.close()
    other.dispose()


@ON_SQLITE
def test_what_is_not_committed_is_not_heard(engine: Engine, url: str) -> None:
    other = open_database(url)
    ear = SqliteEar(other)
    ear.listen()
    with engine.connect() as conn, conn.begin() as transaction:
        tidings.tell(conn, kind=Kind.DIDS, at=1.0)
        assert not ear.hear()
        transaction.rollback()
    assert not ear.hear()
    ear.close()
    other.dispose()


@ON_SQLITE
def test_after_a_new_connection_nothing_is_missed(engine: Engine, url: str) -> None:
    other = open_database(url)
    ear = SqliteEar(other)
    ear.listen()
    ear.close()
    with engine.begin() as conn:
        tidings.tell(conn, kind=Kind.OPTOUT, value="+15550001111", at=1.0)
    assert [each.value for each in ear.hear()] == ["+15550001111"]
    ear.close()
    ear.close()
    other.dispose()


@ON_SQLITE
def test_nothing_is_read_while_nobody_commits(engine: Engine) -> None:
    ear = SqliteEar(engine)
    ear.listen()
    assert ear._heard is not None
    ear._heard.catch_up = None  # type: ignore[assignment, method-assign]
    assert not ear.hear()
    ear.close()
