from __future__ import annotations

import json
from typing import Any

from fastagi_server.telephony import frames

WHY = "stopped: 4 of the last 80 resolved calls succeeded (5.0%), 40.0% was usual, 10% is the least"
STANDING = frames.PacingStanding(
    scopes={
        "cluster": {"limit": 30.0, "pace": None, "standing": "free", "why": ""},
        "trunk:carrier": {"limit": None, "pace": 19.75, "standing": "stopped", "why": WHY},
    }
)


def test_paces_and_brakes_are_shown(discador: Any, desk: Any) -> None:
    heard = desk(STANDING)

    told = discador("pacing", "show")

    assert heard == [frames.Pacing()]
    assert told.code == 0
    assert told.out == (
        "cluster: limit 30.00, pace none, brake off\n"
        "trunk:carrier: limit none, pace 19.75, brake on\n"
        f"  {WHY}\n"
    )


def test_queues_are_shown_with_why_nothing_leaves_for_them(discador: Any, desk: Any) -> None:
    ventas = {"free": 0, "waiting": 0, "coming": 0, "why": "Asterisk has no queue ventas"}
    standing = frames.PacingStanding(scopes={}, queues={"ventas": ventas})
    desk([standing], [standing])

    assert discador("pacing", "show").out == (
        "queue ventas: agents free 0, callers waiting 0, calls on their way 0\n"
        "  Asterisk has no queue ventas\n"
    )
    assert json.loads(discador("pacing", "show", "--json").out) == {"queue:ventas": ventas}


def test_they_are_json_for_programs(discador: Any, desk: Any) -> None:
    desk(STANDING)

    assert json.loads(discador("pacing", "show", "--json").out) == STANDING.scopes


def test_a_brake_is_released_by_whom_and_why(discador: Any, desk: Any) -> None:
    heard = desk(STANDING)

    told = discador("pacing", "release", "trunk:carrier", "--why", "mended")

    assert told.out == "The brake of trunk:carrier is released.\n"
    (order,) = heard
    assert (order.do, order.scope, order.why) == ("release", "trunk:carrier", "mended")
    assert order.who


def test_one_that_does_not_hold_is_an_error_that_says_which_do(discador: Any, desk: Any) -> None:
    desk(
        frames.Failed(
            code="NoBrakeError",
            message="No brake holds 'x'; those that hold now: none.",
            details={"scope": "x", "known": "none"},
        )
    )

    told = discador("pacing", "release", "x", "--why", "mended")

    assert told.code == 2
    assert "No brake holds 'x'" in told.err


def test_nobody_serves(discador: Any) -> None:
    assert discador("pacing", "show").code == 1
