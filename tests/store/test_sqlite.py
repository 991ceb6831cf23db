from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from fastagi_server.store import sqlite
from fastagi_server.store.errors import CannotOpenError, NotDurableError
from tests.store.conftest import ON_SQLITE


@ON_SQLITE
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 200)],
)
def test_every_connection_has_its_pragmas(engine: Engine, pragma: str, value: object) -> None:
    with engine.connect() as one, engine.connect().execution_options(sqlite_readonly=True) as two:
        # two is begun first: one takes the write lock, which no reader minds
        assert two.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        assert one.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@ON_SQLITE
def test_begin_is_real_and_a_savepoint_is_inside_it(engine: Engine) -> None:
    with engine.connect() as conn:
        with conn.begin_nested():
            conn.execute(text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')"))
        conn.rollback()
        assert conn.scalar(text("SELECT count(*) FROM optout")) == 0


@ON_SQLITE
def test_a_writer_takes_the_lock_at_once_and_a_reader_does_not(engine: Engine, url: str) -> None:
    with engine.connect() as writer:
        writer.execute(text("SELECT 1"))
        with engine.connect().execution_options(sqlite_readonly=True) as reader:
            assert reader.scalar(text("SELECT count(*) FROM call")) == 0
        with pytest.raises(OperationalError, match="locked"), engine.connect() as second:
            second.execute(text("SELECT 1"))


@ON_SQLITE
def test_a_reader_cannot_write_and_its_connection_can_afterwards(engine: Engine) -> None:
    insert = text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')")
    with engine.connect().execution_options(sqlite_readonly=True) as reader:
        used = reader.connection.dbapi_connection
        with pytest.raises(OperationalError, match="readonly"):
            reader.execute(insert)
    with engine.begin() as writer:
        assert writer.connection.dbapi_connection is used
        writer.execute(insert)


@ON_SQLITE
def test_references_hold_unless_a_migration_asked_otherwise(conn: Connection, url: str, file: Path) -> None:
    orphan = text("INSERT INTO digit VALUES ('nobody', 1, '9', NULL, 0, 0)")
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        conn.execute(orphan)
    conn.rollback()
    free = sqlite.create(make_url(url), busy_seconds=0.2, enforce_references=False)
    with free.begin() as other:
        other.execute(orphan)
    free.dispose()


@ON_SQLITE
def test_a_transaction_that_sqlite_rolled_back_is_not_called_committed(engine: Engine) -> None:
    with engine.connect() as conn:
        conn.execute(text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')"))
        conn.exec_driver_sql("ROLLBACK")  # what SQLite does by itself on a full disk
        with pytest.raises(NotDurableError, match="by itself"):
            conn.commit()


def test_a_journal_that_is_not_wal_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn(sqlite3.Connection):
        def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
            return super().execute("SELECT 'delete'" if "journal_mode" in sql else sql)

    engine = sqlite.create(make_url(f"sqlite:///{tmp_path}/x.db"), busy_seconds=0.2, enforce_references=True)
    monkeypatch.setattr(sqlite3.dbapi2, "connect", Stubborn)
    with pytest.raises(OperationalError, match="does not carry SQLite's WAL"):
        engine.connect()
    engine.dispose()


def test_a_sqlite_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(CannotOpenError, match=r"SQLite 3\.35 or newer"):
        sqlite.check_place(make_url(f"sqlite:///{tmp_path}/x.db"))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_that_does_not_outlive_us_is_refused(url: str) -> None:
    with pytest.raises(CannotOpenError, match="plain file"):
        sqlite.check_place(make_url(url))


def test_a_missing_folder_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenError, match=f"there is no folder {tmp_path}/nowhere; create it"):
        sqlite.check_place(make_url(f"sqlite:///{tmp_path}/nowhere/x.db"))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenError, match="it is a folder"):
        sqlite.check_place(make_url(f"sqlite:///{tmp_path}"))


@pytest.mark.parametrize("forbidden", ["folder", "file"])
def test_what_is_not_writable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    file = tmp_path / "x.db"
    file.touch()
    wrong = {"folder": tmp_path, "file": file}[forbidden]
    # The tests may run as root, to whom everything is writable: so the answer of the system is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != wrong)
    with pytest.raises(CannotOpenError, match="writable"):
        sqlite.check_place(make_url(f"sqlite:///{file}"))


def test_asking_whether_a_database_is_missing_does_not_make_it(tmp_path: Path) -> None:
    url = make_url(f"sqlite:///{tmp_path}/x.db")
    assert sqlite.is_missing(url)
    assert sqlite.is_missing(url)
    (tmp_path / "x.db").touch()
    assert not sqlite.is_missing(url)
