from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.turning_away import KEPT_NUMBERS, KEPT_SECONDS, LEFT, TurningAway
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.record import Begin, Record

NUMBER, OTHER = "+525550001003", "+525550001004"


def run(work: Coroutine[Any, Any, Any]) -> None:
    with pytest.raises(StopIteration):
        work.send(None)


class Time:
    now = 10_000.0

    shift = 0.0

    def wall(self) -> float:
        return 1_700_000_000.0 + self.now + self.shift

    def steady(self) -> float:
        return self.now


def begin(n: int, number: str = NUMBER, at: float | None = None) -> Begin:
    return Begin(
        call=mint(float(n), b"0123456789"),
        number=number,
        country="mexico",
        callerid="+525550009000",
        trunk="carrier",
        campaign="spring",
        planned_at=1.0,
        begun_at=Time().wall() if at is None else at,
    )


class Engine:
    """The calls, a switch and a store in one."""

    def __init__(self) -> None:
        self.time = Time()
        self.calls: dict[CallId, Record] = {}
        self.placing: set[CallId] = set()
        self.listed: set[str] = set()
        self.said: list[tuple[str, CallId]] = []
        self.away = TurningAway(
            calls=self.calls,
            placing=self.placing,
            cancel=self.cancel,
            ledger=self,  # type: ignore[arg-type]
            hands=self,  # type: ignore[arg-type]
            spawn=run,
            clock=self.time,
        )

    def prepared(self, new: Begin) -> CallId:
        self.placing.add(new.call)
        self.calls[new.call] = calls.opened(new)
        return new.call

    def ringing(self, new: Begin, *, answered: bool = False) -> CallId:
        record = replace(calls.opened(new), ringing_at=2.0, answered_at=3.0 if answered else None)
        self.calls[new.call] = record
        return new.call

    def cancel(self, call: CallId, why: str) -> None:
        assert why == LEFT
        self.said.append(("cancel", call))
        self.placing.discard(call)
        del self.calls[call]

    async def hangup(self, call: CallId) -> None:
        self.said.append(("hangup", call))

    async def is_opted_out(self, number: str) -> bool:
        return number in self.listed


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_what_is_prepared_is_taken_back_and_what_rings_is_cancelled(engine: Engine) -> None:
    prepared, ringing = engine.prepared(begin(1)), engine.ringing(begin(2))
    engine.ringing(begin(3), answered=True)
    engine.prepared(begin(4, OTHER))
    engine.ringing(begin(5, OTHER))
    engine.away.left({NUMBER})
    assert engine.said == [("cancel", prepared), ("hangup", ringing)]
    assert NUMBER in engine.away
    assert OTHER not in engine.away


def test_before_it_is_durable_nothing_that_rings_is_ended(engine: Engine) -> None:
    prepared = engine.prepared(begin(1))
    ringing = engine.ringing(begin(2))
    engine.away.mark({NUMBER})
    assert engine.said == [("cancel", prepared)]
    engine.away.left({NUMBER}, but=ringing)
    assert engine.said == [("cancel", prepared)]


def test_told_by_two_roads_it_is_cancelled_once_and_again_when_there_is_news(engine: Engine) -> None:
    ringing = engine.ringing(begin(1))
    engine.away.left({NUMBER})
    engine.away.left({NUMBER})
    assert engine.said == [("hangup", ringing)]
    # The first Hangup may have come before there was a channel.
    engine.away.heard_of(ringing, over=False)
    assert engine.said == [("hangup", ringing)] * 2
    engine.away.heard_of(ringing, over=True)
    engine.away.heard_of(ringing, over=False)
    assert engine.said == [("hangup", ringing)] * 2


def test_an_attempt_whose_begin_was_on_its_way_is_too_late(engine: Engine) -> None:
    assert not engine.away.is_too_late(begin(1))
    engine.away.left({NUMBER})
    assert engine.away.is_too_late(begin(1))
    assert not engine.away.is_too_late(begin(2, OTHER))


def test_many_at_once_take_back_all_that_is_prepared_and_look_at_what_rings(engine: Engine) -> None:
    prepared, listed = engine.prepared(begin(1, OTHER)), engine.ringing(begin(2))
    engine.ringing(begin(3, "+525550001005"))
    engine.listed = {NUMBER}
    engine.away.many_left()
    assert engine.said == [("cancel", prepared), ("hangup", listed)]
    # Begun before the list grew, durable only now.
    assert engine.away.is_too_late(begin(4, "+525550001006"))
    engine.time.now += 1
    assert not engine.away.is_too_late(begin(5, "+525550001006", at=engine.time.wall()))


def test_who_is_said_to_have_left_is_looked_up_and_a_lie_costs_nobody_anything(engine: Engine) -> None:
    prepared, ringing = engine.prepared(begin(1)), engine.ringing(begin(2))
    engine.away.said_to_have_left({NUMBER, OTHER})
    assert engine.said == []
    assert NUMBER not in engine.away
    assert not engine.away.is_too_late(begin(3))

    engine.listed = {NUMBER}
    engine.away.said_to_have_left({NUMBER})
    assert engine.said == [("cancel", prepared), ("hangup", ringing)]


@pytest.mark.parametrize("shift", [-86400.0, -1.0, 86400.0])
def test_a_clock_that_is_set_does_not_make_every_attempt_too_late(engine: Engine, shift: float) -> None:
    before = begin(4, "+525550001006", at=engine.time.wall())
    engine.away.many_left()
    engine.time.shift = shift
    engine.time.now += 0.5

    assert engine.away.is_too_late(before)
    assert not engine.away.is_too_late(begin(5, "+525550001006", at=engine.time.wall()))


# Quarters, whose sums are exact.
@given(st.lists(st.tuples(st.integers(0, 1600).map(lambda n: n / 4), st.integers(0, 9))))
def test_no_attempt_slips_between_what_is_remembered_and_what_is_forgotten(
    story: list[tuple[float, int]],
) -> None:
    engine = Engine()
    left: dict[str, float] = {}
    for pause, n in story:
        engine.time.now += pause
        engine.away.forget()
        number = f"+52555000{n:04}"
        engine.away.left({number})
        left[number] = engine.time.wall()
        for each, at in left.items():
            # The youngest attempt that the store may have let through.
            assert engine.away.is_too_late(begin(1, each, at=at))


def test_what_is_remembered_does_not_grow_for_ever(engine: Engine) -> None:
    for n in range(2000):
        engine.time.now += 1
        engine.away.mark({f"+5255{n:08}"})
    assert len(engine.away._left) == KEPT_SECONDS + 1
    engine.away.mark({f"+5256{n:08}" for n in range(3 * KEPT_NUMBERS)})
    assert len(engine.away._left) == KEPT_NUMBERS
    # Begun before the many, so nobody can say any more whether it may go out.
    assert engine.away.is_too_late(begin(1, OTHER, at=engine.time.wall()))
    engine.time.now += 1
    assert not engine.away.is_too_late(begin(2, OTHER, at=engine.time.wall()))
