from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from fastagi_server.app.errors import StoppedByHandError
from fastagi_server.dialer.by_hand import ByHand
from fastagi_server.dialer.errors import AllCallsUpError, AllChannelsUpError
from fastagi_server.dialer.gate import NO_LINK, NotDialedError
from fastagi_server.dialer.show import Shown, Wish
from fastagi_server.store.errors import StoreBusyError
from fastagi_server.telephony import facts
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import OptOut
from tests.dialer.test_engine import BEGIN, CALL, ORDER, House, run

WISH = Wish(
    number=ORDER.number,
    country="mexico",
    trunk=ORDER.trunk,
    callerid="",
    configured=(),
    order=lambda callerid: ORDER,
    planned_at=99.0,
)


class Office:
    """A real engine, and limits and a store of caller IDs that write down when they are asked."""

    def __init__(self, concurrency: int = 0, channels: int = 0) -> None:
        self.house = House()
        self.log = self.house.log
        self.day_lasts = True
        self.full = 0
        self.on_begin: Callable[[], None] = lambda: None
        self.hand = ByHand(
            engine=self.house.engine,
            shows=cast("Any", self),
            limits=self,
            concurrency=concurrency,
            channels={ORDER.trunk: channels},
        )

    async def begin(self, wish: Wish, *, lab: bool) -> Shown:
        await self.house.ledger.begin(BEGIN)
        self.on_begin()
        return Shown(begin=BEGIN, order=ORDER)

    def holds(self, shown: Shown) -> bool:
        return self.day_lasts

    async def trunk(self, route: str) -> str:
        return f"one of {route}"

    async def leads_here(self, trunk: str) -> bool:
        self.log.append(f"gate of {trunk}")
        return False

    async def room(self, wish: Wish) -> None:
        self.log.append(f"room on {wish.trunk}")

    def take(self, wish: Wish) -> str:
        self.log.append(f"take on {wish.trunk}")
        self.full -= 1
        return "" if self.full >= 0 else FIRST

    def places(self) -> None:
        run(self.hand.place(WISH, self.placed))

    def placed(self, order: PlaceCall) -> None:
        self.log.append(f"placed, {self.house.engine.live} live, {self.house.engine.up} up")


@pytest.fixture
def office() -> Office:
    office = Office()
    office.house.up()
    return office


def test_everything_is_durable_known_and_told_before_the_originate(office: Office) -> None:
    office.places()

    assert office.log == [
        "gate of carrier",
        "room on carrier",
        "begin",
        "placed, 1 live, 0 up",
        "room on carrier",
        "take on carrier",
        "originate +525550001003",
    ]
    assert office.house.engine.up == 1


def test_a_place_that_somebody_else_took_is_waited_for_and_all_is_looked_at_again(office: Office) -> None:
    office.full = 1
    office.places()

    assert office.log[-5:] == [
        "room on carrier",
        "take on carrier",
        "room on carrier",
        "take on carrier",
        "originate +525550001003",
    ]


def test_a_stop_while_a_place_is_waited_for_stops_the_originate(office: Office) -> None:
    async def room(wish: Wish) -> None:
        if office.house.engine.live:
            raise StoppedByHandError(trunk=wish.trunk, who="ana", why="wrong prompt")

    office.room = room  # type: ignore[method-assign]

    with pytest.raises(StoppedByHandError):
        office.places()

    assert office.house.engine.live == 0
    assert office.log[-1] == "keep cancelled"
    assert "wrong prompt" in office.house.ledger.records[CALL].why


def test_without_a_link_nobody_is_asked_anything() -> None:
    office = Office()

    with pytest.raises(NotDialedError, match=NO_LINK):
        office.places()

    assert office.log == []


def test_an_opt_out_that_lands_during_the_commit_stops_the_originate(office: Office) -> None:
    entry = OptOut(number=ORDER.number, at=1.0, source="key")
    office.on_begin = lambda: office.house.ledger.optouts.append(entry)

    with pytest.raises(NotDialedError, match="just now"):
        office.places()

    assert office.log[-3:] == ["placed, 1 live, 0 up", "room on carrier", "keep cancelled"]
    assert office.house.engine.live == 0


def test_a_midnight_during_the_commit_stops_the_originate(office: Office) -> None:
    office.on_begin = lambda: setattr(office, "day_lasts", False)

    with pytest.raises(NotDialedError, match="the day of its caller ID was over"):
        office.places()

    assert office.log[-3:] == ["placed, 1 live, 0 up", "room on carrier", "keep cancelled"]


def test_a_link_that_is_lost_during_the_commit_stops_the_originate(office: Office) -> None:
    office.on_begin = office.house.engine.link_down

    with pytest.raises(NotDialedError, match=NO_LINK):
        office.places()

    assert office.house.ledger.records[CALL].disposition is Disposition.CANCELLED
    assert NO_LINK in office.house.ledger.records[CALL].why


def test_a_store_that_is_away_at_the_last_look_stops_the_originate(office: Office) -> None:
    async def away(number: str) -> bool:
        raise StoreBusyError(limit=3)

    office.on_begin = lambda: setattr(office.house.ledger, "is_opted_out", away)

    with pytest.raises(StoreBusyError):
        office.places()

    assert office.house.engine.live == 0
    assert "originate +525550001003" not in office.log


def test_a_call_by_hand_is_one_of_the_calls_that_may_be_up() -> None:
    office = Office(concurrency=1)
    office.house.up()
    office.places()

    with pytest.raises(AllCallsUpError) as no:
        office.places()

    assert (
        no.value.sentence()
        == f"{ORDER.number} was not dialed: 1 calls are up, and max_concurrent_calls is 1."
    )
    assert office.log.count("begin") == 1
    office.house.told(facts.Ended(call=CALL, at=110.0, cause=16))
    office.places()


def test_a_campaign_that_takes_the_last_place_during_the_commit_keeps_it() -> None:
    office = Office(concurrency=1)
    office.house.up()
    theirs = replace(BEGIN, call=type(CALL)("0" * len(CALL)))

    def leaves() -> None:
        office.house.engine.admit(theirs)
        office.house.engine.send(replace(ORDER, call=theirs.call, number="+525550001004"), 99.0)

    office.on_begin = leaves

    with pytest.raises(AllCallsUpError):
        office.places()

    assert "originate +525550001003" not in office.log
    assert office.house.engine.live == 1


def test_no_more_calls_than_its_channels_are_up_over_a_trunk() -> None:
    office = Office(channels=1)
    office.house.up()
    office.places()

    with pytest.raises(AllChannelsUpError) as no:
        office.places()

    assert no.value.details == {"number": ORDER.number, "up": 1, "trunk": ORDER.trunk, "limit": 1}
    assert office.log[-1] == f"originate {ORDER.number}"


def test_a_trunk_that_filled_up_during_the_commit_stops_the_originate() -> None:
    office = Office(channels=1)
    office.house.up()
    other = replace(BEGIN, call=CALL[:-1] + "z", number="+525550001004")

    def fill() -> None:
        office.house.engine.admit(other)
        run(office.house.engine.write(replace(ORDER, call=other.call, number=other.number)))

    office.on_begin = fill

    with pytest.raises(AllChannelsUpError):
        office.places()

    assert office.house.ledger.records[CALL].disposition is Disposition.CANCELLED
    assert f"originate {ORDER.number}" not in office.log


def test_whoever_knows_the_limits_says_which_trunk_of_a_route_it_is() -> None:
    assert run(Office().hand.trunk("wholesale")) == "one of wholesale"
