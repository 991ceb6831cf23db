from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.console import standing
from fastagi_server.store import campaigns
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import CampaignState

WHY = "all 5 caller IDs are at their cap of 100 until midnight of America/New_York"
RUNNING = frames.CampaignStanding(
    campaign="spring",
    state="running",
    sent=7,
    up=3,
    waiting=2,
    paused={"usa": WHY},
    skipped={"taken": 1},
    trunk="carrier",
    trunk_up=3,
    channels=10,
)
DONE = frames.CampaignStanding(
    campaign="spring", state="done", sent=8, up=0, waiting=0, paused={}, skipped={}
)


@pytest.fixture(autouse=True)
def spring(discador: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "SECOND", 0.0)
    file = tmp_path / "list.csv"
    file.write_text("+525550001003\n+12125551234\n12\n")
    discador("campaign", "create", "spring", "--list", str(file))


def test_the_store_alone_says_how_a_campaign_stands(discador: Any) -> None:
    assert discador("campaign", "status", "spring").out == (
        "spring: ready; sent 0, in a call 0, waiting 2. (no Discador serves)\n"
        "  mexico  1\n"
        "  usa     1\n"
        "Refused, by reason:\n"
        "  short code  1\n"
    )


def test_the_engines_word_goes_before_the_stores(discador: Any, desk: Any) -> None:
    heard = desk(RUNNING)

    told = discador("campaign", "status", "spring")

    assert heard == [frames.Campaigning(campaign="spring", do="ask")]
    assert told.out.splitlines()[0] == "spring: running; sent 7, in a call 0, waiting 2."
    assert "trunk carrier: 3 of 10 channels are up" in told.out.splitlines()
    assert told.out.splitlines()[-1] == f"usa is paused: {WHY}"


def test_queues_are_told_with_who_was_abandoned_and_why_calls_wait(discador: Any, desk: Any) -> None:
    tally = {"pressed": 200, "abandoned": 3}
    ventas = {
        "free": 0,
        "waiting": 1,
        "coming": 4,
        "press": 0.05,
        "hour": {"pressed": 0, "abandoned": 0},
        "days": tally,
        "why": "no agent is free",
    }
    desk(frames.CampaignStanding(**{**vars(RUNNING), "queues": {"ventas": ventas}}))

    told = discador("--lang", "es", "campaign", "status", "spring").out.splitlines()

    at = told.index("cola ventas: agentes libres 0, en espera 1, llamadas en camino 4")
    assert told[at + 1 : at + 3] == [
        "  abandonadas en 30 días: 3 de 200 que marcaron (1.5 %)",
        "  las llamadas esperan: no hay agente libre",
    ]


def test_each_trunk_of_a_route_is_told_with_why_it_has_no_calls(discador: Any, desk: Any) -> None:
    far = {
        "code": "LabNumbersLeaveError",
        "details": {"campaign": "spring", "trunk": "b", "addresses": "192.0.2.1"},
    }
    trunks = {
        "a": {"weight": 2.0, "up": 3, "channels": 10, "sent": 7, "takes": "takes", "refused": None},
        "b": {
            "weight": 0.5,
            "up": 0,
            "channels": 0,
            "sent": 0,
            "takes": "refused",
            "refused": {**far, "message": "it leads away."},
        },
    }
    desk(frames.CampaignStanding(**{**vars(RUNNING), "trunk": "wholesale", "trunks": trunks}))

    told = discador("campaign", "status", "spring").out.splitlines()

    at = told.index("  trunk a: weight 2, takes calls, 3 up (channels: 10), 7 sent")
    assert told[at + 1] == ("  trunk b: weight 0.5, not used, 0 up (channels: none), 0 sent: it leads away.")
    assert not [line for line in told if "10 channels are up" in line]


@pytest.mark.parametrize("language", ["es", "pt"])
@pytest.mark.parametrize("takes", ["takes", "spare", "full", "stopped", "probing", "refused"])
def test_how_a_trunk_stands_has_words_in_every_language(
    discador: Any, desk: Any, language: str, takes: str
) -> None:
    way = {"weight": 1.0, "up": 0, "channels": 0, "sent": 0, "takes": takes, "refused": None}
    desk(frames.CampaignStanding(**{**vars(RUNNING), "trunks": {"acme": way}}))

    (line,) = [
        each
        for each in discador("--lang", language, "campaign", "status", "spring").out.splitlines()
        if "acme" in each
    ]
    assert line.startswith(("  troncal acme: peso 1, ", "  tronco acme: peso 1, "))
    assert f"way.{takes}" not in line


def test_a_standing_for_programs(discador: Any, desk: Any) -> None:
    desk(RUNNING)

    assert json.loads(discador("campaign", "status", "spring", "--json").out) == {
        "campaign": "spring",
        "state": "running",
        "served": True,
        "sent": 7,
        # What the text says: of this campaign, though the engine told of 3 calls in all.
        "up": 0,
        "waiting": 2,
        "prepared": 2,
        "paused": {"usa": WHY},
        "skipped": {"taken": 1},
        "trunk": "carrier",
        "trunk_up": 3,
        "channels": 10,
        "trunks": {},
        "queues": {},
        "why_not": "",
        "store_away_since": 0.0,
        "braked": {},
        "contacts": {"queued": 2, "dialing": 0, "done": 0, "refused": 1},
        "countries": {"mexico": 1, "usa": 1},
        "refusals": {"not_dialable: short_code": 1},
    }


