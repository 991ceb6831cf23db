"""Short reads on connections of their own, beside the writer. Nothing can be written through here.

A read sees one moment of the database. It must be short: while it lasts, the write-ahead log cannot shrink.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from fastagi_server.store.backend import why
from fastagi_server.store.errors import NotReadableError

T = TypeVar("T")

# Each database's own word for it; each ignores the other's.
READS: Final = {"sqlite_readonly": True, "postgresql_readonly": True}


def read(engine: Engine, question: Callable[[Connection], T]) -> T:
    """Ask the question in a transaction of its own that cannot write, and give its answer."""
    try:
        with engine.connect().execution_options(**READS) as connection:
            return question(connection)
    except DBAPIError as error:
        raise NotReadableError(why=why(error)) from error
    except NoConnectionError as error:
        raise NotReadableError(why=str(error)) from error
