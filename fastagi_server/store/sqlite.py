"""Everything that only SQLite does: its file, its pragmas, its BEGIN. No other file of the store knows it.

Python's sqlite3 begins transactions by guessing at statements and does not begin one for SAVEPOINT, so its
guessing is switched off and BEGIN is written here; this way holds from Python 3.11 on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Error as SqliteBaseError
from sqlite3 import OperationalError as SqliteError
from sqlite3 import sqlite_version, sqlite_version_info
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from fastagi_server.store.address import shown
from fastagi_server.store.errors import CannotOpenError, NotDurableError

BACKEND = "sqlite"
NEEDED = (3, 35)  # the first that says RETURNING
READ_ONLY = "sqlite_readonly"


def check_place(url: URL) -> None:
    """Refuse what SQLite would refuse later in worse words: too old, no file, no right to write."""
    if sqlite_version_info < NEEDED:
        raise CannotOpenError(
            url=shown(url),
            why=f"this Python brings SQLite {sqlite_version}",
            remedy="use a Python with SQLite 3.35 or newer",
        )
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise CannotOpenError(
            url=shown(url),
            why="only a database in a plain file outlives this program",
            remedy="write the file's path, like sqlite:////var/lib/discador/discador.db",
        )
    file = Path(url.database)
    folder = file.absolute().parent
    problems = (
        (not folder.is_dir(), f"there is no folder {folder}", "create it, owned by the user that runs this"),
        # WAL keeps two more files beside the database, so the file's own permission is not enough.
        (not os.access(folder, os.W_OK | os.X_OK), f"{folder} is not writable", "let this user write there"),
        (file.is_dir(), "it is a folder", "name a file in it"),
        (
            file.exists() and not os.access(file, os.R_OK | os.W_OK),
            "the file is not readable and writable",
            "give it to the user that runs this",
        ),
    )
    for wrong, why, remedy in problems:
        if wrong:
            raise CannotOpenError(url=shown(url), why=why, remedy=remedy)


def is_missing(url: URL) -> bool:
    """Say whether the file is not there yet; opening it would create it."""
    return not Path(url.database or "").exists()


def create(url: URL, *, busy_seconds: float, enforce_references: bool) -> Engine:
    """Give an engine whose every connection is WAL, FULL, and has a transaction where it says so.

    `enforce_references` is off for migrations only: there a table may be rebuilt, and dropping the old one
    would take its children along.
    """
    engine = create_engine(url, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _set_pragmas(enforce_references=enforce_references))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", check_transaction)
    return engine


def _set_pragmas(*, enforce_references: bool) -> Callable[[Any, Any], None]:
    def set_pragmas(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        (mode,) = dbapi_connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise SqliteError(f"the file system does not carry SQLite's WAL (journal mode is {mode})")
        dbapi_connection.execute("PRAGMA synchronous = FULL")
        dbapi_connection.execute(f"PRAGMA foreign_keys = {'ON' if enforce_references else 'OFF'}")

    return set_pragmas


def _begin(connection: Connection) -> None:
    """Begin for real; a writer takes the lock at once.

    A transaction that reads first and writes later is told `locked` without any waiting when somebody else
    wrote in between, so only readers begin lazily, and they cannot write.
    """
    reads = bool(connection.get_execution_options().get(READ_ONLY, False))
    wishes = (f"PRAGMA query_only = {'ON' if reads else 'OFF'}", "BEGIN" if reads else "BEGIN IMMEDIATE")
    # By the driver itself: SQLAlchemy's way costs ten times as much, at every commit.
    dbapi_connection: Any = connection.connection.dbapi_connection
    for wish in wishes:
        try:
            dbapi_connection.execute(wish)
        except SqliteBaseError as error:
            told = DBAPIError.instance(wish, None, error, SqliteBaseError, dialect=connection.dialect)
            raise told from error


def check_transaction(connection: Connection) -> None:
    """Refuse to commit what is no longer a transaction.

    After a full disk or an I/O error SQLite may have rolled back by itself; sqlite3's commit() then does
    nothing and says nothing, and what was lost would be called durable.
    """
    dbapi_connection: Any = connection.connection.dbapi_connection
    if not dbapi_connection.in_transaction:
        raise NotDurableError(why="SQLite rolled the transaction back by itself")
