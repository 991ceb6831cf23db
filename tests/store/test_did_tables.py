from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from fastagi_server.store import did_tables
from fastagi_server.telephony.did import Rest


def test_a_rest_is_held_whole() -> None:
    assert {f.name for f in fields(Rest)} == set(did_tables.did_rest.c.keys())


@pytest.mark.parametrize(
    "row",
    [
        "did_lease VALUES ('a', 'usa', '2026-11-23', '+12025550100', -1)",
        "did_rest VALUES ('+12025550100', 'usa', 'asleep', 1, NULL, 'me', 'why')",
        "did_rest VALUES ('+12025550100', 'usa', 'rest', 1, NULL, NULL, 'why')",
    ],
)
def test_what_cannot_be_is_refused_by_the_database_itself(conn: Connection, row: str) -> None:
    with pytest.raises(IntegrityError):
        conn.execute(text(f"INSERT INTO {row}"))
