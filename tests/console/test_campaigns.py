from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import campaigns
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState

LIST = "phone;name\n+525550001003;a\n+525550001003;b\n12;c\n+18005551212;d\n+12125551234;e\n;f\n"
STANDING = frames.CampaignStanding(
    campaign="spring", state="running", sent=0, up=0, waiting=0, paused={}, skipped={}
)
CREATED = """Campaign spring is ready: 2 to call, 4 refused.
  mexico  1
  usa     1
Refused, by reason:
  on the list already  1
  empty                1
  short code           1
  toll free            1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


def test_a_campaign_is_made_with_its_whole_list(discador: Any, file: Path, database: Engine) -> None:
    told = discador(
        *("campaign", "create", "spring", "--list", str(file), "--cps", "25", "--concurrency", "300"),
        *("--retries", "2", "--retry-seconds", "60"),
    )

    assert (told.code, sorted(told.out.splitlines())) == (0, sorted(CREATED.splitlines()))
    with database.connect() as conn:
        assert campaigns.every(conn) == [
            Campaign(
                name="spring",
                trunk="carrier",
                cps=25.0,
                concurrency=300,
                retries=2,
                retry_seconds=60,
                lab=False,
                state=CampaignState.READY,
                created_at=discador.clock.at,
            )
        ]
        due = campaigns.due(conn, "spring", discador.clock.at, limit=10)
        assert [(each.number, each.country) for each in due] == [
            ("+525550001003", "mexico"),
            ("+12125551234", "usa"),
        ]


def test_the_counts_for_programs(discador: Any, file: Path) -> None:
    told = json.loads(discador("campaign", "create", "spring", "--list", str(file), "--json").out)

    assert told["campaign"] == "spring"
    assert told["contacts"] == {"queued": 2, "dialing": 0, "done": 0, "refused": 4}
    assert told["countries"] == {"mexico": 1, "usa": 1}
    assert told["refusals"] == {
        "duplicate": 1,
        "not_dialable: empty": 1,
        "not_dialable: short_code": 1,
        "not_dialable: toll_free": 1,
    }


def test_a_name_that_is_taken_changes_nothing(discador: Any, file: Path, database: Engine) -> None:
    discador("campaign", "create", "spring", "--list", str(file))
    file.write_text("+525550001009\n")

    told = discador("campaign", "create", "spring", "--list", str(file))

    assert told.code == 2
    assert "There is a campaign 'spring' already" in told.err
    with database.connect() as conn:
        assert sum(campaigns.counts(conn, "spring").values()) == 6


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--trunk=none", LIST, "There is no trunk 'none'; the configuration has: carrier."),
        ("--lab", LIST, "lab: true"),
        ("--cps=1", "", "has no row; give it a number a line."),
        ("--cps=1", "who,what\na,b\n", "no column of numbers"),
        ("--cps=nan", LIST, "cps is 'nan'"),
    ],
)
def test_what_cannot_be_a_campaign_leaves_none(
    discador: Any, file: Path, option: str, text: str, sentence: str
) -> None:
    file.write_text(text)

    told = discador("campaign", "create", "spring", "--list", str(file), option)

    assert told.code == 2
    assert sentence in told.err
    assert discador("campaign", "list", "--json").out == "[]\n"


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "x" * 80])
def test_a_name_that_asterisk_could_not_carry_is_refused(discador: Any, file: Path, name: str) -> None:
    told = discador("campaign", "create", name, "--list", str(file))

    assert told.code == 2
    assert "campaign is " in told.err


def test_a_campaign_is_started_over_the_desk(discador: Any, desk: Any) -> None:
    heard = desk(STANDING)

    told = discador("campaign", "start", "spring")

    assert (told.code, told.out) == (0, "Campaign spring: running.\n")
    assert heard == [frames.Campaigning(campaign="spring", do="start")]


def test_a_campaign_is_stopped_over_the_desk(discador: Any, desk: Any) -> None:
    heard = desk(frames.CampaignStanding(**{**vars(STANDING), "state": "stopped"}))

    told = discador("--lang", "es", "campaign", "stop", "spring")

    assert (told.code, told.out) == (0, "Campaña spring: detenida; las llamadas en curso siguen.\n")
    assert heard == [frames.Campaigning(campaign="spring", do="stop")]


def test_a_state_of_a_newer_engine_is_said_as_it_is(discador: Any, desk: Any) -> None:
    desk(frames.CampaignStanding(**{**vars(STANDING), "state": "braked"}))

    assert discador("campaign", "start", "spring").out == "Campaign spring: braked.\n"


def test_the_engines_word_for_programs(discador: Any, desk: Any) -> None:
    desk(STANDING)

    assert json.loads(discador("campaign", "start", "spring", "--json").out)["state"] == "running"


@pytest.mark.parametrize(("error", "code"), [("NoCampaignError", 2), ("NotDurableError", 1)])
def test_what_the_engine_refuses_is_told(discador: Any, desk: Any, error: str, code: int) -> None:
    desk(frames.Failed(code=error, message="It would not.", details={}))

    told = discador("campaign", "start", "spring")

    assert (told.code, told.out, told.err) == (code, "", "discador: It would not.\n")


def test_nobody_at_the_desk_has_a_remedy(discador: Any) -> None:
    told = discador("campaign", "start", "spring")

    assert told.code == 1
    assert "start one with: discador serve" in told.err


def test_campaigns_are_listed(discador: Any, file: Path) -> None:
    assert discador("campaign", "list").out == "No campaigns yet.\n"
    discador("campaign", "create", "spring", "--list", str(file), "--cps", "2.5")

    assert discador("campaign", "list").out == "2026-11-18 11:06:40Z  spring  ready  carrier  2.5 CPS\n"
    (told,) = json.loads(discador("campaign", "list", "--json").out)
    assert (told["name"], told["state"], told["cps"]) == ("spring", "ready", 2.5)


def test_a_refused_contact_keeps_its_reason(discador: Any, file: Path, database: Engine) -> None:
    discador("campaign", "create", "spring", "--list", str(file))

    with database.connect() as conn:
        counts = campaigns.counts(conn, "spring")
    assert counts["", ContactState.REFUSED, "not_dialable: short_code"] == 1
