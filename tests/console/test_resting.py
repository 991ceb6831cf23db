from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import dids, rests
from fastagi_server.telephony import frames
from fastagi_server.telephony.did import Did, RestKind

ONE, TWO = "+525550009000", "+525550009001"
NOW = 1_795_000_000.0


@pytest.fixture(autouse=True)
def inventory(database: Engine) -> None:
    with database.begin() as conn:
        dids.add(conn, [Did(number=ONE, country=slug) for slug in ("mexico", "usa")], at=1.0)
        dids.add(conn, [Did(number=TWO, country="mexico")], at=1.0)


def resting(database: Engine) -> list[tuple[str, str, str, float | None, str]]:
    with database.connect() as conn:
        found = rests.every(conn, NOW)
    return [(each.number, each.country, each.kind, each.until, each.why) for each in found]


def test_a_number_rests_and_a_running_engine_knows(discador: Any, database: Engine, desk: Any) -> None:
    heard = desk([frames.Done()], [frames.Done()])

    assert discador("did", "rest", ONE, "--for", "2h", "--why", "spam").out == "Resting: 1.\n"
    assert resting(database) == [(ONE, slug, RestKind.REST, NOW + 7200, "spam") for slug in ("mexico", "usa")]
    assert discador("did", "release", ONE, "--json").out == '{"released": ["+525550009000"]}\n'
    assert resting(database) == []
    assert [each.what for each in heard] == ["rested", "released"]


def test_a_quarantine_lasts_until_it_is_lifted(discador: Any, database: Engine) -> None:
    assert discador("did", "quarantine", ONE, "--country", "MX", "--why", "603").code == 0
    assert discador("did", "quarantine", TWO, "--until", "2027-01-01", "--why", "603").code == 0

    assert resting(database) == [
        (ONE, "mexico", RestKind.QUARANTINE, None, "603"),
        (TWO, "mexico", RestKind.QUARANTINE, 1_798_761_600.0, "603"),
    ]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("rest", ONE, "--why", "x"), "--for"),
        (("rest", ONE, "--why", "x", "--for", "1h", "--until", "2027-01-01"), "nothing beside --for 1h"),
        (
            ("quarantine", ONE, "--why", "x", "--for", "1h", "--until", "2027-01-01"),
            "nothing beside --for 1h",
        ),
        (("rest", ONE, "--why", "x", "--for", "soon"), "a span like"),
        (("rest", ONE, "--why", "x", "--for", "999999w"), "before the year 9999"),
        (("rest", ONE, "--why", "x", "--until", "9999-12-31T23:00-14:00"), "an instant such as"),
        (("rest", ONE, "--why", "x", "--until", "soon"), "a day such as"),
        (
            ("rest", ONE, "--why", "x", "--until", "2020-01-01"),
            "--until is '2020-01-01'; it should be an instant",
        ),
        (("rest", ONE, "--why", " ", "--for", "1h"), "a word"),
        (("rest", "+525550009009", "--why", "x", "--for", "1h"), "not among our caller IDs"),
        (("release", ONE), "or so already"),
    ],
)
def test_what_is_not_so_changes_nothing(
    discador: Any, database: Engine, argv: tuple[str, ...], told: str
) -> None:
    answer = discador("did", *argv)

    assert answer.code == 2
    assert told in answer.err
    assert resting(database) == []


def test_who_did_it_is_kept(discador: Any, database: Engine) -> None:
    discador("did", "rest", TWO, "--for", "1w", "--why", "spam", "--json")

    told = json.loads(discador("did", "why", TWO, "--json").out)
    assert [(each["state"], each["who"] != "", each["why"]) for each in told] == [("rest", True, "spam")]
