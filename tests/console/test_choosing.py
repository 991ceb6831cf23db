from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import calls, dids
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.record import Begin

OURS, GONE = "+12125559001", "+12125559002"
CALL = mint(1.0, b"0123456789")


@pytest.fixture(autouse=True)
def inventory(database: Engine) -> None:
    with database.begin() as conn:
        dids.add(conn, [Did(number=OURS, country=slug) for slug in ("usa", "mexico")], at=1.0)
        dids.add(conn, [Did(number=GONE, country="usa")], at=1.0)
        dids.retire(conn, GONE, at=2.0)


def begin(database: Engine, why: str | None) -> None:
    new = Begin(
        call=CALL,
        number="+13055550001",
        country="usa",
        callerid=OURS,
        trunk="carrier",
        campaign="spring",
        planned_at=1.0,
        begun_at=1.0,
        callerid_why=why,
    )
    with database.begin() as conn:
        calls.begin(conn, new)


def state(discador: Any, number: str, *more: str) -> list[tuple[str, str]]:
    told = json.loads(discador("did", "why", number, *more, "--json").out)
    return [(each["country"], each["state"]) for each in told]


@pytest.mark.parametrize(
    ("uses", "word"), [(0, "free"), (89, "free"), (90, "near_cap"), (99, "near_cap"), (100, "at_cap")]
)
def test_a_number_tells_whether_it_would_be_chosen(
    discador: Any, database: Engine, uses: int, word: str
) -> None:
    with database.begin() as conn:
        for _ in range(uses):
            dids.count(conn, number=OURS, country="usa", period="2026-11-18", cap=100, at=2.0)

    assert state(discador, OURS) == [("mexico", "free"), ("usa", word)]


def test_what_is_not_ours_or_not_any_more_says_so(discador: Any) -> None:
    assert discador("did", "why", GONE).out == f"{GONE}  usa  retired\n"
    assert discador("did", "why", "2125559009", "--country", "usa").out == (
        "+12125559009  usa  not one of our caller IDs\n"
    )


def test_a_quarantined_number_says_by_whom_and_why(discador: Any) -> None:
    discador("did", "quarantine", OURS, "--country", "usa", "--why", "the carrier answers 603")

    told = discador("did", "why", OURS, "--country", "usa").out

    assert told.startswith(f"{OURS}  usa  in quarantine until it is released, by ")
    assert told.endswith(": the carrier answers 603\n")


def test_a_call_tells_why_it_showed_its_number(discador: Any, database: Engine) -> None:
    begin(database, "shown to this contact before: 3 uses in 2026-11-23, 9 could be chosen")

    assert discador("--lang", "es", "did", "why", CALL).out == (
        f"{OURS}  usa  ya se mostró a este contacto: 3 usos en 2026-11-23, 9 se podían elegir\n"
    )
    told = json.loads(discador("did", "why", CALL, "--json").out)
    assert (told["callerid"], told["why"][:5]) == (OURS, "shown")


def test_a_call_whose_number_was_not_chosen_says_so(discador: Any, database: Engine) -> None:
    begin(database, None)

    assert "named by whoever ordered the call" in discador("did", "why", CALL).out


def test_a_call_that_nobody_knows_is_told(discador: Any) -> None:
    answer = discador("did", "why", CALL)

    assert answer.code != 0
    assert "has no call" in answer.err
