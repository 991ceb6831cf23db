"""The database's URL: taken from outside, shown without its secrets.

This file opens nothing.
"""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from fastagi_server.store.errors import CannotOpenError

# One driver speaks PostgreSQL here, so nobody need name it; postgres:// is what many a host hands out.
_SPOKEN = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_PLAINLY = {"postgresql+psycopg": "postgresql"}


def parse(text: str) -> URL:
    """Take a database URL; one that cannot be read is refused without being repeated, for its password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise CannotOpenError(
            url="(not shown)",
            why="this is not a database URL",
            remedy="write it like sqlite:////var/lib/discador/discador.db",
        ) from None
    return url.set(drivername=_SPOKEN.get(url.drivername, url.drivername))


def shown(url: URL) -> str:
    """Give the URL as people may see it: the password starred, the query left out (it may hold one too)."""
    plain = url.set(drivername=_PLAINLY.get(url.drivername, url.drivername), query={})
    return plain.render_as_string(hide_password=True)
