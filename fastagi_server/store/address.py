"""The database's URL: taken from outside, shown without its secrets.

This file opens nothing.
"""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from fastagi_server.store.errors import CannotOpenError


def parse(text: str) -> URL:
    """Take a database URL; one that cannot be read is refused without being repeated, for its password."""
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise CannotOpenError(
            url="(not shown)",
            why="this is not a database URL",
            remedy="write it like sqlite:////var/lib/discador/discador.db",
        ) from None


def shown(url: URL) -> str:
    """Give the URL as people may see it: the password starred, the query left out (it may hold one too)."""
    return url.set(query={}).render_as_string(hide_password=True)
