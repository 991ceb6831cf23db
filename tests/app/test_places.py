from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock

from fastagi_server.app.errors import StoppedByHandError
from fastagi_server.app.places import Places
from fastagi_server.app.routes import Routes
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.pacing.why import Reason
from fastagi_server.pacing.window import SECOND
from fastagi_server.telephony.orders import FIRST
from tests.dialer.test_by_hand import WISH


class House:
    def __init__(self, limits: Mapping[str, float]) -> None:
        self.time = Clock()
        clock = cast("Any", SimpleNamespace(steady=self.time.seconds, wall=self.time.seconds))
        self.pacer = Pacer(clock=clock)
        for scope, cps in limits.items():
            self.pacer.limit(scope, cps)
        self.lanes: dict[str, float] = {FIRST: 1.0}
        self.pacer.lanes.open = lambda: self.lanes
        self.engine = SimpleNamespace(why_not="", up_over=lambda trunk: 0)
        self.places = Places(
            pacer=self.pacer,
            engine=cast("Engine", self.engine),
            routes=cast("Routes", self),
            clock=clock,
            reactor=self.time,
        )

    async def leads_here(self, trunk: str) -> bool:
        return False

    async def by_hand(self, name: str, up_over: Any) -> str:
        return f"{name}, {up_over('acme')} up"

    def room(self, **wish: Any) -> Deferred[None]:
        return ensureDeferred(self.places.room(replace(WISH, **wish)))

    def stop(self, scope: str) -> None:
        self.pacer.stop(scope, Reason.OPERATOR, {"who": "ana", "text": "wrong prompt"})


@pytest.mark.parametrize(
    ("limits", "wish"),
    [
        ({"cluster": 1.0}, {}),
        ({"trunk:carrier": 1.0}, {}),
        ({"country:mexico": 1.0}, {}),
        ({"campaign:spring": 1.0}, {"campaign": "spring"}),
    ],
)
def test_each_limit_that_a_campaigns_calls_are_under_holds(
    limits: dict[str, float], wish: dict[str, Any]
) -> None:
    house = House(limits)
    asked = replace(WISH, **wish)

    assert house.places.take(asked) == FIRST
    assert house.places.take(asked) == ""
    waiting = house.room(**wish)
    house.time.advance(SECOND - 0.01)
    assert not waiting.called
    house.time.advance(0.02)
    assert waiting.called
    assert house.places.take(asked) == FIRST


def test_somebody_elses_limit_is_not_ours() -> None:
    house = House({"country:usa": 1.0, "campaign:spring": 1.0})

    assert [house.places.take(WISH) for _ in range(3)] == [FIRST] * 3


def test_to_wait_takes_nothing() -> None:
    house = House({"cluster": 1.0})

    assert [house.room().called for _ in range(3)] == [True] * 3
    assert house.places.take(WISH) == FIRST


@pytest.mark.parametrize("scope", ["cluster", "trunk:carrier"])
def test_the_red_button_holds_who_waits_already(scope: str) -> None:
    house = House({"cluster": 1.0})
    house.places.take(WISH)
    waiting = house.room()
    house.stop(scope)
    assert house.places.take(WISH) == ""
    house.time.advance(SECOND)

    with pytest.raises(StoppedByHandError, match="wrong prompt"):
        waiting.result.raiseException()  # type: ignore[union-attr]
    waiting.addErrback(lambda _: None)
    assert house.places.take(WISH) == ""


def test_an_asterisk_that_takes_no_calls_has_none_by_hand_either() -> None:
    house = House({})
    house.lanes.clear()
    waiting = house.room()
    house.time.advance(1.0)
    assert not waiting.called
    assert house.places.take(WISH) == ""
    house.lanes["b"] = 1.0
    house.time.advance(0.1)

    assert waiting.called
    assert house.places.take(WISH) == "b"


def test_where_no_call_may_go_at_all_nobody_waits() -> None:
    house = House({})
    house.lanes.clear()
    house.engine.why_not = "every Asterisk that is there is drained"

    assert house.room().called
    assert house.places.take(WISH) == ""


def test_which_trunk_of_a_route_it_is_is_said_by_the_routes() -> None:
    house = House({})

    assert ensureDeferred(house.places.trunk("wholesale")).result == "wholesale, 0 up"


@given(seconds=st.lists(st.floats(0, 2.5), min_size=1, max_size=12), cps=st.integers(1, 12))
def test_however_long_a_commit_lasts_no_second_is_over_the_limit(seconds: list[float], cps: int) -> None:
    """A campaign takes every slot that there is beside calls by hand whose commits last so long."""
    house = House({"cluster": cps})
    writes: list[float] = []
    commits = sorted(seconds)

    def by_hand(_: None) -> None:
        if house.places.take(WISH):
            writes.append(house.time.seconds())
        else:
            house.room().addCallback(by_hand)

    for _ in range(800):
        house.time.advance(0.005)
        now = house.time.seconds()
        while commits and commits[0] <= now:
            commits.pop(0)
            house.room().addCallback(by_hand)
        slot = house.pacer.earliest(("cluster",), now)
        if slot <= now and house.pacer.held_until(("cluster",), slot) <= now:
            house.pacer.took(("cluster",), slot, now)
            writes.append(now)

    assert most_in_a_second(writes) <= cps
    assert len(writes) >= cps * 3
