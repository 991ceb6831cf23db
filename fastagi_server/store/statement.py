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
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

_Put = Callable[[Any], Any]
# The driver that sends many before it waits; SQLite's has nobody to wait for.
_HURRIES: Final = "psycopg"


@dataclass(frozen=True, kw_only=True)
class Written:
    """The text for one database, how each parameter is put, and the values that are always the same."""

    sql: str
    puts: tuple[tuple[str, _Put | None], ...]
    always: Mapping[str, Any]
    by_position: bool

    def parameters(self, told: Mapping[str, Any]) -> Any:
        """Give what the driver takes; a value that is not told is a KeyError."""
        values = {**self.always, **told}
        if self.by_position:
            return [values[name] if put is None else put(values[name]) for name, put in self.puts]
        return {name: values[name] if put is None else put(values[name]) for name, put in self.puts}


class Statement:
    """One statement, run inside the transaction of whoever calls."""

    def __init__(self, construct: ClauseElement, *, ending: str = "") -> None:
        self.construct = construct
        self._ending = ending
        self._written: dict[tuple[str, str], Written] = {}

    def changed(self, conn: Connection, told: Mapping[str, Any]) -> int:
        """Run it and give how many rows it changed."""
        cursor = self._run(conn, told)
        rows = int(cursor.rowcount)
        cursor.close()
        return rows

    def returned(self, conn: Connection, told: Mapping[str, Any]) -> Any:
        """Run it and give the one value that it returns, None where it returned no row."""
        cursor = self._run(conn, told)
        rows = cursor.fetchall()
        cursor.close()
        return rows[0][0] if rows else None

    def changed_each(self, conn: Connection, told: Sequence[Mapping[str, Any]]) -> list[int]:
        """Run it once for each, in this order, and give how many rows each has changed."""
        if len(told) > 1 and conn.dialect.driver == _HURRIES:
            return self._at_once(conn, told, lambda cursor: int(cursor.rowcount))
        return [self.changed(conn, each) for each in told]

    def returned_each(self, conn: Connection, told: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Run it once for each, in this order, and give the one value of each, None where it has none."""
        if len(told) > 1 and conn.dialect.driver == _HURRIES:
            return self._at_once(conn, told, _first)
        return [self.returned(conn, each) for each in told]

    def _at_once(
        self, conn: Connection, told: Sequence[Mapping[str, Any]], take: Callable[[Any], T]
    ) -> list[T]:
        """Send all of them before the first answer is waited for: on a wire waiting is most of the cost."""
        written = self._written_for(conn)
        parameters = [written.parameters(each) for each in told]
        cursor: Any = self._cursor(
            conn,
            written,
            parameters,
            lambda cursor: cursor.executemany(written.sql, parameters, returning=True),
        )
        found = [take(cursor)]
        while cursor.nextset():
            found.append(take(cursor))
        cursor.close()
        return found

    def _run(self, conn: Connection, told: Mapping[str, Any]) -> DBAPICursor:
        written = self._written_for(conn)
        parameters = written.parameters(told)
        return self._cursor(conn, written, parameters, lambda cursor: cursor.execute(written.sql, parameters))

    def _written_for(self, conn: Connection) -> Written:
        if not conn.in_transaction():
            conn.begin()
        dialect = conn.dialect
        key = (dialect.name, dialect.driver)
        return self._written.get(key) or self._written.setdefault(
            key, write(self.construct, dialect, self._ending)
        )

    @staticmethod
    def _cursor(
        conn: Connection, written: Written, parameters: Any, run: Callable[[Any], object]
    ) -> DBAPICursor:
        dialect = conn.dialect
        cursor = conn.connection.cursor()
        try:
            run(cursor)
        except dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise DBAPIError.instance(
                written.sql, parameters, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error
        return cursor


def _first(cursor: Any) -> Any:
    rows = cursor.fetchall()
    return rows[0][0] if rows else None


def write(construct: ClauseElement, dialect: Dialect, ending: str = "") -> Written:
    """Write a statement for one database, with an ending in words that mean the same in each."""
    compiled: Any = construct.compile(dialect=dialect)
    always = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
    by_position = bool(dialect.positional)
    names = compiled.positiontup if by_position else list(compiled.params)

    def put(name: str) -> _Put | None:
        found: _Put | None = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        return found

    return Written(
        sql=f"{compiled}{ending}",
        puts=tuple((name, put(name)) for name in names),
        always=always,
        by_position=by_position,
    )
