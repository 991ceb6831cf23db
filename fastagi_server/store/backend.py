"""What differs from database to database once one is open, asked by whoever must not know which it is."""

from __future__ import annotations

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fastagi_server.store import postgres, postgres_ends, sqlite
from fastagi_server.store.postgres_ends import Session


def is_postgres(connection: Connection) -> bool:
    """Say whether others may write at the same time; SQLite's writers take turns."""
    return connection.dialect.name == postgres.BACKEND


def check_transaction(connection: Connection) -> None:
    """Refuse to go on in what is no longer a transaction that can be committed."""
    if is_postgres(connection):
        postgres.check_transaction(connection)
    else:
        sqlite.check_transaction(connection)


def learn(connection: Connection, table: str, rows: int) -> None:
    """Let the database look at a table that a list has filled, before anybody asks it for somebody."""
    if is_postgres(connection):
        postgres.learn(connection, table, rows)


def why(error: DBAPIError) -> str:
    """Say in one line what the database said."""
    return postgres.why(error)


def is_race(error: DBAPIError) -> bool:
    """Say whether another writer or a lost session was at fault; nothing is kept, again it may go well."""
    return postgres_ends.is_race(error)


def has_waited(error: DBAPIError) -> bool:
    """Say whether a lock was waited for as long as we wait."""
    return postgres_ends.has_waited(error)


def is_lost(error: DBAPIError) -> bool:
    """Say whether the session is gone without a word of how its transaction ended."""
    return postgres_ends.is_lost(error)


def hurry(connection: Connection) -> None:
    """Let this transaction rather be done again in pieces than wait for another's locks."""
    if is_postgres(connection):
        postgres_ends.hurry(connection)


def succeed(connection: Connection, former: Session | None) -> Session | None:
    """Let this session follow the one that was lost, which is ended first; give what it is known by."""
    if not is_postgres(connection):
        return None
    if former is not None:
        postgres_ends.end(connection, former)
    found = postgres_ends.session(connection)
    connection.rollback()
    return found


def mark(connection: Connection) -> str | None:
    """Give the name by which this transaction's end can be asked for; None where it has written nothing."""
    return postgres_ends.mark(connection) if is_postgres(connection) else None


def was_committed(engine: Engine, marked: str) -> bool | None:
    """Say what became of a transaction whose end nobody told us; None where that cannot be found out now."""
    return postgres_ends.was_committed(engine, marked)
