"""What a server itself has switched off, so that no commit survives a power cut whatever we ask for."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from fastagi_server.store import backend, reader
from fastagi_server.store.connect import open_database

_OFF: Final = text(
    "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' "
    "ORDER BY name"
)


def weak(url: str) -> list[str]:
    """Give the names of such settings; SQLite has none, for its file is ours."""
    database = open_database(url)
    try:
        return reader.read(
            database, lambda conn: list(conn.execute(_OFF).scalars()) if backend.is_postgres(conn) else []
        )
    finally:
        database.dispose()
