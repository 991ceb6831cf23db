from __future__ import annotations

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Headers, Response
from fastagi_server.app.load import TICKS, Load, read_load
from fastagi_server.asterisk.errors import NoLinkError, RefusedError


class Asterisk:
    def __init__(self, value: str | None) -> None:
        self.value = value
        self.asked = 0
        self.told: list[float | None] = []

    async def ask(self, action: Action) -> Answered:
        self.asked += 1
        if self.value == "no link":
            raise NoLinkError(where="Asterisk", action="Getvar")
        if self.value is None:
            raise RefusedError(action="Getvar", why="No such function")
        headers = Headers((("Variable", "SYSINFO(loadavg)"), ("Value", self.value)))
        return Answered(action_id="1", action=action, response=Response(response="Success", headers=headers))

    def looks(self, *, wanted: bool = True) -> None:
        load = Load(ask=self.ask, told=self.told.append, wanted=wanted, spawn=ensureDeferred)
        for _ in range(3 * TICKS):
            load.tick()


def test_the_load_is_told_each_time() -> None:
    asterisk = Asterisk("0.420000")
    asterisk.looks()

    assert asterisk.told == [0.42] * 3


@pytest.mark.parametrize("value", [None, "", "nonsense", "nan", "-1"])
def test_one_that_does_not_say_is_asked_once(value: str | None) -> None:
    asterisk = Asterisk(value)
    asterisk.looks()

    assert (asterisk.asked, asterisk.told) == (1, [None])


def test_without_a_link_it_is_asked_again_and_nothing_is_told() -> None:
    asterisk = Asterisk("no link")
    asterisk.looks()

    assert (asterisk.asked, asterisk.told) == (3, [])


def test_nobody_asks_whom_nobody_heeds() -> None:
    asterisk = Asterisk("9.0")
    asterisk.looks(wanted=False)

    assert asterisk.asked == 0


def test_a_load_is_a_number_from_nothing_on() -> None:
    assert [read_load(text) for text in ("0", "1.5", "inf", "x")] == [0.0, 1.5, None, None]