def test_following_ends_with_the_campaign(discador: Any, desk: Any) -> None:
    desk([RUNNING], [RUNNING], [DONE])

    told = discador("campaign", "status", "spring", "--follow")

    assert told.code == 0
    assert told.out == (
        "11:06:40Z  spring: running; sent 7, in a call 0, waiting 2.  paused: usa\n" * 2
        + "11:06:40Z  spring: done; sent 8, in a call 0, waiting 2.\n"
    )


def test_following_ends_where_only_paused_countries_wait(discador: Any, desk: Any) -> None:
    pauses = {**vars(RUNNING), "up": 0, "waiting": 0}
    both = frames.CampaignStanding(**{**pauses, "paused": {"usa": WHY, "mexico": "no caller ID"}})
    heard = desk([frames.CampaignStanding(**pauses)], [both])

    told = discador("campaign", "status", "spring", "--follow")

    assert len(heard) == 2
    assert told.code == 0
    assert told.out.splitlines()[-2:] == [f"usa is paused: {WHY}", "mexico is paused: no caller ID"]


def test_following_for_programs_is_an_object_a_line(discador: Any, desk: Any) -> None:
    desk([RUNNING], [DONE])

    told = discador("campaign", "status", "spring", "--follow", "--json")

    assert [json.loads(line)["state"] for line in told.out.splitlines()] == ["running", "done"]


def test_following_outlives_a_service_that_restarts(discador: Any, desk: Any, database: Engine) -> None:
    with database.begin() as conn:
        campaigns.set_state(conn, "spring", CampaignState.RUNNING)
    # The second asker is let in and left without a word, as by a service that is killed.
    desk([RUNNING], [], [DONE])

    told = discador("campaign", "status", "spring", "--follow", "--json")

    assert [json.loads(line)["served"] for line in told.out.splitlines()] == [True, False, True]


def test_an_interrupt_ends_the_following(discador: Any, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(standing.time, "sleep", interrupted)
    desk(RUNNING)

    told = discador("campaign", "status", "spring", "--follow")

    assert told.code == 130
    assert told.out.startswith("11:06:40Z  spring: running")


def test_without_a_name_all_that_run_are_told(discador: Any, database: Engine) -> None:
    assert discador("campaign", "status").out == "No campaign is running.\n"
    assert discador("campaign", "status", "--json").out == "[]\n"
    with database.begin() as conn:
        campaigns.set_state(conn, "spring", CampaignState.RUNNING)

    assert [each["campaign"] for each in json.loads(discador("campaign", "status", "--json").out)] == [
        "spring"
    ]


def test_an_engine_that_does_not_know_the_campaign_leaves_the_stores_word(discador: Any, desk: Any) -> None:
    desk(frames.Failed(code="NoCampaignError", message="no", details={}))

    told = discador("campaign", "status", "spring")

    assert told.out.startswith("spring: ready; sent 0")
    assert told.code == 0


def test_a_campaign_that_is_not_there_is_2(discador: Any) -> None:
    told = discador("campaign", "status", "autumn")

    assert told.code == 2
    assert "no campaign 'autumn'" in told.err


def test_why_a_country_pauses_is_told_in_the_readers_language(discador: Any, desk: Any) -> None:
    desk(RUNNING)

    told = discador("--lang", "pt", "campaign", "status", "spring").out.splitlines()[-1]

    assert told.endswith("os 5 identificadores estão no teto de 100 até a meia-noite de America/New_York")


@pytest.mark.parametrize(
    ("since", "line"),
    [
        (0.0, "nothing is dialed: the store is away"),
        (1_800_000_000.0, "nothing is dialed since 08:00:00Z: the store is away"),
    ],
)
def test_that_nothing_is_dialed_at_all_is_told(discador: Any, desk: Any, since: float, line: str) -> None:
    desk(replace(RUNNING, why_not="the store is away", store_away_since=since))

    assert discador("campaign", "status", "spring").out.splitlines()[-1] == line


def test_why_it_is_stopped_is_said_in_the_readers_language(discador: Any, desk: Any) -> None:
    brake = {
        "standing": "stopped",
        "reason": "blocked",
        "says": {"count": 20, "of": 100, "share": 0.2, "most": 0.05, "seconds": 300.0},
        "operator": True,
    }
    told = {**vars(RUNNING), "paused": {"country:mexico": "in English"}, "braked": {"country:mexico": brake}}
    desk(frames.CampaignStanding(**told))

    assert (
        "detenido: 20 de 100 llamadas en 300 s fueron bloqueadas con 603+, 607 o 608 (20.0%); "
        "el máximo es 5%; solo lo suelta un operador"
    ) in discador("--lang", "es", "campaign", "status", "spring").out
