from __future__ import annotations

import enum

from sqlalchemy import Column, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from fastagi_server.store.schema import metadata, words


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


def test_a_closed_set_is_kept_as_its_words_and_checked_by_the_database() -> None:
    table = Table("paint", metadata, Column("colour", words(Colour, "colour")))
    try:
        made = str(CreateTable(table).compile(dialect=sqlite.dialect()))
    finally:
        metadata.remove(table)

    assert "CONSTRAINT ck_paint_colour CHECK (colour IN ('red', 'blue'))" in made
