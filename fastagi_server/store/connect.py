"""The front door of the store: from a URL to an engine that is known to work.

Whoever got an engine here need not ask again whether the folder, the file or the schema is right.
"""

from __future__ import annotations

from sqlalchemy import Engine

from fastagi_server.store import address, revision
from fastagi_server.store.engine import BUSY_SECONDS, is_missing, make_engine


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Open the database; one whose schema is not at head is refused, and none is created by asking.

    `busy_seconds` is how long a write waits for another process's lock before it fails.
    """
    place = address.parse(url)
    engine = make_engine(place, busy_seconds=busy_seconds)
    try:
        found = None if is_missing(place) else revision.of(engine, place)
        revision.refuse_newer(place, found)
        revision.refuse_older(place, found)
    except BaseException:
        engine.dispose()
        raise
    return engine
