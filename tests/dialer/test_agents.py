from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.agents import Agents, Ceilings
from fastagi_server.pacing.abandonment import Counted, Tally
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.queues import (
    AgentRings,
    AgentTook,
    CallerLeft,
    CallerWaits,
    Member,
    MemberState,
    Queue,
)
from fastagi_server.telephony.record import Begin, Record
from tests.dialer.stage import NOON, Stage, Time, contact

FREE = Member(state=MemberState.FREE)


class Floor:
    """A queue of some agents, and calls whose facts the engine would take."""

    def __init__(self, free: int = 2, country: str = "mexico") -> None:
        self.time = Time()
        self.country = country
        self.records: dict[CallId, Record] = {}
        self.agents = Agents(
            queues={country: "ventas"},
            ceilings=Ceilings(),
            clock=self.time,
            take=self.take,
        )
        self.stands(free)

    def stands(self, free: int, *callers: str) -> None:
        members = {f"PJSIP/{n}": FREE for n in range(free)}
        self.agents.told("ventas", Queue(members=members, callers=frozenset(callers)))

    def take(self, fact: facts.Fact) -> None:
        """Move a call as the engine does."""
        if fact.call in self.records:
            record = self.records[fact.call] = calls.after(self.records[fact.call], fact)
            self.agents.watch(record, fact)

    def call(self, n: int, *kinds: type[facts.Fact], contact: int | None = 1) -> CallId:
        call = mint(self.time.wall(), n.to_bytes(10, "big"))
        begin = Begin(
            call=call,
            number=f"+5255{n:08}",
            country=self.country,
            callerid="+525500000000",
            trunk="carrier",
            campaign="c",
            planned_at=NOON,
            begun_at=NOON,
            contact=contact,
        )
        self.records[call] = calls.opened(begin)
        self.go_on(call, facts.Ordered, *kinds)
        return call

    def go_on(self, call: CallId, *kinds: type[facts.Fact]) -> None:
        for kind in kinds:
            more = {"cause": 16} if kind is facts.Ended else {}
            self.take(kind(call=call, at=self.time.wall(), **more))
            if kind is facts.Connecting:
                self.agents.pressed(self.records[call])

    def joins(self, call: CallId) -> None:
        self.agents.hear(CallerWaits(queue="ventas", at=self.time.wall(), caller=call))

    def rings(self, call: CallId, interface: str = "PJSIP/0") -> None:
        told = AgentRings(queue="ventas", at=self.time.wall(), caller=call, interface=interface)
        self.agents.hear(told)

    def took(self, call: CallId, interface: str = "PJSIP/0") -> None:
        at = self.time.wall()
        self.agents.hear(CallerLeft(queue="ventas", at=at, caller=call))
        self.agents.hear(AgentTook(queue="ventas", at=at, caller=call, interface=interface))

    @property
    def open(self) -> bool:
        return self.agents.may_leave(self.country, "c")

    @property
    def tally(self) -> Tally:
        return self.agents.standings("c")[0].hour


UP = (facts.Dialed, facts.Answered)
PRESSED = (*UP, facts.Connecting)


def test_it_begins_with_one_call_a_free_agent() -> None:
    floor = Floor(free=2)
    assert floor.open
    first = floor.call(1)
    assert floor.open
    floor.call(2, *UP)
    assert not floor.open
    assert floor.agents.standings("c")[0].why.startswith("each free agent has a call on its way")

    floor.go_on(first, facts.Ended)
    assert floor.open


def test_whoever_has_pressed_holds_an_agent_on_the_way_and_in_the_queue_until_one_is_there() -> None:
    floor = Floor(free=1)
    call = floor.call(1, *PRESSED)
    assert not floor.open
    assert floor.agents.standings("c")[0].coming == 1
    floor.joins(call)
    assert (floor.agents.standings("c")[0].coming, floor.agents.standings("c")[0].waiting) == (0, 1)
    assert not floor.open
    floor.rings(call)
    assert not floor.open
    floor.took(call)
    assert not floor.open
    assert floor.agents.standings("c")[0].why == "no agent is free"

    floor.stands(1)  # the talk is over
    assert floor.open
    assert floor.records[call].queued_at == floor.records[call].connected_at


