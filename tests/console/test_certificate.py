from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import brakes, calls
from fastagi_server.telephony.brake import KeptBrake
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin

NOON = 1_795_435_200.0


def originated(database: Engine, instants: list[float]) -> None:
    with database.begin() as conn:
        for n, at in enumerate(instants):
            begin = Begin(
                call=mint(at, n.to_bytes(10)),
                number=f"+52555000{n:04}",
                country="mexico",
                callerid="+525550009000",
                trunk="carrier",
                campaign="spring",
                planned_at=at,
                begun_at=at,
                engine="engine",
            )
            calls.begin(conn, begin)
            calls.end(conn, begin.call, at=at + 9, disposition=Disposition.BUSY, ordered_at=at)


def test_a_kept_limit_is_certified(discador: Any, database: Engine) -> None:
    originated(database, [NOON + n / 25 for n in range(250)])

    told = discador("pacing", "certificate")

    assert told.code == 0
    proof = "mean 25.00 a second, spacing off by p50 0.00 ms, p99 0.00 ms"
    assert told.out.splitlines() == [
        "250 originations from 2026-11-23 12:00:00Z to 2026-11-23 12:00:09Z",
        (
            "By the clock of the engines' machines and the limits as they are now: "
            "where either was changed within the span, this proves nothing."
        ),
        f"campaign:spring: at most 25 in any second (limit none), {proof}",
        f"cluster: at most 25 in any second (limit 30), {proof}",
        f"country:mexico: at most 25 in any second (limit none), {proof}",
        f"trunk:carrier: at most 25 in any second (limit none), {proof}",
        "Every limit was kept.",
    ]


def test_one_too_many_in_a_second_is_told_and_is_not_well(discador: Any, database: Engine) -> None:
    originated(database, [NOON + n / 31 for n in range(62)])

    told = discador("pacing", "certificate")

    assert told.code == 1
    assert told.out.splitlines()[-1] == "OVER THE LIMIT: cluster"


def test_programs_have_it_as_json_and_as_csv(discador: Any, database: Engine) -> None:
    originated(database, [NOON + n / 10 for n in range(20)])

    as_json = json.loads(discador("pacing", "certificate", "--json").out)
    rows = list(csv.DictReader(io.StringIO(discador("pacing", "certificate", "--csv").out)))

    assert as_json["kept"]
    assert [each["scope"] for each in as_json["scopes"]] == [row["scope"] for row in rows]
    assert {row["kept"] for row in rows} == {"True"}
    assert as_json["scopes"][0]["most"] == 10


def test_a_clock_that_was_set_within_the_span_is_named(discador: Any, database: Engine) -> None:
    originated(database, [NOON + n / 10 for n in range(20)])
    clock = KeptBrake(
        scope="cluster",
        reason="clock",
        at=NOON + 1,
        says={"seconds": -3.0, "most": 2.0},
        operator=False,
        engine="one",
    )
    with database.begin() as conn:
        brakes.seen(conn, clock, stands=True)
        brakes.seen(conn, replace(clock, at=NOON + 61), stands=False)
        brakes.seen(conn, replace(clock, reason="store_lags", at=NOON + 1.5), stands=True)
        brakes.seen(conn, replace(clock, at=NOON + 90), stands=True)

    span = ("--since", "2026-11-23T12:00", "--until", "2026-11-23T12:01")
    told = discador("--lang", "es", "pacing", "certificate", *span)
    assert [line for line in told.out.splitlines() if "se movió" in line] == [
        (
            "2026-11-23 12:00:01Z: el reloj de una máquina se movió -3.0 s; "
            "cerca de ese momento esto no prueba nada."
        )
    ]
    as_json = json.loads(discador("pacing", "certificate", "--json", *span).out)
    assert as_json["clock_set"] == [{"at": NOON + 1, "seconds": -3.0}]
    assert len(json.loads(discador("pacing", "certificate", "--json").out)["clock_set"]) == 2


def test_only_the_asked_span_counts(discador: Any, database: Engine) -> None:
    originated(database, [NOON, NOON + 60, NOON + 120])

    told = discador(
        "pacing", "certificate", "--since", "2026-11-23T12:01", "--until", "2026-11-23T12:02", "--json"
    )

    assert json.loads(told.out)["scopes"][0]["originations"] == 1


def test_of_an_empty_store_nothing_is_certified(discador: Any) -> None:
    assert discador("pacing", "certificate").out == "Nothing was originated.\n"


def test_a_span_that_ends_before_it_begins_is_no_proof(discador: Any) -> None:
    span = ("--since", "2026-12-01", "--until", "2026-11-01")
    told = discador("pacing", "certificate", *span)

    assert told.code == 2
    assert "--until is '2026-11-01'; it should be later than --since (2026-12-01)" in told.err


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_an_instant_that_is_none_is_named(discador: Any, option: str) -> None:
    told = discador("pacing", "certificate", option, "yesterday")

    assert told.code == 2
    assert f"{option} is 'yesterday'" in told.err
