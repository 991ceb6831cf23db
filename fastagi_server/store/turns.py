"""Whose turn it is where two transactions must not pass each other; the turn ends with the transaction.

SQLite's writers take turns anyway, so there is nothing to do. PostgreSQL's locks are asked for before the
look that hangs on them: a statement sees what was committed before it began, not what it waited for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import Text

from fastagi_server.store import backend
from fastagi_server.store.statement import Statement

_MIGRATING: Final = 0x44495343  # "DISC"
_SHARING: Final = 0x50414345  # "PACE"
_NUMBER = bindparam("number", type_=Text)
_SHARED = Statement(
    text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:number, 5))").bindparams(_NUMBER)
)
_ALONE = Statement(text("SELECT pg_advisory_xact_lock(hashtextextended(:number, 5))").bindparams(_NUMBER))


def beginning(conn: Connection, numbers: Iterable[str]) -> None:
    """Let no opt-out of the numbers come between the look at the list and the commit of a beginning."""
    if backend.is_postgres(conn):
        _SHARED.returned_each(conn, [{"number": number} for number in sorted(set(numbers))])


def opting_out(conn: Connection, number: str) -> None:
    """Wait for the beginnings to the number that have looked already; those that look later see us."""
    if backend.is_postgres(conn):
        _ALONE.returned(conn, {"number": number})


def migrating(conn: Connection) -> None:
    """Let one migration after the other through."""
    if backend.is_postgres(conn):
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})


def sharing(conn: Connection) -> bool:
    """Take the turn to look at the shared limits, or say that another engine has it; nobody waits for it.

    An engine that stands still in its turn, or whose wire is cut, loses it after a second with its session.
    """
    if not backend.is_postgres(conn):
        return True
    conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = '1s'"))
    return bool(conn.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _SHARING}).scalar_one())
