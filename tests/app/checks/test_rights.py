from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.app.checks import rights
from fastagi_server.app.reach import NEEDED
from fastagi_server.console.actions import Level

ALL = {*NEEDED, "Setvar"}
# What Asterisk 22 lists no longer when one right is taken away.
WITHOUT = {
    "originate": {"Originate"},
    "reporting": {"ShowDialPlan"},
    "system": {"DBDel", "Reload"},
    "call": {"Setvar"},
}


def test_a_user_with_all_of_it_is_good(asterisk: Any, now: Any) -> None:
    asterisk.headers["ListCommands"] = [(name, "x") for name in ALL]

    (found,) = now(rights.write(asterisk.ask, "us"))

    assert (found.level, found.says["lacking"]) == (Level.GOOD, "-")


@pytest.mark.parametrize("right", WITHOUT)
def test_each_right_that_is_lacking_is_named(right: str, asterisk: Any, now: Any) -> None:
    asterisk.headers["ListCommands"] = [(name, "x") for name in ALL - WITHOUT[right]]

    (found,) = now(rights.write(asterisk.ask, "us"))

    assert (found.level, found.says["lacking"], found.says["user"]) == (Level.BAD, right, "us")


@pytest.mark.parametrize(
    ("told", "lacking"),
    [
        ("call,dtmf,user", "-"),
        ("all", "-"),
        ("call, dtmf", "user"),
        ("user,call", "dtmf"),
        ("system", "call, dtmf, user"),
    ],
)
def test_each_class_of_events_that_is_lacking_is_named(
    told: str, lacking: str, asterisk: Any, now: Any
) -> None:
    asterisk.section("manager.conf", secret="hush", read=told)

    (found,) = now(rights.read(asterisk.ask, "us"))

    assert (found.key, found.good, found.says["lacking"]) == ("rights_read", lacking == "-", lacking)
    assert "hush" not in repr(found)


@pytest.mark.parametrize(("told", "lacking"), [("call,dtmf,user,agent", "-"), ("call,dtmf,user", "agent")])
def test_where_agents_are_heeded_their_events_must_be_told(
    told: str, lacking: str, asterisk: Any, now: Any
) -> None:
    asterisk.section("manager.conf", secret="hush", read=told)

    (found,) = now(rights.read(asterisk.ask, "us", queues=True))

    assert (found.says["lacking"], found.says["rights"]) == (lacking, "call,dtmf,user,agent")


def test_a_user_who_is_not_in_the_file_is_not_judged(asterisk: Any, now: Any) -> None:
    asterisk.refusals["GetConfig manager.conf"] = "Config file not found"

    (found,) = now(rights.read(asterisk.ask, "us"))

    assert (found.key, found.level) == ("unseen", Level.NOTE)
