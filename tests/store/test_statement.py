from __future__ import annotations

import enum
from collections.abc import Iterator

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import IntegrityError, OperationalError

from fastagi_server.store.statement import Statement, write


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


table = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("colour", Enum(Colour, values_callable=lambda kinds: [kind.value for kind in kinds])),
    Column("note", String),
)
PAINT = Statement(
    update(table)
    .where(table.c.colour == bindparam("of_colour", type_=table.c.colour.type))
    .values(colour=Colour.BLUE, note=bindparam("new_note"))
)
ADD = Statement(text("INSERT INTO thing (id, colour) VALUES (:id, 'red') RETURNING id"))
NOTHING = Statement(text("INSERT INTO thing (id) SELECT :id WHERE 1 = 0 RETURNING id"))


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with engine.connect() as conn:
        yield conn
    engine.dispose()


def test_how_many_rows_changed(conn: Connection) -> None:
    for n in (1, 2, 3):
        assert ADD.returned(conn, {"id": n}) == n

    assert PAINT.changed(conn, {"of_colour": Colour.RED, "new_note": "x"}) == 3
    assert PAINT.changed(conn, {"of_colour": Colour.RED, "new_note": "y"}) == 0
    assert conn.execute(select(table.c.colour, table.c.note)).all() == [(Colour.BLUE, "x")] * 3


def test_nothing_returned_is_none(conn: Connection) -> None:
    assert NOTHING.returned(conn, {"id": 1}) is None


def test_it_is_part_of_the_transaction(conn: Connection) -> None:
    ADD.returned(conn, {"id": 1})
    assert conn.in_transaction()
    conn.rollback()

    assert conn.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_a_value_that_is_not_told_is_an_error_and_not_null(conn: Connection) -> None:
    with pytest.raises(KeyError, match="new_note"):
        PAINT.changed(conn, {"of_colour": Colour.RED})


def test_errors_are_sqlalchemys(conn: Connection) -> None:
    ADD.returned(conn, {"id": 1})

    with pytest.raises(IntegrityError, match="UNIQUE"):
        ADD.returned(conn, {"id": 1})
    with pytest.raises(OperationalError, match="no such table"):
        Statement(text("DELETE FROM nowhere")).changed(conn, {})


def test_a_database_that_takes_its_values_by_name() -> None:
    written = write(PAINT.construct, psycopg.dialect())

    assert "%(of_colour)s" in written.sql
    assert written.parameters({"of_colour": Colour.RED, "new_note": "x"}) == {
        "colour": "blue",
        "of_colour": "red",
        "new_note": "x",
    }
