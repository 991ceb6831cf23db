"""A statement of the hot path: SQLAlchemy writes it once for each database, the driver runs it from then on.

What SQLAlchemy does anew at each execution takes several times as long as SQLite's own work (docs/speed.md).
Errors are SQLAlchemy's as ever. This file does not know what any statement says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

_Put = Callable[[Any], Any]
# The driver that sends many before it waits; SQLite's has nobody to wait for.
_HURRIES: Final = "psycopg"


@dataclass(frozen=True, kw_only=True)
class Written:
    """The text for one database, how each parameter is put, and the values that are always the same."""

    sql: str
    names: tuple[str, ...]
    puts: tuple[tuple[int, _Put], ...]
    always: Mapping[str, Any]
    by_position: bool

    def parameters(self, told: Mapping[str, Any]) -> Any:
        """Give what the driver takes; a value that is not told is a KeyError."""
        values = {**self.always, **told} if self.always else told
        row = [values[name] for name in self.names]
        for place, put in self.puts:
            row[place] = put(row[place])
        return row if self.by_position else dict(zip(self.names, row, strict=True))


class Statement:
    """One statement, run inside the transaction of whoever calls."""

    def __init__(self, construct: ClauseElement, *, ending: str = "") -> None:
        self.construct = construct
        self._ending = ending
        self._written: dict[tuple[str, str], Written] = {}

    def changed(self, conn: Connection, told: Mapping[str, Any]) -> int:
        """Run it and give how many rows it changed."""
        return self.changed_each(conn, [told])[0]

    def returned(self, conn: Connection, told: Mapping[str, Any]) -> Any:
        """Run it and give the one value that it returns, None where it returned no row."""
        return self.returned_each(conn, [told])[0]

    def changed_each(self, conn: Connection, told: Sequence[Mapping[str, Any]]) -> list[int]:
        """Run it once for each, in this order, and give how many rows each has changed."""
        return self._each(conn, told, _rows)

    def returned_each(self, conn: Connection, told: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Run it once for each, in this order, and give the one value of each, None where it has none."""
        return self._each(conn, told, _first)

    def _each(self, conn: Connection, told: Sequence[Mapping[str, Any]], take: Callable[[Any], T]) -> list[T]:
        if not told:
            return []
        written = self._written_for(conn)
        parameters = [written.parameters(each) for each in told]
        run = _at_once if len(told) > 1 and conn.dialect.driver == _HURRIES else _in_turn
        dialect = conn.dialect
        cursor = conn.connection.cursor()
        try:
            return run(cursor, written.sql, parameters, take)
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                written.sql, parameters, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error
        finally:
            cursor.close()

    def _written_for(self, conn: Connection) -> Written:
        if not conn.in_transaction():
            conn.begin()
        dialect = conn.dialect
        key = (dialect.name, dialect.driver)
        return self._written.get(key) or self._written.setdefault(
            key, write(self.construct, dialect, self._ending)
        )


def _in_turn(cursor: Any, sql: str, parameters: Sequence[Any], take: Callable[[Any], T]) -> list[T]:
    """Run it for one after the other."""
    found = []
    for each in parameters:
        cursor.execute(sql, each)
        found.append(take(cursor))
    return found


def _at_once(cursor: Any, sql: str, parameters: Sequence[Any], take: Callable[[Any], T]) -> list[T]:
    """Send all of them before the first answer is waited for: on a wire waiting is most of the cost."""
    cursor.executemany(sql, parameters, returning=True)
    found = [take(cursor)]
    while cursor.nextset():
        found.append(take(cursor))
    # The last word of a pipeline leaves the session without its idle timeout: whoever stood still now would
    # hold his locks for ever. A plain question brings it back.
    cursor.execute("SELECT 1")
    return found


def _rows(cursor: Any) -> int:
    return int(cursor.rowcount)


def _first(cursor: Any) -> Any:
    rows = cursor.fetchall()
    return rows[0][0] if rows else None


def write(construct: ClauseElement, dialect: Dialect, ending: str = "") -> Written:
    """Write a statement for one database, with an ending in words that mean the same in each."""
    compiled: Any = construct.compile(dialect=dialect)
    always = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
    by_position = bool(dialect.positional)
    names = tuple(compiled.positiontup if by_position else compiled.params)
    puts = (compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    return Written(
        sql=f"{compiled}{ending}",
        names=names,
        puts=tuple((place, put) for place, put in enumerate(puts) if put is not None),
        always=always,
        by_position=by_position,
    )
