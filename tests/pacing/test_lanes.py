from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing import scopes
from fastagi_server.pacing.lanes import Lanes, Shares
from fastagi_server.pacing.slots import HEADROOM, Slots
from fastagi_server.pacing.window import SECOND, Windows

STEP = 1 / (30 * HEADROOM)
WEIGHTS = st.dictionaries(st.sampled_from("abcde"), st.floats(0.1, 50), min_size=1, max_size=5)


@given(weights=WEIGHTS, calls=st.integers(1, 300))
def test_at_every_moment_each_has_its_share_of_the_calls(weights: dict[str, float], calls: int) -> None:
    shares, had, whole = Shares(), Counter[str](), sum(weights.values())
    for n in range(1, calls + 1):
        had[shares.next(weights)] += 1
        for name, weight in weights.items():
            assert abs(had[name] - n * weight / whole) < len(weights)


@given(data=st.data(), weights=WEIGHTS)
def test_nobody_who_is_not_there_has_a_turn_nor_makes_up_for_it_later(
    data: st.DataObject, weights: dict[str, float]
) -> None:
    shares = Shares()
    some = st.sets(st.sampled_from(sorted(weights)), min_size=1)
    for there in data.draw(st.lists(some, max_size=60)):
        assert shares.next({name: weights[name] for name in there}) in there
    had, whole = Counter[str](), sum(weights.values())
    for n in range(1, 100):
        had[shares.next(weights)] += 1
        for name, weight in weights.items():
            # What somebody is owed is a call or two, however long he was away.
            assert had[name] < n * weight / whole + len(weights) + 1


def lanes(weights: dict[str, float], cps: dict[str, float]) -> tuple[Lanes, Slots, Windows]:
    slots, windows = Slots(), Windows({})
    for name, rate in cps.items():
        slots.set(scopes.asterisk(name), rate)
        windows.limit(scopes.asterisk(name), rate)
    made = Lanes(slots, windows)
    made.open = lambda: weights
    return made, slots, windows


def test_lanes_without_a_limit_hold_nobody_up() -> None:
    made, *_ = lanes({"a": 1, "b": 1}, {})

    assert (made.earliest(), made.held_until(5.0)) == (float("-inf"), 0.0)
    assert {made.next(1.0, 1.0), made.next(1.0, 1.0)} == {"a", "b"}


def test_where_none_is_open_nobody_has_the_call() -> None:
    made, *_ = lanes({}, {"a": 1})

    assert made.next(1.0, 1.0) is None
    assert (made.earliest(), made.held_until(1.0)) == (float("-inf"), 0.0)


@pytest.mark.parametrize(("rates", "expected"), [({"a": 10}, 10), ({"a": 10, "b": 10}, 10), ({}, 15)])
def test_a_lane_that_is_full_gives_its_turn_to_the_others_and_takes_all_that_it_may(
    rates: dict[str, float], expected: float
) -> None:
    made, slots, windows = lanes({"a": 1, "b": 1}, rates)
    had, now = Counter[str](), 1000.0
    for _ in range(3000):
        now = max(now + STEP, made.earliest(), made.held_until(now + STEP))
        name = made.next(now, now)
        assert name is not None
        slots.take((scopes.asterisk(name),), now)
        windows.wrote((scopes.asterisk(name),), now)
        had[name] += 1

    seconds = now - 1000.0
    assert had["a"] / seconds == pytest.approx(expected, rel=0.02)


def test_no_second_has_more_than_a_lane_may_even_after_writes_that_came_late() -> None:
    made, slots, windows = lanes({"a": 1}, {"a": 2})
    for at in (1.0, 1.9):
        assert made.next(1.0 if at == 1.0 else 1.51, at) == "a"
        slots.take((scopes.asterisk("a"),), 1.0 if at == 1.0 else 1.51)
        windows.wrote((scopes.asterisk("a"),), at)

    assert made.next(2.02, 1.95) is None
    assert made.held_until(2.02) == pytest.approx(1.0 + SECOND)
    assert made.next(2.02, 1.0 + SECOND) == "a"