def test_a_stranger_who_waits_takes_an_agent_too() -> None:
    floor = Floor(free=1)
    floor.agents.hear(CallerWaits(queue="ventas", at=NOON, caller="1764000000.17"))
    assert not floor.open
    floor.rings(CallId("1764000000.17"))
    floor.took(CallId("1764000000.17"))
    floor.stands(1)
    assert floor.open


def test_when_a_stranger_was_rung_is_forgotten_when_they_leave_and_ours_is_not() -> None:
    floor, stranger = Floor(), "1764000000.17"
    ours = floor.call(1, *PRESSED)
    for caller in (stranger, ours):
        floor.rings(CallId(caller))
        floor.agents.hear(CallerLeft(queue="ventas", at=NOON, caller=caller))

    assert floor.agents.crews.rang_at(stranger) is None
    # An announcement may be played to the agent before Asterisk tells that they talk.
    assert floor.agents.crews.rang_at(ours) == floor.time.wall()


def test_with_everybody_paused_or_unknown_nothing_leaves() -> None:
    floor = Floor(free=0)
    assert not floor.open
    floor.agents.crews.forget()
    assert not floor.open
    assert floor.agents.may_leave("usa", "c")
    assert floor.agents.whys() == {"mexico": "Asterisk does not tell how queue ventas stands"}
    floor.agents.told("ventas", None)
    assert floor.agents.counts() == {
        "ventas": {"free": 0, "waiting": 0, "coming": 0, "why": "Asterisk has no queue ventas"}
    }
    assert floor.agents.standings("c")[0].why == "Asterisk has no queue ventas"


@pytest.mark.parametrize(
    ("ring_after", "taken", "abandoned"), [(1.0, True, 0), (3.0, True, 1), (1.0, False, 1), (3.0, False, 1)]
)
def test_an_agent_must_ring_in_time_however_long_the_phone_then_rings(
    ring_after: float, taken: bool, abandoned: int
) -> None:
    floor = Floor(free=1)
    call = floor.call(1, *PRESSED)
    floor.joins(call)
    floor.time.pass_by(ring_after)
    floor.rings(call)
    floor.time.pass_by(8.0)
    if taken:
        floor.took(call)
        floor.go_on(call, facts.Ended)
    else:
        floor.go_on(call, facts.CalleeLeft, facts.Ended)

    assert floor.tally == Tally(pressed=1, abandoned=abandoned)


def test_who_is_turned_away_by_the_queue_at_once_is_abandoned_and_who_leaves_at_once_is_not() -> None:
    floor = Floor(free=0)
    floor.call(1, *PRESSED, facts.Ended)
    assert floor.tally == Tally(pressed=1, abandoned=1)
    floor.call(2, *PRESSED, facts.CalleeLeft, facts.Ended)
    assert floor.tally == Tally(pressed=2, abandoned=1)


def test_calls_by_hand_hold_agents_and_count_in_no_rate() -> None:
    floor = Floor(free=1)
    floor.call(1, *PRESSED, contact=None)
    assert not floor.open
    floor.call(2, facts.Ended, contact=None)
    assert floor.agents.standings("c")[0].press == 1.0
    assert floor.tally == Tally()


def test_it_grows_bold_with_a_good_record_and_meek_with_a_bad_one() -> None:
    floor = Floor(free=10)
    for n in range(400):
        floor.call(n, facts.Ended)
    floor.agents.load("c", [Counted(since=NOON, tally=Tally(pressed=1000, abandoned=0))])
    for n in range(400, 440):
        assert floor.open
        floor.call(n)
    press = floor.agents.standings("c")[0].press
    assert press == pytest.approx(5 / 405)

    floor.agents.load("c", [Counted(since=NOON, tally=Tally(pressed=1000, abandoned=40))])
    assert not floor.open
    assert "abandonment allows no more" in floor.agents.standings("c")[0].why


def test_calls_that_are_up_at_a_restart_are_known() -> None:
    floor = Floor(free=2)
    up = floor.call(1, *UP)
    there = replace(floor.records[floor.call(2, *PRESSED)], agent_at=NOON)
    coming = floor.records[floor.call(3, *PRESSED)]
    floor.agents.link_up([floor.records[up], there, coming])

    assert floor.agents.standings("c")[0].coming == 2
    assert not floor.open


