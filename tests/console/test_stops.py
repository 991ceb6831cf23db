"""The red button where no service answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, select

from fastagi_server.store import brakes, tables
from fastagi_server.telephony.brake import KeptBrake

BRAKE = KeptBrake(
    scope="country:mexico",
    reason="blocked",
    at=1_795_435_200.0,
    says={"count": 13, "of": 100, "share": 0.13, "most": 0.05},
    operator=True,
)


def standing(database: Engine) -> dict[str, Any]:
    with database.connect() as conn:
        return {each.scope: each.says["text"] for each in brakes.standing(conn, "engine")}


def test_a_stop_is_kept_for_whoever_serves_next_and_told_to_whoever_does(
    discador: Any, database: Engine
) -> None:
    told = discador("pacing", "stop", "--why", "wrong prompt")

    assert told.code == 0
    assert told.out.splitlines() == [
        "Stopped: cluster. Nothing more leaves until: discador pacing release cluster --why WHY",
        (
            "No Discador answers here: the stop is kept in the store, for every engine on it that runs "
            "or will be started. Calls that are up go on."
        ),
    ]
    assert standing(database) == {"cluster": "wrong prompt"}
    with database.connect() as conn:
        assert conn.execute(select(tables.tiding.c.kind)).scalars().all() == ["brakes"]


def test_it_needs_no_words(discador: Any, database: Engine) -> None:
    assert discador("pacing", "stop", "trunk:carrier", "--hang-up").code == 0
    assert standing(database) == {"trunk:carrier": ""}


@pytest.mark.parametrize(
    "scope", ["trunk:carier", "country:mexcio", "Cluster", "campaign:nobody", "campaign:"]
)
def test_a_scope_that_there_is_not_stops_nothing(scope: str, discador: Any, database: Engine) -> None:
    told = discador("pacing", "stop", scope, "--why", "x")

    assert (told.code, told.out) == (2, "")
    assert standing(database) == {}


def test_a_release_lets_go_of_all_that_stands_and_says_whose_it_was(discador: Any, database: Engine) -> None:
    discador("pacing", "stop", "country:mexico", "--why", "wrong prompt")
    with database.begin() as conn:
        brakes.put(conn, BRAKE)

    told = discador("pacing", "release", "country:mexico", "--why", "mended", "--json")

    assert told.code == 0
    assert {each["reason"] for each in json.loads(told.out)["freed"]} == {"operator", "blocked"}
    assert standing(database) == {}
    assert "is released by" in discador("notices").out


@pytest.mark.parametrize(("stopped", "known"), [((), "none"), (("trunk:carrier",), "trunk:carrier")])
def test_what_nothing_holds_cannot_be_released(stopped: Sequence[str], known: str, discador: Any) -> None:
    for scope in stopped:
        discador("pacing", "stop", scope)

    told = discador("pacing", "release", "cluster", "--why", "x")

    assert told.code == 2
    assert told.err.rstrip().endswith(f"those that hold now: {known}.")
