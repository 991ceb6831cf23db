"""A fall of answers, a slow far end: one scene in which it is told, and a long one in which it is not."""

from __future__ import annotations

import random

import pytest

from fastagi_server.pacing.strain import Fall, Slower, Tail


def fed(
    fall: Fall, share: float, seconds: float, *, at: float, rate: float = 25.0, seed: int = 1
) -> float | None:
    """Feed calls, looking each ten seconds; give after how many seconds a fall is told."""
    dice = random.Random(seed)
    calls = int(seconds * rate)
    for n in range(calls):
        now = at + n / rate
        fall.seen(answered=dice.random() < share, at=now, sent=now - 0.5)
        if n % int(10 * rate) == 0 and fall.proof(now) is not None:
            return now - at
    return None


@pytest.mark.parametrize("seed", range(10))
def test_answers_that_fall_to_a_third_are_told_within_two_minutes(seed: int) -> None:
    fall = Fall(0.5)
    assert fed(fall, 0.3, 900.0, at=0.0, seed=seed) is None

    after = fed(fall, 0.1, 300.0, at=900.0, seed=seed + 50)

    assert after is not None
    assert after <= 120.0


@pytest.mark.parametrize(("share", "rate"), [(0.15, 25.0), (0.4, 5.0), (0.05, 25.0)])
def test_a_day_of_the_same_answers_is_no_fall(share: float, rate: float) -> None:
    assert fed(Fall(0.5), share, 86_400.0 / 4, at=0.0, rate=rate) is None


def test_a_fall_says_its_numbers_and_a_minute_begins_anew_after_it() -> None:
    fall = Fall(0.5)
    fed(fall, 0.4, 600.0, at=0.0)
    assert fed(fall, 0.0, 300.0, at=600.0) is not None
    says = fall.proof(700.0 - 60.0)
    assert says is not None
    assert float(says["share"]) < 0.2
    assert float(says["usual"]) > 0.35

    fall.settle()
    assert fall.proof(640.0) is None


def test_too_few_calls_are_no_fall() -> None:
    fall = Fall(0.5)
    fed(fall, 0.4, 600.0, at=0.0, rate=3.0)

    assert fed(fall, 0.0, 59.0, at=600.0, rate=3.0) is None


@pytest.mark.parametrize("seed", range(5))
def test_a_far_end_that_is_three_times_as_slow_is_told_and_a_day_of_the_same_is_not(seed: int) -> None:
    dice, slower, now = random.Random(seed), Slower(2.0), 0.0
    for look in range(2_000):
        for _ in range(100):
            now += 0.1
            slower.took(dice.lognormvariate(0.7, 0.4), now)
        assert slower.proof(now) is None, look

    looks = 0
    while slower.proof(now) is None:
        looks += 1
        for _ in range(100):
            now += 0.1
            slower.took(3 * dice.lognormvariate(0.7, 0.4), now)
    assert looks <= 7


def test_milliseconds_that_double_are_nothing() -> None:
    slower = Slower(2.0)
    for n in range(10_000):
        slower.took(0.02 if n < 5_000 else 0.2, n / 10)
        if n % 100 == 0:
            assert slower.proof(n / 10) is None


def test_the_tail_of_the_last_seconds() -> None:
    tail = Tail(seconds=10.0, calls=20)
    for n in range(19):
        tail.took(n, 1.0)
    assert tail.p95(1.0) is None
    tail.took(19.0, 1.0)

    assert tail.p95(11.0) == 18.0
    assert tail.p95(11.1) is None
    tail.settle()
    assert tail.p95(1.0) is None


def test_failures_that_come_before_and_after_the_answers_are_no_fall() -> None:
    """Fast failures at a start, and calls that ring out when nothing is sent any more."""
    fall, dice = Fall(0.5), random.Random(1)
    ends: list[tuple[float, bool, float]] = []
    for begin in (0.0, 900.0, 960.0):
        for n in range(1_500 if begin else 40_000):
            sent = begin + n / 50
            good = dice.random() < 0.4
            wait = dice.uniform(10, 15) if good else (0.5 if n % 5 else 25.0)
            ends.append((sent + wait, good, sent))

    found = []
    ends.sort()
    for second in range(1_100):
        while ends and ends[0][0] <= second:
            at, good, sent = ends.pop(0)
            fall.seen(answered=good, at=at, sent=sent)
        found.append(fall.proof(float(second)))

    assert not any(found)
