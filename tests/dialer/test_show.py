from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from fastagi_server.dialer.errors import (
    AllAtCapError,
    CallerIdAtCapError,
    CallerIdElsewhereError,
    CallerIdRetiredError,
    LabCallerIdError,
    NoCallerIdError,
    NotOurCallerIdError,
    NumberIsUpError,
)
from fastagi_server.dialer.gate import NotDialedError
from fastagi_server.dialer.pools import Pools
from fastagi_server.dialer.ports import CountryUses
from fastagi_server.dialer.show import Shown, Shows, Wish
from fastagi_server.store import attempts, calls, dids, optouts, tables
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import Attempt, Begun, NotBegun
from fastagi_server.telephony.did import Did, Limit, Mark
from fastagi_server.telephony.record import OptOut
from tests.dialer.stage import COUNTRIES, NOON, Time, contact, order, run

ONE, TWO, OTHER = "+13055560001", "+13055560002", "+525550009000"
CONFIGURED = "+13055569999"
DAY = "2026-11-23"


class Books:
    """A real store, whose every question is a transaction of its own."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        limit = dids.limits(self.conn).get(country)
        fitting = {each.number for each in dids.owned(self.conn, country) if each.lab is lab}
        uses = [use for use in dids.usage(self.conn, {country: day}) if use.number in fitting]
        return CountryUses(period=day, cap=limit.cap if limit else None, uses=uses)

    async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
        return attempts.begin(self.conn, attempt)

    async def marks(self, number: str) -> Mapping[str, Mark]:
        return dids.marks_of(self.conn, number)

    async def imported(self, country: str, *, lab: bool) -> bool:
        return dids.imported(self.conn, country, lab=lab)


class Hand:
    """Somebody who orders calls to one American after the other."""

    def __init__(self, conn: Connection) -> None:
        self.conn, self.time, self._serial = conn, Time(), 0
        books: Any = Books(conn)
        self.pools = Pools(countries=COUNTRIES, uses=books, clock=self.time)
        self._shows = Shows(engine="one", pools=self.pools, ledger=books, clock=self.time)

    def owns(self, *numbers: str, country: str = "usa", lab: bool = False, cap: int = 1) -> None:
        dids.add(self.conn, [Did(number=each, country=country, lab=lab) for each in numbers], at=1.0)
        dids.set_limit(self.conn, Limit(country=country, cap=cap, who="us", at=1.0))
        self.pools.forget()

    def rings(
        self, callerid: str = "", *, lab: bool = False, number: str = "", configured: bool = False
    ) -> Shown:
        self._serial += 1
        self.time.pass_by(1)
        call = mint(self.time.wall(), self._serial.to_bytes(10, "big"))
        called = replace(contact(self._serial), number=number) if number else contact(self._serial)
        wish = Wish(
            number=called.number,
            country="usa",
            trunk="carrier",
            callerid=callerid,
            configured=(CONFIGURED,) if configured else (),
            order=lambda shown: order(called, shown, call),
            planned_at=NOON,
        )
        shown: Shown = run(self._shows.begin(wish, lab=lab))
        return shown

    def holds(self, shown: Shown) -> bool:
        return self._shows.holds(shown)

    def used(self) -> dict[str, int]:
        return {number: use.uses for number, use in dids.uses(self.conn, "usa", DAY).items()}


@pytest.fixture
def hand() -> Iterator[Hand]:
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as conn:
        yield Hand(conn)
    engine.dispose()


def test_the_pool_is_used_in_its_order_and_to_its_cap_and_counted(hand: Hand) -> None:
    hand.owns(ONE, TWO)

    first, second = hand.rings(configured=True), hand.rings(configured=True)

    assert [first.order.callerid, second.order.callerid] == [ONE, TWO]
    assert first.choice is not None
    assert hand.used() == {ONE: 1, TWO: 1}
    assert calls.get(hand.conn, first.begin.call) is not None
    with pytest.raises(AllAtCapError) as no:
        hand.rings(configured=True)
    assert (
        no.value.sentence()
        == "All 2 caller IDs of usa are at their cap of 1 until midnight of America/New_York."
    )


@pytest.mark.parametrize("named", ["", CONFIGURED])
def test_a_configured_number_serves_where_none_was_imported_and_is_not_counted(
    hand: Hand, named: str
) -> None:
    hand.owns(OTHER, country="mexico")

    shown = [hand.rings(named, configured=True) for _ in range(3)]

    assert [each.order.callerid for each in shown] == [CONFIGURED] * 3
    assert hand.used() == {}


def test_where_all_imported_ones_are_retired_the_configured_one_is_no_way_around(hand: Hand) -> None:
    hand.owns(ONE)
    dids.retire(hand.conn, ONE, at=2.0)

    with pytest.raises(NoCallerIdError):  # retired since the pool was loaded, too
        hand.rings(configured=True)
    hand.pools.forget()
    with pytest.raises(NoCallerIdError, match="import or restore"):
        hand.rings(configured=True)


def test_where_there_is_none_at_all_it_says_what_would_help(hand: Hand) -> None:
    with pytest.raises(NoCallerIdError, match=r"callerids\.usa"):
        hand.rings()


def test_a_named_number_is_counted_under_the_same_cap(hand: Hand) -> None:
    hand.owns(ONE, TWO)

    assert hand.rings(TWO).order.callerid == TWO
    assert hand.used() == {TWO: 1}
    with pytest.raises(CallerIdAtCapError, match=r"^\+13055560002 is at its cap of 1 in usa"):
        hand.rings(TWO)
    assert hand.rings().order.callerid == ONE
    assert hand.used() == {ONE: 1, TWO: 1}


@pytest.mark.parametrize(
    ("named", "error"),
    [
        ("+13055567777", NotOurCallerIdError),
        (OTHER, CallerIdElsewhereError),
        (TWO, CallerIdRetiredError),
        (ONE, LabCallerIdError),
        ("nonsense", NotOurCallerIdError),
    ],
)
def test_a_named_number_that_may_not_be_shown_is_refused_with_its_reason(
    hand: Hand, named: str, error: type[Exception]
) -> None:
    hand.owns(ONE, lab=True)
    hand.owns(TWO)
    hand.owns(OTHER, country="mexico")
    dids.retire(hand.conn, TWO, at=2.0)

    with pytest.raises(error):
        hand.rings(named, configured=True)

    assert hand.used() == {}
    assert calls.recent(hand.conn, 9) == []


def test_a_named_number_that_is_retired_just_now_is_refused(hand: Hand) -> None:
    hand.owns(ONE)
    hand.rings(ONE, number="+12125567777")
    told = dids.marks_of(hand.conn, ONE)
    dids.retire(hand.conn, ONE, at=2.0)

    class Late(Books):
        async def marks(self, number: str) -> Mapping[str, Mark]:
            return told

    hand._shows._ledger = Late(hand.conn)
    with pytest.raises(NotOurCallerIdError):
        hand.rings(ONE)


def test_a_labs_numbers_go_first_in_a_lab_and_nowhere_else(hand: Hand) -> None:
    hand.owns(ONE, lab=True, cap=0)
    hand.owns(TWO, cap=0)

    assert [hand.rings(lab=lab).order.callerid for lab in (True, False)] == [ONE, TWO]
    assert hand.rings(ONE, lab=True).order.callerid == ONE
    dids.retire(hand.conn, ONE, at=2.0)
    hand.pools.forget()
    assert hand.rings(lab=True).order.callerid == TWO


@pytest.mark.parametrize("named", ["", ONE, CONFIGURED])
def test_a_number_that_is_up_or_opted_out_is_not_called_and_costs_no_use(hand: Hand, named: str) -> None:
    hand.owns(ONE, cap=5)
    person = contact(77).number
    hand.rings(named, number=person, configured=True)
    used = hand.used()

    with pytest.raises(NumberIsUpError, match=r"^\+12125560077 is in a call of ours already"):
        hand.rings(named, number=person, configured=True)
    optouts.add(hand.conn, OptOut(number=contact(78).number, at=1.0, source="operator"))
    with pytest.raises(NotDialedError, match="it is on the opt-out list"):
        hand.rings(named, number=contact(78).number, configured=True)

    assert hand.used() == used
    assert hand.rings(named, configured=True).order.callerid in (named or ONE)


def test_a_use_is_for_the_day_in_which_it_was_counted(hand: Hand) -> None:
    hand.owns(ONE, TWO)
    drawn, named = hand.rings(), hand.rings(TWO)
    assert hand.holds(drawn)
    assert hand.holds(named)

    hand.time.pass_by(86_400)

    assert not hand.holds(drawn)
    assert not hand.holds(named)


def test_a_number_of_the_configuration_is_counted_in_no_day(hand: Hand) -> None:
    shown = hand.rings(configured=True)
    hand.time.pass_by(86_400)
    assert hand.holds(shown)
