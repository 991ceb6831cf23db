from __future__ import annotations

import random

import pytest

from fastagi_server.pacing.brake import Brake, weigh
from fastagi_server.pacing.why import Standing, Why
from fastagi_server.telephony.errors import BadInputError

USUAL, FALLEN = 0.40, 0.05


def brake(**more: float) -> Brake:
    return Brake(threshold=0.1, hold_seconds=30.0, **more)  # type: ignore[arg-type]


def fed(one: Brake, share: float, calls: int, seed: int = 1, at: float = 0.0) -> tuple[int, Why | None]:
    """Feed calls of which a share succeeds, until the standing changes; give how many it took, and why."""
    dice = random.Random(seed)
    for n in range(calls):
        why = one.resolved(succeeded=dice.random() < share, at=at)
        if why is not None:
            return n + 1, why
    return calls, None


@pytest.mark.parametrize("seed", range(20))
def test_a_fall_from_forty_percent_to_five_is_proved_within_two_hundred_calls(seed: int) -> None:
    one = brake()
    fed(one, USUAL, 3_000, seed)

    calls, why = fed(one, FALLEN, 5_000, seed + 1000)

    assert calls <= 200
    assert why is not None
    assert one.standing is Standing.STOPPED
    assert float(why.says["share"]) < 0.1
    assert 0.35 < float(why.says["usual"]) < 0.45


@pytest.mark.parametrize("share", [0.15, 0.2, 0.4])
def test_a_steady_share_above_the_threshold_never_brakes(share: float) -> None:
    _, why = fed(brake(), share, 200_000)

    assert why is None


def test_who_is_under_the_threshold_from_the_beginning_is_stopped_too() -> None:
    calls, why = fed(brake(), FALLEN, 5_000)

    assert why is not None
    assert calls < 1_000


def test_a_handful_of_failures_is_no_proof() -> None:
    one = brake(minimum=50)

    calls, why = fed(one, 0.0, 5_000)

    assert why is not None
    assert calls >= 50


def test_after_the_hold_it_probes_and_is_free_when_success_is_back() -> None:
    one = brake()
    fed(one, 0.0, 5_000)

    assert one.tick(29.9) is None
    assert one.resolved(succeeded=True, at=20.0) is None

    probing = one.tick(30.0)
    assert probing is not None
    assert probing.standing is Standing.PROBING

    calls, why = fed(one, USUAL, 100, at=31.0)
    assert calls < 40
    assert why is not None
    assert one.standing is Standing.FREE


def test_probes_that_fail_stop_it_again_for_a_whole_hold() -> None:
    one = brake()
    fed(one, 0.0, 5_000)
    one.tick(30.0)

    calls, _ = fed(one, 0.0, 100, at=40.0)

    assert one.standing is Standing.STOPPED
    assert calls < 60
    assert one.tick(69.0) is None
    assert one.tick(70.0) is not None


def test_an_operator_lets_go_and_it_stands_again_where_it_was_kept() -> None:
    one = brake()
    _, why = fed(one, 0.0, 5_000)
    assert why is not None

    released = one.release(1e6)
    assert released is not None
    assert one.standing is Standing.FREE
    assert one.release(1e6) is None

    one.restore(why)
    assert one.standing is Standing.STOPPED
    assert one.tick(why.at + 30.0) is not None


def test_a_threshold_of_nothing_never_brakes() -> None:
    _, why = fed(Brake(threshold=0.0, hold_seconds=1.0), 0.0, 5_000)

    assert why is None


@pytest.mark.parametrize("threshold", [-0.1, 0.7, float("nan")])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(BadInputError, match="threshold"):
        Brake(threshold=threshold, hold_seconds=1.0)


def test_a_share_at_the_threshold_proves_nothing() -> None:
    for usual in (0.15, 0.4, 0.6):
        weights = weigh(usual, 0.1)

        assert 0.9 * weights.failed + 0.1 * weights.succeeded == pytest.approx(0.0, abs=1e-3)


def in_a_row(one: Brake, calls: int, *, good: bool, at: float, ends: float = 1.0) -> Why | None:
    """Send calls ten a second, all of which end alike; give the first change."""
    for n in range(calls):
        one.sent(at + n / 10)
    for n in range(calls):
        why = one.resolved(succeeded=good, at=at + n / 10 + ends, sent=at + n / 10)
        if why is not None:
            return why
    return None


def usual_day(one: Brake) -> None:
    """Of a hundred calls in each ten seconds four in ten are answered after five seconds, the rest fail."""
    for n in range(3_000):
        at = n / 10
        one.sent(at)
        one.resolved(succeeded=n % 5 < 2, at=at + (5.0 if n % 5 < 2 else 0.5), sent=at)
    assert one.tick(310.0) is None
    assert one.usual == pytest.approx(0.4, abs=0.05)


def test_failures_among_calls_that_may_yet_be_answered_are_no_proof() -> None:
    waits, fails = brake(), brake()
    for one in (waits, fails):
        usual_day(one)
        for n in range(200):
            one.sent(400.0 + n / 50)
    # Three in five have failed, and the others ring as those do who are answered after five seconds.
    for one, failing in ((waits, (2, 3, 4)), (fails, range(5))):
        for n in range(200):
            if n % 5 in failing:
                one.resolved(succeeded=False, at=404.5, sent=400.0 + n / 50)
        one.tick(404.6)

    assert waits.standing is Standing.FREE
    assert fails.standing is Standing.STOPPED
    assert fails.why.says["succeeded"] == 0
    waits.tick(460.0)
    assert waits.standing is Standing.STOPPED


def test_what_was_sent_before_it_probed_neither_frees_nor_stops_it() -> None:
    one = brake()
    fed(one, 0.0, 5_000, at=100.0)
    one.sent(101.0)
    one.tick(130.2)
    for _ in range(50):
        one.sent(130.3)

    # One that was on its way to Asterisk when it turned has the same half second as those that try.
    for sent in (95.0, 101.0, 129.9, 130.1):
        for succeeded in (True, False):
            assert [one.resolved(succeeded=succeeded, at=131.0, sent=sent) for _ in range(50)] == [None] * 50
    assert one.standing is Standing.PROBING

    why = in_a_row(one, 30, good=True, at=132.0)
    assert why is not None
    assert why.standing is Standing.FREE


def test_who_tries_and_still_rings_counts_as_not_answered_until_it_is() -> None:
    one = brake()
    fed(one, 0.0, 5_000, at=100.0)
    one.tick(130.0)
    for n in range(60):
        one.sent(130.0 + n / 10)

    freed = [one.resolved(succeeded=True, at=140.0, sent=130.0 + n / 10) for n in range(12)]

    # Four would be enough if nobody rang.
    assert freed[:6] == [None] * 6
    assert one.standing is Standing.FREE


def test_a_call_of_which_nobody_knows_what_became_waits_for_nothing() -> None:
    one = brake()
    usual_day(one)
    one.sent(400.0)
    one.dropped(400.0)
    one.tick(401.0)

    assert list(one._cohorts) == []
