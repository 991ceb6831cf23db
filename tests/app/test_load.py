from __future__ import annotations

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Headers, Response
from fastagi_server.app.load import TICKS, Loads, read_load
from fastagi_server.asterisk.errors import NoLinkError, OutcomeUnknownError, RefusedError
from fastagi_server.telephony.errors import DiscadorError

NO_LINK = NoLinkError(where="Asterisk", action="Getvar")
SLOW = OutcomeUnknownError(action="Getvar", why="no answer in time")
REFUSED = RefusedError(action="Getvar", why="No such function")


class Asterisk:
    def __init__(self, says: str | DiscadorError) -> None:
        self.says = says
        self.asked = 0

    async def ask(self, action: Action) -> Answered:
        self.asked += 1
        if isinstance(self.says, DiscadorError):
            raise self.says
        headers = Headers((("Variable", "SYSINFO(loadavg)"), ("Value", self.says)))
        return Answered(action_id="1", action=action, response=Response(response="Success", headers=headers))


class World:
    def __init__(self, *, wanted: bool = True, **asterisks: Asterisk) -> None:
        self.asterisks = asterisks
        self.working = set(asterisks)
        self.told: list[float | None] = []
        self._loads = Loads(
            asks={name: each.ask for name, each in asterisks.items()},
            working=lambda: sorted(self.working),
            told=self.told.append,
            wanted=wanted,
            spawn=ensureDeferred,
        )

    def looks(self, says: str | DiscadorError | None = None) -> float | None:
        """Let five seconds go by, the last Asterisk saying this, and give what is known then."""
        if says is not None:
            list(self.asterisks.values())[-1].says = says
        for _ in range(TICKS):
            self._loads.tick()
        return self.told[-1] if self.told else None


def test_the_load_is_told_each_time() -> None:
    world = World(asterisk=Asterisk("0.420000"))

    assert [world.looks(says) for says in ("0.42", "0.5", "7")] == [0.42, 0.5, 7.0]


@pytest.mark.parametrize("says", [REFUSED, "", "nonsense", "nan", "-1"])
def test_one_that_does_not_say_is_named_once_and_heard_once_it_does(
    says: str | DiscadorError, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(asterisk=Asterisk(says))

    assert [world.looks(), world.looks(), world.looks("0.5")] == [None, None, 0.5]
    assert [each.getMessage() for each in caplog.records] == [
        "pacing.asterisk_load is not heeded: asterisk does not tell SYSINFO(loadavg)"
    ]


def test_of_several_the_most_loaded_counts_and_one_whose_link_is_lost_does_not() -> None:
    world = World(madrid=Asterisk("3.5"), bogota=Asterisk("9.0"))

    assert [world.looks(says) for says in ("9.0", "1.0", "9.0", NO_LINK)] == [9.0, 3.5, 9.0, 3.5]


def test_one_that_is_too_slow_to_answer_has_not_become_idle() -> None:
    world = World(madrid=Asterisk("3.5"), bogota=Asterisk("30.0"))

    assert [world.looks(says) for says in ("30.0", SLOW, SLOW, "2.0")] == [30.0, 30.0, 30.0, 3.5]


def test_one_that_takes_no_calls_is_neither_asked_nor_heeded() -> None:
    world = World(madrid=Asterisk("3.5"), bogota=Asterisk("30.0"))
    assert world.looks() == 30.0

    world.working.discard("bogota")

    assert (world.looks(), world.asterisks["bogota"].asked) == (3.5, 1)


def test_nobody_asks_whom_nobody_heeds() -> None:
    world = World(asterisk=Asterisk("9.0"), wanted=False)
    world.looks()

    assert (world.told, world.asterisks["asterisk"].asked) == ([], 0)


def test_a_load_is_a_number_from_nothing_on() -> None:
    assert [read_load(text) for text in ("0", "1.5", "inf", "x")] == [0.0, 1.5, None, None]
