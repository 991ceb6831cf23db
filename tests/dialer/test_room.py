from __future__ import annotations

from dataclasses import dataclass

import pytest

from fastagi_server.dialer.agents import Agents, Ceilings
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.dialer.room import Room
from fastagi_server.dialer.route import Route, Way
from fastagi_server.telephony.queues import Member, MemberState, Queue
from tests.dialer.stage import Time


@dataclass
class Up:
    up: int

    def up_over(self, trunk: str) -> int:
        assert trunk == "carrier"
        return self.up


def route(calls: Up, channels: int) -> Route:
    way = Way(trunk="carrier", channels=channels)
    return Route(name="carrier", campaign="c", ways=[way], pacer=Pacer(clock=Time()), calls=calls)


@pytest.mark.parametrize(
    ("up", "concurrency", "channels", "there"),
    [(100, 0, 0, True), (2, 3, 0, True), (3, 3, 0, False), (3, 0, 3, False), (2, 9, 3, True)],
)
def test_calls_up_and_channels_bound_it(up: int, concurrency: int, channels: int, there: bool) -> None:
    room = Room(campaign="c", route=route(Up(up), channels), concurrency=concurrency, calls=Up(up))

    assert room.is_there() is there
    assert room.takes("mexico")
    assert (room.closed(["mexico"]), room.queues()) == ({}, [])


def test_agents_bound_their_countries_and_no_other() -> None:
    time = Time()
    agents = Agents(queues={"mexico": "ventas", "usa": ""}, ceilings=Ceilings(), clock=time, take=print)
    room = Room(campaign="c", route=route(Up(0), 0), concurrency=0, calls=Up(0), agents=agents)

    assert (room.takes("mexico"), room.takes("usa")) == (False, True)
    assert room.closed(["mexico", "usa"]) == {"mexico": "Asterisk does not tell how queue ventas stands"}
    assert room.closed(["usa"]) == {}

    agents.told("ventas", Queue(members={"a": Member(state=MemberState.FREE)}, callers=frozenset()))
    assert room.takes("mexico")
    assert room.closed(["mexico"]) == {}
    assert [(each.queue, each.free, each.why) for each in room.queues()] == [("ventas", 1, "")]
