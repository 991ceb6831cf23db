"""Which schema a database has, and which this program needs.

Asked at every start, so it is asked without Alembic: only who migrates loads that.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from fastagi_server.store import address
from fastagi_server.store.engine import is_missing, make_engine, unopened
from fastagi_server.store.errors import SchemaBehindError
from fastagi_server.store.reader import READS

# The migrations in their order; a test compares them with the folder.
KNOWN: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
HEAD: Final = KNOWN[-1]


def current(url: str) -> str | None:
    """Give the revision that the database has; None where there is no schema, or no database yet."""
    place = address.parse(url)
    engine = make_engine(place)
    if is_missing(place):
        return None
    try:
        return of(engine, place)
    finally:
        engine.dispose()


def of(engine: Engine, place: URL) -> str | None:
    """Give the revision of an open database."""
    try:
        with engine.connect().execution_options(**READS) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found
    except DBAPIError as error:
        raise unopened(place, error) from error


def refuse_newer(place: URL, found: str | None) -> None:
    """Refuse a schema that this program has never heard of: a newer program made it."""
    if found is not None and found not in KNOWN:
        raise SchemaBehindError(
            url=address.shown(place),
            found=found,
            needed=HEAD,
            remedy="a newer program made it: run that one, or restore a backup",
        )


def refuse_older(place: URL, found: str | None) -> None:
    """Refuse a schema that this program's migrations have not brought to head yet."""
    if found != HEAD:
        raise SchemaBehindError(
            url=address.shown(place), found=found, needed=HEAD, remedy="run: discador db upgrade"
        )
