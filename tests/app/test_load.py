from __future__ import annotations

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Headers, Response
from fastagi_server.app.load import TICKS, Loads, read_load
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
        loads = Loads(asks={"main": self.ask}, told=self.told.append, wanted=wanted, spawn=ensureDeferred)
        for _ in range(3 * TICKS):
            loads.tick()


def test_the_load_is_told_each_time() -> None:
    asterisk = Asterisk("0.420000")
    asterisk.looks()

    assert asterisk.told == [0.42] * 3


@pytest.mark.parametrize("value", [None, "", "nonsense", "nan", "-1"])
def test_one_that_does_not_say_is_asked_once(value: str | None) -> None:
    asterisk = Asterisk(value)
    asterisk.looks()

    assert (asterisk.asked, asterisk.told) == (1, [None])


def test_without_a_link_it_is_asked_again_and_its_load_is_not_known() -> None:
    asterisk = Asterisk("no link")
    asterisk.looks()

    assert (asterisk.asked, asterisk.told) == (3, [None] * 3)


def test_of_several_the_most_loaded_counts_and_one_that_has_gone_does_not() -> None:
    madrid, bogota = Asterisk("3.5"), Asterisk("9.0")
    told: list[float | None] = []
    asks = {"madrid": madrid.ask, "bogota": bogota.ask}
    loads = Loads(asks=asks, told=told.append, wanted=True, spawn=ensureDeferred)

    for said in ("9.0", "1.0", "no link"):
        bogota.value = said
        for _ in range(TICKS):
            loads.tick()

    assert told == [3.5, 9.0, 9.0, 3.5, 3.5, 3.5]


def test_one_that_does_not_say_is_named_and_the_other_is_heeded(caplog: pytest.LogCaptureFixture) -> None:
    told: list[float | None] = []
    asks = {"madrid": Asterisk(None).ask, "bogota": Asterisk("2.0").ask}
    loads = Loads(asks=asks, told=told.append, wanted=True, spawn=ensureDeferred)
    for _ in range(TICKS):
        loads.tick()

    assert told == [None, 2.0]
    assert "Asterisk madrid does not tell SYSINFO(loadavg)" in caplog.text


def test_nobody_asks_whom_nobody_heeds() -> None:
    asterisk = Asterisk("9.0")
    asterisk.looks(wanted=False)

    assert asterisk.asked == 0


def test_a_load_is_a_number_from_nothing_on() -> None:
    assert [read_load(text) for text in ("0", "1.5", "inf", "x")] == [0.0, 1.5, None, None]
