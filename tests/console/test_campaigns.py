from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import campaigns
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import CampaignState

LIST = "phone;name\n+525550001003;a\n+525550001003;b\n12;c\n+18005551212;d\n+12125551234;e\n;f\n"
STANDING = frames.CampaignStanding(
    campaign="spring", state="running", sent=0, up=0, waiting=0, paused={}, skipped={}
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


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


def test_a_campaign_is_deleted_once_somebody_says_so(
    discador: Any, file: Path, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    discador("campaign", "create", "spring", "--list", str(file))
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # a pipe is nobody to ask

    told = discador("campaign", "delete", "spring")
    assert (told.code, "say --yes" in told.err) == (2, True)
    assert json.loads(discador("campaign", "list", "--json").out)

    told = discador("campaign", "delete", "spring", "--yes")
    assert (told.code, told.out) == (
        0,
        "Campaign spring is deleted; the records of its calls stay.\n",
    )
    assert discador("campaign", "list", "--json").out == "[]\n"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_whoever_sits_there_is_asked(
    discador: Any, file: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    discador("campaign", "create", "spring", "--list", str(file))
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", terminal)

    assert discador("campaign", "delete", "spring").code == code


def test_a_running_campaign_is_not_deleted(discador: Any, file: Path, database: Engine) -> None:
    discador("campaign", "create", "spring", "--list", str(file))
    with database.begin() as conn:
        campaigns.set_state(conn, "spring", CampaignState.RUNNING)

    told = discador("campaign", "delete", "spring", "--yes")

    assert (told.code, "stop it first" in told.err) == (1, True)
    assert discador("campaign", "delete", "winter", "--yes").code == 2


def test_a_campaign_that_is_done_is_not_stopped_and_says_so(
    discador: Any, desk: Any, file: Path, database: Engine
) -> None:
    assert discador("campaign", "create", "spring", "--list", str(file)).code == 0
    with database.begin() as conn:
        campaigns.set_state(conn, "spring", CampaignState.DONE)

    told = discador("campaign", "stop", "spring")
    for_programs = discador("campaign", "stop", "spring", "--json")

    # No service runs: nothing was asked of one.
    assert (told.code, told.out) == (0, "Campaign spring is done already, and stays so.\n")
    assert json.loads(for_programs.out)["state"] == "done"
    with database.connect() as conn:
        kept = campaigns.get(conn, "spring")
    assert kept is not None
    assert kept.state is CampaignState.DONE


def test_a_deleted_campaign_is_told_to_programs(discador: Any, file: Path) -> None:
    assert discador("campaign", "create", "spring", "--list", str(file)).code == 0

    told = discador("campaign", "delete", "spring", "--yes", "--json")

    assert json.loads(told.out) == {"campaign": "spring", "deleted": True}
