"""For each stop a scene in which it must act, with the calls it may take, and a long quiet one."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from fastagi_server.pacing.stops import Evidence, Halved, Limit, Stop, TooMany, TooManyOfLast
from fastagi_server.pacing.why import Reason, Standing, Why

RATE = 25.0


def blocked() -> Stop:
    evidence = TooMany(Limit(share=0.05, calls=100, seconds=300.0))
    return Stop(reason=Reason.BLOCKED, evidence=evidence, hold_seconds=20.0, operator=True)


def failing() -> Stop:
    evidence = TooMany(Limit(share=0.3, calls=30, seconds=10.0))
    return Stop(reason=Reason.SERVER_ERRORS, evidence=evidence, hold_seconds=20.0)


def short() -> Stop:
    evidence = TooMany(Limit(share=0.6, calls=100, seconds=300.0), short=6.0)
    return Stop(reason=Reason.SHORT_ANSWERS, evidence=evidence, hold_seconds=20.0, operator=True)


def optouts() -> Stop:
    evidence = TooManyOfLast(Limit(share=0.08, calls=200))
    return Stop(reason=Reason.OPTOUTS, evidence=evidence, hold_seconds=20.0, operator=True)


def people() -> Stop:
    return Stop(reason=Reason.PEOPLE, evidence=Halved(part=0.5, answers=200), hold_seconds=20.0)


def fed(
    stop: Stop, share: float, calls: int, *, seed: int = 1, at: float = 0.0, rate: float = RATE
) -> tuple[int, Why | None]:
    """Feed calls until the standing changes; give how many it took, and why."""
    dice = random.Random(seed)
    for n in range(calls):
        stop.sent(at + n / rate)
        why = stop.seen(yes=dice.random() < share, at=at + n / rate, sent=at + n / rate)
        if why is not None:
            return n + 1, why
    return calls, None


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("make", "quiet", "loud", "most"),
    [
        (failing, 0.02, 1.0, 200),  # 10 s at 25 a second hold 250
        (failing, 0.02, 0.4, 400),
        (blocked, 0.005, 0.5, 800),
        (blocked, 0.005, 0.2, 2_500),
        (short, 0.35, 0.9, 6_000),
        (optouts, 0.03, 0.3, 250),
        (people, 0.4, 0.1, 200),
        (people, 0.4, 0.0, 160),
    ],
)
def test_it_stops_after_so_many_calls_in_the_middle_of_a_quiet_day(
    make: Callable[[], Stop], quiet: float, loud: float, most: int, seed: int
) -> None:
    stop = make()
    fed(stop, quiet, 8_000, seed=seed)
    assert stop.standing is Standing.FREE

    calls, why = fed(stop, loud, 10_000, seed=seed + 100, at=8_000 / RATE)

    assert why is not None
    assert stop.standing is Standing.STOPPED
    assert calls <= most
    assert why.sentence().startswith("stopped: ")


@pytest.mark.parametrize("rate", [25.0, 3.0])
@pytest.mark.parametrize(
    ("make", "quiet"),
    [(failing, 0.1), (blocked, 0.02), (short, 0.4), (optouts, 0.04), (people, 0.4), (people, 0.15)],
)
def test_on_a_quiet_day_it_never_stops(make: Callable[[], Stop], quiet: float, rate: float) -> None:
    _, why = fed(make(), quiet, 250_000, rate=rate)

    assert why is None


@pytest.mark.parametrize(("make", "few"), [(failing, 29), (blocked, 99), (short, 99), (optouts, 199)])
def test_of_too_few_calls_nothing_is_proved(make: Callable[[], Stop], few: int) -> None:
    stop = make()

    calls, why = fed(stop, 1.0, 10_000)

    assert why is not None
    assert calls == few + 1


def test_failures_are_counted_against_what_was_sent() -> None:
    stop = failing()
    for n in range(100):
        stop.sent(n / 100)

    assert [stop.seen(yes=True, at=1.0) for _ in range(29)] == [None] * 29
    for n in range(40):
        stop.seen(yes=True, at=1.0 + n / 100)
    assert stop.standing is Standing.STOPPED


def test_what_is_long_ago_counts_no_more() -> None:
    stop = failing()
    fed(stop, 0.25, 200)

    assert fed(stop, 0.0, 200, at=60.0)[1] is None
    assert fed(stop, 0.25, 200, at=120.0)[1] is None


def test_after_its_hold_a_few_calls_try_and_free_it() -> None:
    stop = failing()
    fed(stop, 1.0, 100)
    at = stop.why.at
    assert stop.tick(at + 19.9) is None
    assert stop.seen(yes=False, at=at + 10.0) is None

    probing = stop.tick(at + 20.0)
    assert probing is not None
    assert probing.standing is Standing.PROBING

    calls, why = fed(stop, 0.0, 100, at=at + 21.0)
    assert calls == 20
    assert why is not None
    assert why.standing is Standing.FREE


def test_a_few_that_fail_hold_it_again_and_say_what_stopped_it() -> None:
    stop = failing()
    fed(stop, 1.0, 100)
    said = stop.why.says
    stop.tick(stop.why.at + 20.0)

    calls, why = fed(stop, 1.0, 100, at=30.0)

    assert calls == 6
    assert why is not None
    assert (why.standing, why.says) == (Standing.STOPPED, said)


def test_what_needs_an_operator_waits_for_him_and_then_counts_anew() -> None:
    stop = blocked()
    fed(stop, 0.5, 1_000)

    assert stop.tick(1e9) is None
    released = stop.release(1e9)
    assert released is not None
    assert stop.release(1e9) is None
    assert fed(stop, 0.02, 5_000, at=1e9)[1] is None


def test_it_stands_again_as_it_was_kept() -> None:
    kept, stop = blocked(), blocked()
    _, why = fed(kept, 1.0, 1_000)
    assert why is not None

    stop.restore(why)

    assert stop.standing is Standing.STOPPED
    assert stop.tick(1e9) is None


def test_people_that_have_halved_are_usual_once_somebody_says_so() -> None:
    stop = people()
    fed(stop, 0.4, 8_000)
    _, why = fed(stop, 0.1, 1_000, seed=2)
    assert why is not None
    assert 0.35 < float(why.says["usual"]) < 0.45

    stop.release(1.0)

    assert fed(stop, 0.1, 20_000, seed=3)[1] is None


def test_people_that_come_back_free_it() -> None:
    stop = people()
    fed(stop, 0.4, 8_000)
    fed(stop, 0.05, 1_000)
    stop.tick(stop.why.at + 20.0)

    _, why = fed(stop, 0.4, 100, seed=4, at=1_000.0)
    assert why is not None
    assert why.standing is Standing.FREE


@pytest.mark.parametrize(
    "evidence",
    [
        TooMany(Limit(share=0.0, calls=1, seconds=10.0)),
        TooManyOfLast(Limit(share=0.0, calls=1)),
        Halved(part=0.0, answers=10),
    ],
)
def test_a_share_of_nothing_never_stops(evidence: Evidence) -> None:
    stop = Stop(reason=Reason.BLOCKED, evidence=evidence, hold_seconds=1.0)

    assert fed(stop, 0.5, 1_000)[1] is None
    assert fed(stop, 0.0, 1_000)[1] is None
    assert fed(stop, 1.0, 1_000)[1] is None


def test_what_was_usual_stands_again_too() -> None:
    stop = people()
    fed(stop, 0.4, 8_000)
    _, why = fed(stop, 0.0, 1_000, seed=2)
    assert why is not None
    restarted = people()
    restarted.restore(why)
    restarted.tick(why.at + 20.0)

    calls, again = fed(restarted, 0.0, 20, at=1_000.0)

    # Machines in a row: AMD is no better than it was.
    assert again is not None
    assert (again.standing, calls) == (Standing.STOPPED, 16)


def test_only_calls_that_were_sent_to_try_can_free_it() -> None:
    stop = failing()
    fed(stop, 1.0, 100)
    stop.tick(at := stop.why.at + 20.0)

    for sent in (None, at - 1.0):
        assert [stop.seen(yes=False, at=at + 5.0, sent=sent) for _ in range(50)] == [None] * 50

    assert stop.standing is Standing.PROBING
