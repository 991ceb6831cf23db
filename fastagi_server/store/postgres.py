"""Everything that only PostgreSQL does: its sessions, its BEGIN, its words for what went wrong.

psycopg begins transactions by itself and commits one that failed without a word, so it is left in autocommit
and BEGIN is written here; what a session must be set to is asked and set in one question when it is opened.
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from fastagi_server.store.address import shown
from fastagi_server.store.errors import CannotOpenError, NotDurableError

BACKEND = "postgresql"
_IN_TRANSACTION: Final = "INTRANS"  # psycopg's word; the driver itself is loaded only where it is used
DRIVERNAME = f"{BACKEND}+psycopg"
NEEDED = 14
READ_ONLY = "postgresql_readonly"

_AUTOCOMMIT: Final = "AUTOCOMMIT"
_POOL_SECONDS = 5.0  # how long a reader waits for another reader's connection
_LASTS_SECONDS = 15  # a transaction that does nothing for so long holds locks for nobody
# A server that is away is found out in seconds; while its answer is waited for, by the session itself.
_CONNECT: Final = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "application_name": "discador",
    "client_encoding": "utf8",
}

# One question sets the session and says what the server is. remote_apply promises more than `on`. A session
# keeps its plans: one made for an empty table would read the whole of it for each row that is written, while
# it grows; so whoever writes finds everything by an index.
_OPEN: Final = """
SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),
  set_config('synchronous_commit',
    CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
  set_config('lock_timeout', %s, false), set_config('statement_timeout', '0', false),
  set_config('idle_in_transaction_session_timeout', %s, false), set_config('TimeZone', 'UTC', false),
  set_config('enable_seqscan', 'off', false)
"""
_BELIEVED: Final = text("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = CAST(:name AS regclass)")
_FEW = 1000  # rows that may be read whole
# The server's own words, in English; a server that speaks otherwise gets the last remedy.
_REMEDIES: Final = (
    (
        r"password authentication|no password|peer auth|pg_hba|SCRAM",
        "check the user, its password and pg_hba.conf",
    ),
    (r"role .* does not exist", "let an administrator make it: CREATE ROLE name LOGIN PASSWORD 'secret'"),
    (
        r"database .* does not exist",
        "let an administrator make it: CREATE DATABASE name OWNER user ENCODING 'UTF8'",
    ),
    (r"permission denied", "make the user the owner of the database"),
    (r"too many|remaining connection slots", "give the server more connections (max_connections)"),
    (r"starting up|shutting down|recovery mode", "try again in a moment"),
    (r"read-only|recovery", "name the server that writes, not a standby"),
    (r"lock timeout|deadlock", "try again when whoever migrates is done"),
    ("", "see that the server runs there and takes our connections"),
)


def create(url: URL, *, busy_seconds: float) -> Engine:
    """Give an engine whose every session is durable, never waits for ever, and begins where it says so."""
    given = {name: value for name, value in _CONNECT.items() if name not in url.query}
    engine = create_engine(
        url,
        connect_args=given,
        isolation_level=_AUTOCOMMIT,
        pool_pre_ping=True,
        pool_timeout=_POOL_SECONDS,
    )

    def opened(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.autocommit = True
        try:
            _open(dbapi_connection, url, busy_seconds)
        except BaseException:
            dbapi_connection.close()
            raise

    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", opened)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", check_transaction)
    return engine


def _connect(_dialect: Any, _record: Any, told: tuple[Any, ...], opening: dict[str, Any]) -> Any:
    from fastagi_server.store.postgres_session import open_session  # noqa: PLC0415 - the driver is loaded late

    return open_session(*told, **opening)


def _open(session: Any, url: URL, busy_seconds: float) -> None:
    settings = (f"{busy_seconds * 1000:.0f}", f"{_LASTS_SECONDS}s")
    version, encoding, *_ = session.execute(_OPEN, settings).fetchone()
    if version < NEEDED:
        raise CannotOpenError(
            url=shown(url), why=f"it is PostgreSQL {version}", remedy=f"use PostgreSQL {NEEDED} or newer"
        )
    if encoding != "UTF8":
        raise CannotOpenError(
            url=shown(url),
            why=f"its encoding is {encoding}, which cannot keep everybody's words",
            remedy="use a database that was made with ENCODING 'UTF8'",
        )


def _begin(connection: Connection) -> None:
    """Begin for real: a reader sees one moment and cannot write, a writer sees what others have committed."""
    options = connection.get_execution_options()
    if options.get("isolation_level") == _AUTOCOMMIT:
        return  # somebody wants no transactions, to LISTEN
    if options.get(READ_ONLY):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.exec_driver_sql("SET LOCAL enable_seqscan = on")
    else:
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")


def check_transaction(connection: Connection) -> None:
    """Refuse to commit what is no longer a transaction, or one that failed.

    The server answers COMMIT of a failed transaction with ROLLBACK and no error, and what was lost would be
    called durable.
    """
    session: Any = connection.connection.dbapi_connection
    status = session.info.transaction_status
    if connection.get_execution_options().get("isolation_level") == _AUTOCOMMIT:
        return
    if status.name != _IN_TRANSACTION:
        # SQLAlchemy takes a commit that was refused for an end, and would hand the session on as it is.
        session.rollback()
        raise NotDurableError(why=f"PostgreSQL's transaction is no more ({status.name.lower()})")


def learn(connection: Connection, table: str, rows: int) -> None:
    """Let the planner look at a table that has at least doubled; by itself it does so a minute later."""
    told = {"name": table}
    believed = connection.execute(_BELIEVED, told).scalar_one()
    if rows > 2 * believed + _FEW:
        connection.exec_driver_sql(f"ANALYZE {table}")


def why(error: DBAPIError) -> str:
    """Say what went wrong in one line; the server's details may quote whole rows."""
    cause = error.orig
    diagnosed = getattr(cause, "diag", None)
    told = diagnosed.message_primary if diagnosed else None
    return told or " ".join(str(cause).split())


def remedy(error: DBAPIError) -> str:
    """Say what helps where a database does not open."""
    told = why(error)
    return next(what for words, what in _REMEDIES if re.search(words, told))
