from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from fastagi_server.store import campaigns, optouts, refusals
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState, NewContact
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import OptOut

SPRING = Campaign(
    name="spring",
    trunk="alpha",
    cps=0,
    concurrency=0,
    retries=0,
    retry_seconds=0,
    lab=True,
    state=CampaignState.READY,
    created_at=50.0,
)
GOOD = NewContact(raw="ok", number="+13055560001", country="usa", state=ContactState.QUEUED, line=2)


def refused(line: int | None) -> NewContact:
    return NewContact(
        raw="12", number="", country="", state=ContactState.REFUSED, why="short_code", line=line
    )


def test_refused_rows_are_given_page_by_page_with_their_lines(conn: Connection) -> None:
    campaigns.create(conn, SPRING)
    campaigns.add(conn, "spring", [GOOD, refused(3), GOOD, refused(None)])
    first = refusals.rows(conn, "spring", limit=2)
    rest = refusals.rows(conn, "spring", after=first[-1].id)
    assert [(each.line, each.raw, each.why) for each in (*first, *rest)] == [
        (3, "12", "short_code"),
        (2, "ok", "duplicate"),
        (None, "12", "short_code"),
    ]
    assert refusals.rows(conn, "spring", after=rest[-1].id) == []
    assert refusals.rows(conn, "autumn") == []


def test_a_page_of_nothing_is_refused(conn: Connection) -> None:
    with pytest.raises(BadInputError, match="limit"):
        refusals.rows(conn, "spring", limit=0)


def test_who_waits_and_is_on_the_list_is_counted_once(conn: Connection) -> None:
    campaigns.create(conn, SPRING)
    campaigns.add(conn, "spring", [GOOD, replace(GOOD, number="+13055560002"), refused(3)])
    assert refusals.opted_out(conn, "spring") == 0

    for at in (1.0, 2.0):
        optouts.add(conn, OptOut(number=GOOD.number, at=at, source="operator"))
    optouts.add(conn, OptOut(number="+13055560009", at=1.0, source="operator"))

    assert refusals.opted_out(conn, "spring") == 1
    assert refusals.opted_out(conn, "autumn") == 0
