from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred, fail, succeed

from fastagi_server.ami import events, queue_events
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.app.fleet import Links
from fastagi_server.asterisk.errors import NoLinkError, OutcomeUnknownError
from fastagi_server.config.asterisk import Asterisk
from fastagi_server.config.settings import Settings
from fastagi_server.telephony.errors import DiscadorError

DIAL = "PJSIP/{number}@carrier"
B = Asterisk(
    host="192.0.2.2", port=5039, advertise="agi://192.0.2.1:4573", weight=2.0, write_off_seconds=60.0
)


class Keeper:
    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    async def link_up(self, name: str) -> None:
        self.told.append(("up", name))

    def link_down(self, name: str, why: str) -> None:
        self.told.append(("down", name, why))


class Fleet:
    """Two links, of which a test says what comes of asking there."""

    def __init__(self, settings: Settings, reactor: Any, clock: Any) -> None:
        self.keeper, self.said, self.doubted = Keeper(), [], []  # type: ignore[var-annotated]
        self.asked: list[tuple[str, Action]] = []
        self.links = Links(
            settings=settings,
            reactor=reactor,
            clock=clock,
            chance=lambda: 0.5,
            tell=lambda _: None,
            fastagi=lambda: "agi://127.0.0.1:4573",
            keeper=self.keeper,
            log=self.said.append,
        )
        self.links.doubt = self.doubted.append

    def answers(self, name: str, told: Sequence[str] | DiscadorError) -> None:
        def ask(action: Action) -> Deferred[Answered]:
            self.asked.append((name, action))
            if isinstance(told, DiscadorError):
                return fail(told)
            found = tuple(events.ContactStatusDetail(uri=f"sip:{host}") for host in told)
            done = Response(response="Success")
            return succeed(Answered(action_id="1", action=action, response=done, events=found))

        self.links[name].ask = ask  # type: ignore[method-assign, assignment]

    def leads(self) -> object:
        found: list[Any] = []
        ensureDeferred(self.links.leads(DIAL)).addBoth(found.append)  # type: ignore[arg-type]
        return getattr(found[0], "value", found[0])


@pytest.fixture
def fleet(settings: Settings, reactor: Any, clock: Any) -> Fleet:
    return Fleet(replace(settings, fleet={"b": B}), reactor, clock)


def test_each_is_told_to_the_engine_with_its_share(fleet: Fleet) -> None:
    told = [(each.name, each.weight, each.write_off, each.is_stuck()) for each in fleet.links.asterisks]

    assert told == [("asterisk", 1.0, 300.0, False), ("b", 2.0, 60.0, False)]


def test_each_asterisk_is_told_the_address_at_which_it_reaches_us(fleet: Fleet) -> None:
    assert [each.switch._fastagi() for each in fleet.links.asterisks] == [  # type: ignore[attr-defined]
        "agi://127.0.0.1:4573",
        "agi://192.0.2.1:4573",
    ]


def test_the_lines_of_a_fleet_name_its_asterisks_and_one_alone_needs_no_name(
    fleet: Fleet, settings: Settings, reactor: Any, clock: Any
) -> None:
    alone = Fleet(settings, reactor, clock)
    for links, name in ((fleet.links, "asterisk"), (fleet.links, "b"), (alone.links, "asterisk")):
        links[name]._wait_before(1)

    assert [*fleet.said, *alone.said] == [
        "no link to Asterisk asterisk at 127.0.0.1:5038: trying again until there is one",
        "no link to Asterisk b at 192.0.2.2:5039: trying again until there is one",
        "no link to Asterisk at 127.0.0.1:5038: trying again until there is one",
    ]


def test_a_link_is_told_by_the_name_of_its_asterisk(fleet: Fleet) -> None:
    owner = fleet.links["b"]._owner
    fleet.answers("b", [])
    ensureDeferred(owner.link_up())  # type: ignore[arg-type]
    owner.link_down("it was cut")

    assert fleet.keeper.told == [("up", "b"), ("down", "b", "it was cut")]


def test_each_is_asked_for_what_is_read_of_it_before_anything_else(fleet: Fleet) -> None:
    fleet.links.hear("asterisk", lambda _: None, frozenset({queue_events.AgentConnect}))
    wanted = {}
    for name in ("asterisk", "b"):
        fleet.answers(name, [])
        ensureDeferred(fleet.links[name]._owner.link_up())  # type: ignore[arg-type]
        wanted[name] = next(action.filter for at, action in fleet.asked if at == name)  # type: ignore[attr-defined]

    assert fleet.keeper.told == [("up", "asterisk"), ("up", "b")]
    assert "AgentConnect|DTMFBegin|" in wanted["asterisk"]
    assert "OriginateResponse" in wanted["b"]
    assert "AgentConnect" not in wanted["b"]


def test_both_are_reached_for_and_both_are_left(fleet: Fleet, reactor: Any) -> None:
    fleet.links.start()
    assert [port for _, port, *_ in reactor.tcpClients] == [5038, 5039]

    ended: list[object] = []
    ensureDeferred(fleet.links.stop()).addBoth(ended.append)
    for each in reactor.connectors:
        each.stopConnecting()
    reactor.advance(10)
    assert ended == [None]
    assert reactor.getDelayedCalls() == []


def test_the_first_that_is_there_is_enough(fleet: Fleet) -> None:
    up: list[object] = []
    fleet.links.when_up().addBoth(up.append)
    for name in ("b", "asterisk"):
        assert up == ([] if name == "b" else [None])
        for each in fleet.links[name]._waiting:
            each.callback(None)
    assert up == [None]


def test_whoever_waits_for_links_that_are_stopped_is_told(fleet: Fleet) -> None:
    up: list[Any] = []
    fleet.links.when_up().addBoth(up.append)
    ensureDeferred(fleet.links.stop())

    (failure,) = up
    assert failure.check(CancelledError)


TIMED_OUT = OutcomeUnknownError(action="PJSIPShowEndpoint", why="no answer")
NOT_LINKED = NoLinkError(where="Asterisk", action="PJSIPShowEndpoint")


@pytest.mark.parametrize(
    ("first", "second", "led", "doubted"),
    [
        (["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"], []),
        # One that leads elsewhere is enough for No.
        (["127.0.0.1"], ["203.0.113.9"], ["127.0.0.1", "203.0.113.9"], []),
        # One that does not know has no call, and holds nobody up; where none knows it is not known.
        (["127.0.0.1"], [], ["127.0.0.1"], ["b"]),
        ([], [], [], []),
        # Where there is no link no call goes.
        (["127.0.0.1"], NOT_LINKED, ["127.0.0.1"], []),
        (["127.0.0.1"], TIMED_OUT, ["127.0.0.1"], ["b"]),
        ([], TIMED_OUT, [], ["b"]),
        (NOT_LINKED, TIMED_OUT, TIMED_OUT, []),
        (NOT_LINKED, NOT_LINKED, NOT_LINKED, []),
    ],
    ids=["same", "elsewhere", "unknown", "none", "no-link", "mute", "mute-none", "only-mute", "nobody"],
)
def test_a_trunk_leads_wherever_one_of_them_would_send_its_calls(
    fleet: Fleet, first: Any, second: Any, led: object, doubted: list[str]
) -> None:
    fleet.answers("asterisk", first)
    fleet.answers("b", second)

    assert fleet.leads() == led
    assert fleet.doubted == doubted
