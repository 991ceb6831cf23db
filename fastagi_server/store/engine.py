"""From a URL to an engine, schema unseen. Only the store itself comes in by this door.

This file knows which databases there are, and nothing about any of them.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from fastagi_server.store import address, postgres, sqlite
from fastagi_server.store.errors import CannotOpenError

BUSY_SECONDS = 5.0

_DRIVERS = {
    sqlite.BACKEND: sqlite.BACKEND,
    f"{sqlite.BACKEND}+pysqlite": sqlite.BACKEND,
    postgres.DRIVERNAME: postgres.BACKEND,
}


def make_engine(url: URL, *, busy_seconds: float = BUSY_SECONDS, enforce_references: bool = True) -> Engine:
    """Give an engine for the URL once its place is known to be good; nothing is opened yet."""
    if _backend(url) == postgres.BACKEND:
        return postgres.create(url, busy_seconds=busy_seconds)
    sqlite.check_place(url)
    return sqlite.create(url, busy_seconds=busy_seconds, enforce_references=enforce_references)


def is_missing(url: URL) -> bool:
    """Say whether the database is not there yet, without creating it by asking."""
    return _backend(url) == sqlite.BACKEND and sqlite.is_missing(url)


def unopened(url: URL, error: DBAPIError) -> CannotOpenError:
    """Give the sentence for a database that does not open."""
    if _backend(url) == postgres.BACKEND:
        return CannotOpenError(url=address.shown(url), why=postgres.why(error), remedy=postgres.remedy(error))
    remedy = "check that the file is ours, sound and used by nobody else for long"
    return CannotOpenError(url=address.shown(url), why=str(error.orig), remedy=remedy)


def _backend(url: URL) -> str:
    found = _DRIVERS.get(url.drivername)
    if found is None:
        raise CannotOpenError(
            url=address.shown(url),
            why=f"this version does not speak {url.drivername}",
            remedy="use a sqlite:/// or postgresql:// URL",
        )
    return found
