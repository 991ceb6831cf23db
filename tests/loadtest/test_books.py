from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from fastagi_server.loadtest.books import Books, read_books, read_calls, read_originations, waiting
from fastagi_server.store import attempts, campaigns, dids, migrate, optouts, tables
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import call_id
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    Campaign,
    CampaignState,
    ContactState,
    NewContact,
)
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.record import Begin, OptOut

DAY, DID = "2026-11-23", "+13053200000"


def campaign(name: str) -> Campaign:
    return Campaign(
        name=name,
        trunk="carrier",
        cps=25,
        concurrency=0,
        retries=0,
        retry_seconds=0,
        lab=True,
        state=CampaignState.RUNNING,
        created_at=50.0,
    )


def person(n: int) -> NewContact:
    return NewContact(raw="", number=f"+1212320{n:04}", country="usa", state=ContactState.QUEUED)


def begin(contact: int, name: str) -> Attempt:
    new = Begin(
        call=call_id.mint(100.0 + contact, bytes(10)),
        number=person(contact).number,
        country="usa",
        callerid=DID,
        trunk="carrier",
        campaign=name,
        planned_at=100.0,
        begun_at=100.0,
        contact=contact,
    )
    return Attempt(begin=new, contact=contact, period=DAY, cap=100, lab=True)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/discador.db"
    migrate.upgrade(url)
    database = open_database(url)
    with database.begin() as conn:
        dids.add(conn, [Did(number=DID, country="usa", lab=True)], 50.0)
        campaigns.create(conn, campaign("kill"))
        campaigns.create(conn, campaign("other"))
        campaigns.add(conn, "kill", [person(1), person(2)])
        campaigns.add(conn, "other", [person(3)])
        campaigns.add(conn, "kill", [person(4)])
        for contact, name in ((1, "kill"), (3, "other"), (4, "kill")):
            assert isinstance(attempts.begin(conn, begin(contact, name)), Begun)
        optouts.add(conn, OptOut(number=person(2).number, at=9.0, source="operator"))
    database.dispose()
    return url


def test_the_books_of_some_campaigns(url: str) -> None:
    told = read_books(url, ["kill"], country="usa", day=DAY)

    assert isinstance(told, Books)
    assert [each.id for each in told.contacts] == [1, 2, 4]
    assert [each.contact for each in told.calls] == [1, 4]
    assert told.uses == {DID: 3}
    assert [each.number for each in told.optouts] == [person(2).number]


def test_the_books_of_another_day_have_no_uses(url: str) -> None:
    assert read_books(url, ["kill", "other"], country="usa", day="2026-11-24").uses == {}


def test_how_many_wait(url: str) -> None:
    assert waiting(url, "kill") == ({"usa": 1}, 2)


def test_the_calls_of_one_campaign(url: str) -> None:
    assert [each.contact for each in read_calls(url, "kill")] == [1, 4]


def test_when_the_calls_of_one_campaign_left_and_were_to_leave(url: str) -> None:
    assert read_originations(url, "kill") == []

    database = open_database(url)
    with database.begin() as conn:
        conn.execute(update(tables.call).values(ordered_at=tables.call.c.contact + 100.5))
    database.dispose()

    told = [(each.campaign, each.planned_at, each.ordered_at) for each in read_originations(url, "kill")]
    assert told == [("kill", 100.0, 101.5), ("kill", 100.0, 104.5)]
