from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from fastagi_server.store import campaigns
from fastagi_server.store.probe import probe
from tests.store.test_campaigns import SPRING


def test_it_changes_nothing(conn: Connection) -> None:
    campaigns.create(conn, SPRING)
    campaigns.create(conn, replace(SPRING, name="autumn"))
    before = campaigns.every(conn)

    probe(conn)

    assert campaigns.every(conn) == before


def test_it_goes_well_where_there_is_no_campaign(conn: Connection) -> None:
    probe(conn)

    assert campaigns.every(conn) == []


def test_it_needs_the_lock_that_writes_need(engine: Engine) -> None:
    with engine.begin() as conn:
        campaigns.create(conn, SPRING)
    with engine.connect() as other, other.begin():
        other.execute(text("UPDATE campaign SET cps = 1"))

        with pytest.raises(OperationalError, match=r"locked|lock timeout"), engine.begin() as conn:
            probe(conn)
