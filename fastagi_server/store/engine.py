"""From a URL to an engine, schema unseen. Only the store itself comes in by this door.

This file knows which databases there are, and nothing about any of them.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from fastagi_server.store import address, sqlite
from fastagi_server.store.errors import CannotOpenError

BUSY_SECONDS = 5.0


def make_engine(url: URL, *, busy_seconds: float = BUSY_SECONDS, enforce_references: bool = True) -> Engine:
    """Give an engine for the URL once its place is known to be good; nothing is opened yet."""
    _check_backend(url)
    sqlite.check_place(url)
    return sqlite.create(url, busy_seconds=busy_seconds, enforce_references=enforce_references)


def is_missing(url: URL) -> bool:
    """Say whether the database is not there yet, without creating it by asking."""
    _check_backend(url)
    return sqlite.is_missing(url)


def _check_backend(url: URL) -> None:
    if url.drivername not in {sqlite.BACKEND, f"{sqlite.BACKEND}+pysqlite"}:
        raise CannotOpenError(
            url=address.shown(url),
            why=f"this version does not speak {url.drivername}",
            remedy="use a sqlite:/// URL",
        )
