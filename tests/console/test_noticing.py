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
