from __future__ import annotations

import math

from fastagi_server.callerid.choice import Choice
from fastagi_server.dialer.prepare import Prepared
from fastagi_server.dialer.waiting import Hand, Line
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.record import Begin
from tests.dialer.stage import contact, order


def prepared(number: int, country: str = "usa") -> Prepared:
    whom = contact(number, country)
    call = mint(number / 1000, bytes(10))
    begin = Begin(
        call=call,
        number=whom.number,
        country=country,
        callerid="+13055560000",
        trunk="carrier",
        campaign="c",
        planned_at=0.0,
        begun_at=0.0,
    )
    choice = Choice.__new__(Choice)
    return Prepared(begin=begin, order=order(whom, "+13055560000", call), choice=choice)


def test_the_first_at_hand_goes_first_whatever_its_country() -> None:
    hand = Hand()
    hand.add([contact(1), contact(2, "mexico"), contact(3)])

    taken = [hand.take(lambda _: True) for _ in range(4)]

    assert [each.id if each else None for each in taken] == [1, 2, 3, None]
    assert not hand


def test_a_country_that_may_not_holds_no_other_one_up() -> None:
    hand = Hand()
    hand.add([contact(1), contact(2), contact(3, "mexico")])

    def may(country: str) -> bool:
        return country != "usa"

    assert hand.has(may)
    third = hand.take(may)
    assert third is not None
    assert third.id == 3
    assert not hand.has(may)
    assert hand.countries() == ("usa",)
    assert [each.id for each in hand.drop(["usa", "mexico"])] == [1, 2]


def test_attempts_of_a_country_leave_as_they_came() -> None:
    line = Line()
    first, second, third = prepared(1), prepared(2, "mexico"), prepared(3)
    for each in (first, second, third):
        line.add(each)

    assert line.soonest(lambda _: 5.0) == (first, 5.0)
    assert line.soonest(lambda country: {"usa": 7.0, "mexico": 6.0}[country]) == (second, 6.0)
    assert line.of() == {"usa": 2, "mexico": 1}

    line.remove(first)

    assert first not in line
    assert third in line
    assert line.soonest(lambda _: 5.0) == (second, 5.0)
    assert line.soonest(lambda _: math.inf) == (None, math.inf)


def test_who_is_as_soon_as_anybody_can_be_is_not_compared_with_others() -> None:
    line = Line()
    first, second = prepared(1, "mexico"), prepared(2)
    line.add(second)
    line.add(first)
    asked: list[str] = []

    def when(country: str) -> float:
        asked.append(country)
        return 5.0

    assert line.soonest(when, 5.0) == (first, 5.0)
    assert asked == ["mexico"]
    assert line.soonest(when, 4.0) == (first, 5.0)


def test_nobody_is_left_when_all_are_gone() -> None:
    line = Line()
    only = prepared(1)
    line.add(only)
    line.remove(only)

    assert not line
    assert list(line) == []
    assert line.of() == {}
