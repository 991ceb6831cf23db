from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from fastagi_server.pacing.shares import Part
from fastagi_server.store import pace_tables


def test_a_part_is_held_whole() -> None:
    assert {f.name for f in fields(Part)} == set(pace_tables.pace_share.c.keys())


@pytest.mark.parametrize(
    "row",
    ["pace_share VALUES ('cluster', 'a', 30, -1, 0, 0)", "pace_share VALUES ('cluster', 'a', 30, 0, -1, 0)"],
)
def test_what_cannot_be_is_refused(conn: Connection, row: str) -> None:
    with pytest.raises(IntegrityError):
        conn.execute(text(f"INSERT INTO {row}"))
