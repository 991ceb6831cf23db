"""A campaign that runs: one caller ID of our own, and contact n is the callee of begin n."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from fastagi_server.store import campaigns, dids
from fastagi_server.telephony.campaign import Attempt, Campaign, CampaignState, ContactState, NewContact
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.record import Begin

DAY = "2026-11-23"
DID = "+525511112222"  # the caller ID of every begin

MakeBegin = Callable[[int], Begin]


def prepare(conn: Connection, make_begin: MakeBegin, *, name: str = "spring") -> None:
    dids.add(conn, [Did(number=DID, country="mexico")], at=1.0)
    campaigns.create(
        conn,
        Campaign(
            name=name,
            trunk="alpha",
            cps=0,
            concurrency=0,
            retries=1,
            retry_seconds=60,
            lab=False,
            state=CampaignState.RUNNING,
            created_at=1.0,
        ),
    )
    numbers = (make_begin(n).number for n in (1, 2, 3))
    rows = [
        NewContact(raw="", number=number, country="mexico", state=ContactState.QUEUED) for number in numbers
    ]
    campaigns.add(conn, name, rows)


def attempt_of(
    make_begin: MakeBegin,
    n: int,
    *,
    contact: int | None = None,
    period: str = DAY,
    cap: int = 100,
    **begin: Any,
) -> Attempt:
    new = replace(make_begin(n), contact=contact, **begin)
    return Attempt(begin=new, contact=contact, period=period, cap=cap)
