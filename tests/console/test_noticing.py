from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine

from fastagi_server.store import notices
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