@given(
    story=st.lists(
        st.sampled_from(["call", "answer", "press", "end", "join", "ring", "take", "free"]), max_size=80
    ),
    free=st.integers(0, 4),
)
def test_whatever_happens_calls_on_their_way_never_outnumber_the_agents_of_a_beginning(
    story: list[str], free: int
) -> None:
    """Why: one call a free agent, and whoever waits has one, is what every country allows."""
    floor, agents = Floor(free=free), free
    stages: dict[str, list[CallId]] = {
        each: [] for each in ("sent", "up", "pressed", "waits", "rung", "talk")
    }
    moves = {
        "answer": ("sent", "up", lambda call: floor.go_on(call, *UP)),
        "press": ("up", "pressed", lambda call: floor.go_on(call, facts.Connecting)),
        "join": ("pressed", "waits", floor.joins),
    }
    for n, what in enumerate(story):
        if what == "call" and floor.open:
            stages["sent"].append(floor.call(n))
        elif what in moves and stages[moves[what][0]]:
            before, after, move = moves[what]
            call = stages[before].pop(0)
            stages[after].append(call)
            move(call)
        elif what == "end" and (stages["sent"] or stages["up"]):
            floor.go_on((stages["sent"] or stages["up"]).pop(0), facts.Ended)
        on_the_way = sum(len(stages[each]) for each in ("sent", "up", "pressed", "waits"))
        assert on_the_way <= agents
        assert not (floor.open and on_the_way >= agents)


class Busy:
    """A stage whose calls into Mexico are followed as the engine follows them, and never press."""

    def __init__(self, free: int) -> None:
        self.floor = Floor(free=free)
        self.stage = Stage(
            [contact(n, "mexico") for n in range(30)] + [contact(n) for n in range(100, 140)],
            agents=self.agents,
            call_seconds=2.0,
        )
        self.up = self.most = 0
        self._send, self.stage.engine.send = self.stage.engine.send, self.send  # type: ignore[method-assign]

    def agents(self, time: Time) -> Agents:
        self.floor.agents._clock = self.floor.agents.crews._clock = self.floor.time = time
        self.floor.stands(len(self.floor.agents.crews._seen["ventas"].members))
        return self.floor.agents

    def send(self, order: PlaceCall, planned_at: float, asterisk: str) -> bool:
        begin = next(each for each in self.stage.store.begun if each.call == order.call)
        if begin.country == "mexico":
            self.floor.records[begin.call] = calls.opened(begin)
            self.floor.go_on(begin.call, facts.Ordered)
            self.up += 1
            self.most = max(self.most, self.up)
            self.stage.time.later(2.0, lambda: self.over(begin.call))
        return self._send(order, planned_at, asterisk)

    def over(self, call: CallId) -> None:
        self.up -= 1
        self.floor.go_on(call, facts.Ended)

    def sent(self, country: str) -> int:
        return sum(order.context == f"discador_{country}" for _, order in self.stage.engine.sent)

    def pass_by(self, seconds: float) -> None:
        """Let time pass, and Asterisk tell how the queue stands."""
        for _ in range(int(seconds)):
            self.stage.time.pass_by(1.0)
            self.floor.stands(len(self.floor.agents.crews._seen["ventas"].members))


def test_a_campaign_has_one_call_a_free_agent_and_other_countries_go_on() -> None:
    busy = Busy(free=3)

    busy.stage.runner.start()
    busy.pass_by(4)
    assert busy.sent("usa") == 40
    assert 3 <= busy.sent("mexico") <= 9
    assert busy.stage.runner.progress().waiting <= 10

    busy.pass_by(30)
    assert (busy.most, busy.sent("mexico")) == (3, 30)
    assert busy.stage.done


def test_with_every_agent_paused_or_no_news_nothing_leaves_until_somebody_is_back() -> None:
    busy = Busy(free=0)

    busy.stage.runner.start()
    busy.pass_by(6)
    assert (busy.sent("usa"), busy.sent("mexico")) == (40, 0)
    assert busy.stage.runner.progress().paused == {}
    assert busy.stage.runner.progress().queues[0].why == "no agent is free"

    busy.stage.time.pass_by(20)
    paused = {"mexico": "Asterisk does not tell how queue ventas stands"}
    assert busy.stage.runner.progress().paused == paused

    busy.floor.stands(1)
    busy.pass_by(3)
    assert 1 <= busy.sent("mexico") <= 2
    assert busy.most == 1
