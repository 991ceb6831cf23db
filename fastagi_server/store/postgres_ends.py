"""How a transaction on PostgreSQL ends badly: a race or the session is lost, or the commit's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from fastagi_server.store.errors import NotDurableError

# By SQLSTATE: serialization failure, deadlock, a lock waited for too long; and a unique key, for whoever
# writes one has looked before, and the other's was committed after that look.
_LOST_RACE: Final = {"40001", "40P01", "55P03", "23505"}
_WAITED: Final = "55P03"
# The session was ended: by the administrator, by a crash, for doing nothing in a transaction.
_ENDED: Final = {"57P01", "57P02", "57P05", "25P03", "25P04"}
_MARK: Final = text("SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT)")
_STATUS: Final = text("SELECT pg_xact_status(CAST(CAST(:mark AS TEXT) AS xid8))")
_HURRY: Final = text("SET LOCAL lock_timeout = '50ms'")
_SESSION: Final = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END: Final = text(
    "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
    "WHERE pid = :pid AND backend_start = CAST(:begun_at AS timestamptz) AND pid <> pg_backend_pid()"
)
_PAUSE: Final = text("SELECT pg_sleep(0.1)")
_LOOKS = 10


class Session(NamedTuple):
    """A session of ours as the server knows it."""

    pid: int
    begun_at: datetime


def is_race(error: DBAPIError) -> bool:
    """Say whether another writer or a lost session was at fault, and not what was asked."""
    return _state(error) in _LOST_RACE or is_lost(error)


def has_waited(error: DBAPIError) -> bool:
    """Say whether a lock was waited for as long as the session waits."""
    return _state(error) == _WAITED


def is_lost(error: DBAPIError) -> bool:
    """Say whether the session is gone: its last words, if any, do not say how its transaction ended."""
    state = _state(error)
    return state in _ENDED or (state is None and isinstance(error, OperationalError | InterfaceError))


def hurry(connection: Connection) -> None:
    """Wait no longer for anybody's lock than a batch takes: two batches may wait for each other.

    The server would find that out after a second; each job by itself waits for one row, so in no circle.
    """
    connection.execute(_HURRY)


def mark(connection: Connection) -> str | None:
    """Give the transaction's number; None where nothing was written."""
    found: str | None = connection.execute(_MARK).scalar_one()
    return found


def was_committed(engine: Engine, marked: str) -> bool | None:
    """Ask the server what became of a transaction; one that its old session still ends is waited for."""
    try:
        with engine.connect() as connection:
            for _ in range(_LOOKS):
                status = connection.execute(_STATUS, {"mark": marked}).scalar_one()
                if status != "in progress":
                    return {"committed": True, "aborted": False}.get(status)
                connection.execute(_PAUSE)
    except DBAPIError:
        return None
    return None


def session(connection: Connection) -> Session:
    """Give the name by which this session can be ended later."""
    return Session(*connection.execute(_SESSION).one())


def end(connection: Connection, former: Session) -> None:
    """End a session that we have lost, if it lives: what it still does must come before what follows.

    A COMMIT may be on its way to it behind a wire that was cut for a moment.
    """
    told = {"pid": former.pid, "begun_at": former.begun_at}
    if connection.execute(_END, told).scalar_one_or_none() is False:
        raise NotDurableError(why="PostgreSQL has not ended the session that we have lost")


def _state(error: DBAPIError) -> str | None:
    """Give what the server calls the error; None where it said nothing, empty where it is another's."""
    state: str | None = getattr(error.orig, "sqlstate", "")
    return state
