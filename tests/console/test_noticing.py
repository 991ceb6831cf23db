from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from fastagi_server.store import brakes, notices
from fastagi_server.telephony.brake import KeptBrake
from fastagi_server.telephony.notice import Kind

SAYS = {"country": "usa", "day": "2026-11-23", "uses": 10, "numbers": 3, "at_cap": 2}


def test_the_days_that_are_over_are_told_newest_first(discador: Any, database: Engine) -> None:
    assert discador("notices").out == "Nothing to tell.\n"
    with database.begin() as conn:
        for n in (1, 2):
            says = {**SAYS, "day": f"2026-11-2{n}"}
            notices.add(conn, key=str(n), kind=Kind.DAY_CLOSED, at=1_795_000_000.0, says=says)

    assert discador("notices", "--limit", "1").out == (
        "2026-11-18 11:06:40Z  usa: 2026-11-22 is over: 10 uses, 2 of 3 caller IDs at their cap\n"
    )
    told = json.loads(discador("notices", "--json").out)
    assert [each["says"]["day"] for each in told] == ["2026-11-22", "2026-11-21"]


def test_what_was_stopped_and_released_is_told_with_numbers_who_and_why(
    discador: Any, database: Engine
) -> None:
    numbers = {"count": 20, "of": 100, "share": 0.2, "most": 0.05, "seconds": 300.0}
    brake = KeptBrake(scope="country:usa", reason="blocked", at=1_795_000_000.0, says=numbers, operator=True)
    with database.begin() as conn:
        brakes.put(conn, brake)
        brakes.drop(conn, brake, at=1_795_000_060.0, who="ana", why="mended")
        brakes.put(conn, replace(brake, engine="one", at=1_795_000_070.0))
        brakes.drop(conn, replace(brake, engine="one"), at=1_795_000_080.0)

    blocked = "20 of 100 calls within 300 s were blocked by 603+, 607 or 608 (20.0%), 5% is the most"
    assert [line[22:] for line in discador("notices").out.splitlines()] == [
        f"country:usa goes on by itself; it was stopped: {blocked}",
        f"country:usa is stopped: {blocked}",
        f"country:usa is released by ana (mended); it was stopped: {blocked}",
        f"country:usa is stopped: {blocked}",
    ]


def test_a_trunk_that_has_no_calls_is_told_with_who_has_them_why_and_when_it_is_back(
    discador: Any, database: Engine
) -> None:
    numbers = {"count": 20, "of": 40, "seconds": 10.0, "share": 0.5, "most": 0.3}
    stop = {
        "route": "wholesale",
        "trunk": "acme",
        "others": "safe",
        "reason": "server_errors",
        "says": numbers,
    }
    far_away = "Campaign spring is a lab's, and trunk safe leads to 192.0.2.1, off this machine."
    details = {"campaign": "spring", "trunk": "safe", "addresses": "192.0.2.1"}
    refused = {"code": "LabNumbersLeaveError", "details": details, "message": far_away}
    far = {"route": "wholesale", "trunk": "safe", "others": "", "campaign": "spring", "refused": refused}
    with database.begin() as conn:
        notices.add(conn, key="1", kind=Kind.FAILED_OVER, at=1.0, says=stop)
        notices.add(conn, key="2", kind=Kind.FAILED_OVER, at=2.0, says=far)
        notices.add(
            conn, key="3", kind=Kind.FAILED_BACK, at=3.0, says={"route": "wholesale", "trunk": "acme"}
        )

    errors = "20 of 40 calls within 10 s were answered 503 or another 5xx (50.0%), 30% is the most"
    assert [line[22:] for line in discador("notices").out.splitlines()] == [
        "route wholesale: trunk acme takes calls again",
        f"route wholesale: no calls over trunk safe, nor over another one: {far_away}",
        f"route wholesale: no calls over trunk acme, they go over safe: {errors}",
    ]
    for language, word in (("es", "ruta"), ("pt", "rota")):
        told = discador("--lang", language, "notices").out.splitlines()
        assert all(line[22:].startswith(f"{word} wholesale: ") for line in told)
        assert "20 de 40" in told[2]
        assert far_away not in told[1]
