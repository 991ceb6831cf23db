from __future__ import annotations

import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock

from fastagi_server.ami import queue_events as told
from fastagi_server.ami.action import Action
from fastagi_server.ami.actions import QueueStatus
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.app.queues import LOOK_SECONDS, Queues
from fastagi_server.app.rounds import Rounds
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.config.dialplan import Dialplan
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.call import after, opened
from fastagi_server.dialer.engine import Engine
from fastagi_server.pacing.abandonment import Tally
from fastagi_server.store.abandonment import Press
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.country import Destination
from fastagi_server.telephony.record import Begin, Record
from tests.dialer.stage import MEXICO, NOON, USA, Time

CALL = mint(NOON, b"0123456789")
VENTAS = Destination(context="from-internal", exten="600", queue="ventas")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError


@dataclass
class Calls:
    """The engine's calls, and who watches them."""

    records: dict[CallId, Record] = field(default_factory=dict)
    watchers: list[Any] = field(default_factory=list)

    def watch(self, watcher: Any) -> None:
        self.watchers.append(watcher)

    def known(self, call: CallId) -> Record | None:
        return self.records.get(call)

    def left(self) -> set[CallId]:
        return set(self.records)

    def take(self, fact: facts.Fact) -> None:
        record = self.records[fact.call] = after(self.records[fact.call], fact)
        for watcher in self.watchers:
            watcher(record, fact)


class Site:
    def __init__(self, destination: Destination = VENTAS, presses: list[Press] | None = None) -> None:
        self.time, self.calls = Time(), Calls()
        self.listed: tuple[Event, ...] | RefusedError = ()
        self.asked: list[Action] = []
        self.presses = presses or []
        self.reads = 0
        self.refused: set[str] = set()
        self.stuck: set[str] = set()
        self.queues = self.made({"mexico": destination})

    def made(self, destinations: dict[str, Destination]) -> Queues:
        return Queues(
            engine=cast("Engine", self.calls),
            settings=replace(Settings(), dialplan=Dialplan(destinations=destinations)),
            countries=[MEXICO, USA],
            clock=self.time,
            ask=self.ask,
            ledger=self,
        )

    async def ask(self, action: Action) -> Answered:
        self.asked.append(action)
        if isinstance(self.listed, RefusedError):
            raise self.listed
        if isinstance(action, QueueStatus) and action.queue in self.refused:
            raise RefusedError(action="QueueStatus", why="not now")
        if isinstance(action, QueueStatus) and action.queue in self.stuck:
            await Deferred[None]()
        end = told.QueueStatusComplete(event_list="Complete", list_items=len(self.listed))
        response = Response(response="Success")
        return Answered(action_id="1", action=action, response=response, events=self.listed, end=end)

    async def read(self, _: Any) -> list[Press]:
        self.reads += 1
        page, self.presses = self.presses[:1], self.presses[1:]
        return page

    def may(self, country: str = "mexico") -> bool:
        return self.queues.agents.may_leave(country, "c")


def queue(*statuses: int) -> tuple[Event, ...]:
    members = (
        told.QueueMember(queue="ventas", location=f"PJSIP/{n}", status=status)
        for n, status in enumerate(statuses)
    )
    return (told.QueueParams(queue="ventas", calls=0), *members)


def test_without_a_named_queue_nothing_is_asked_read_or_held() -> None:
    site = Site(Destination(context="from-internal"))

    run(site.queues.link_up())
    run(site.queues.load())
    site.queues.event(told.QueueCallerJoin(channel="c", uniqueid="u", queue="ventas"))

    assert site.may()
    assert (site.asked, site.reads, site.calls.watchers) == ([], 0, [])


def test_asterisk_is_asked_and_its_events_are_heard() -> None:
    site = Site()
    assert (site.may(), site.may("usa")) == (False, True)

    site.listed = queue(1, 5)
    run(site.queues.link_up())
    assert site.may()

    site.queues.event(told.QueueMemberStatus(queue="ventas", interface="PJSIP/0", status=2))
    assert not site.may()
    run(site.queues.look())
    assert site.may()

    site.queues.link_down()
    assert not site.may()


def test_a_queue_that_is_not_there_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    with caplog.at_level(logging.WARNING, "discador"):
        for _ in range(3):
            run(site.queues.look())

    assert [each.getMessage() for each in caplog.records] == [
        "Asterisk has no queue ventas: nothing leaves for it; 'queue show' lists them"
    ]
    assert not site.may()


def test_an_asterisk_without_queues_costs_the_link_nothing(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    site.listed = RefusedError(action="QueueStatus", why="Invalid/unknown command")

    run(site.queues.link_up())

    assert not site.may()
    assert "Invalid/unknown command" in caplog.text


def test_a_queue_that_does_not_answer_holds_no_other_up(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    site.queues = site.made({"mexico": replace(VENTAS, queue="soporte"), "usa": VENTAS})
    site.listed, site.refused = queue(1), {"soporte"}
    run(site.queues.look())
    assert "Asterisk does not tell how queue soporte stands" in caplog.text
    assert (site.may(), site.may("usa")) == (False, True)

    clock = Clock()
    site.queues.begin(Rounds(reactor=clock, spawn=ensureDeferred, may=lambda: True))
    site.stuck, site.refused = {"soporte"}, set()
    for _ in range(10):
        site.time.pass_by(LOOK_SECONDS)
        clock.advance(LOOK_SECONDS)
    assert (site.may(), site.may("usa")) == (False, True)


def test_calls_that_are_up_are_known_and_a_press_is_kept() -> None:
    site = Site()
    begin = Begin(
        call=CALL,
        number="+525550000001",
        country="mexico",
        callerid="+525500000000",
        trunk="carrier",
        campaign="c",
        planned_at=NOON,
        begun_at=NOON,
        contact=1,
    )
    site.calls.records[CALL] = after(opened(begin), facts.Ordered(call=CALL, at=NOON))
    site.listed = queue(1)
    run(site.queues.link_up())
    assert not site.may()

    for fact in (facts.Answered(call=CALL, at=NOON + 1), facts.Connecting(call=CALL, at=NOON + 2)):
        site.calls.take(fact)
        site.queues.after(fact)
    assert site.calls.records[CALL].queued_at == NOON + 2

    for event in (
        told.QueueCallerJoin(channel="c", uniqueid=CALL, queue="ventas"),
        told.AgentCalled(channel="c", uniqueid=CALL, queue="ventas", interface="PJSIP/0"),
        told.QueueCallerLeave(channel="c", uniqueid=CALL, queue="ventas"),
        told.AgentConnect(channel="c", uniqueid=CALL, queue="ventas", interface="PJSIP/0"),
    ):
        site.queues.event(event)
    assert site.calls.records[CALL].agent_at == site.time.wall()


def test_thirty_days_are_counted_from_the_records_once_page_by_page() -> None:
    def press(n: int, campaign: str, agent_at: float | None) -> Press:
        at = NOON - 60 + n
        return Press(
            call_id=str(n), campaign=campaign, queued_at=at, agent_at=agent_at, left_at=None, ended_at=NOON
        )

    site = Site(presses=[press(1, "c", NOON - 58), press(2, "d", None), press(3, "c", None)])
    run(site.queues.load())
    run(site.queues.load())

    assert site.reads == 4
    (c,), (d,) = site.queues.agents.standings("c"), site.queues.agents.standings("d")
    assert (c.hour, d.days) == (Tally(pressed=2, abandoned=1), Tally(pressed=1, abandoned=1))
