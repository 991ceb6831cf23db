from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.cohorts import LONGEST_SECONDS, PART_SECONDS, REMEMBERED, Ages, Cohort, Cohorts

USUAL, FALLEN = 0.4, 0.01


def learned(calls: int = 2_000) -> Ages:
    """Four in ten answer after 4 to 15 s; of the others half fail at once and half ring for 25 s."""
    ages, dice = Ages(), random.Random(1)
    for n in range(calls):
        cohorts = Cohorts()
        cohorts.sent(0.0)
        good = dice.random() < USUAL
        at = dice.uniform(4, 15) if good else (0.2 if n % 2 else 25.0)
        cohorts.resolved(0.0, at, good=good)
        for cohort in cohorts.ripe(at + 1):
            ages.learn(cohort)
    return ages


def test_calls_are_ripe_in_the_order_in_which_they_were_sent_once_all_are_resolved() -> None:
    cohorts = Cohorts()
    for at in (0.0, 0.1, 1.0):
        cohorts.sent(at)
    cohorts.resolved(1.0, 1.2, good=True)
    cohorts.resolved(0.1, 3.0, good=False)
    assert list(cohorts.ripe(20.0)) == []

    cohorts.resolved(0.0, 25.0, good=True)

    first, second = cohorts.ripe(25.0)
    assert (first.begin, len(first.good), len(first.bad)) == (0.0, 1, 1)
    assert (second.begin, len(second.good), len(second.bad)) == (1.0, 1, 0)
    assert list(cohorts) == []


def test_what_is_sent_in_the_same_part_is_not_ripe_before_it_is_over() -> None:
    cohorts = Cohorts()
    cohorts.sent(10.0)
    cohorts.resolved(10.0, 10.1, good=False)

    assert list(cohorts.ripe(10.1)) == []
    assert len(list(cohorts.ripe(10.0 + PART_SECONDS))) == 1


def test_a_call_that_never_ends_holds_nobody_up_for_ever_and_one_that_nobody_knows_of_not_at_all() -> None:
    cohorts = Cohorts()
    cohorts.sent(0.0)
    cohorts.sent(5.0)
    cohorts.dropped(5.0)
    assert list(cohorts.ripe(LONGEST_SECONDS - 1)) == []

    lost, dropped = cohorts.ripe(LONGEST_SECONDS + 1)

    assert (lost.ringing, dropped.sent) == (1, 0)
    cohorts.resolved(0.0, 200.0, good=False)
    cohorts.dropped(0.0)
    assert list(cohorts) == []


@given(
    st.lists(
        st.tuples(st.floats(0, 50), st.one_of(st.none(), st.tuples(st.floats(0, 40), st.booleans()))),
        max_size=60,
    )
)
def test_nobody_is_counted_twice_and_nobody_is_lost(
    calls: list[tuple[float, tuple[float, bool] | None]],
) -> None:
    cohorts = Cohorts()
    calls.sort(key=lambda call: call[0])
    for sent, _ in calls:
        cohorts.sent(sent)
    for sent, end in calls:
        if end is not None:
            cohorts.resolved(sent, sent + end[0], good=end[1])

    ripe = list(cohorts.ripe(1_000.0))

    assert sum(cohort.sent for cohort in ripe) == len(calls)
    assert sum(len(cohort.good) for cohort in ripe) == sum(bool(end and end[1]) for _, end in calls)
    assert sum(cohort.ringing for cohort in ripe) == sum(end is None for _, end in calls)
    assert [cohort.begin for cohort in ripe] == sorted(cohort.begin for cohort in ripe)


def test_who_rings_may_be_answered_until_answers_have_usually_come() -> None:
    ages = learned()

    young, waits, late = (ages.weight(age, fallen=FALLEN, usual=USUAL) for age in (0.0, 3.0, 20.0))

    assert young == pytest.approx(0.0, abs=0.02)
    # Half of who fails has failed by then, and nobody has answered: four in seven will.
    assert waits == pytest.approx(math.log((0.01 + 0.99 / 2) / (0.4 + 0.6 / 2)), abs=0.03)
    assert late == 0.0


@given(st.floats(0, 200), st.floats(0.001, 0.1), st.floats(0.15, 0.9), st.integers(0, 300))
def test_who_rings_never_speaks_for_a_fall(age: float, fallen: float, usual: float, known: int) -> None:
    assert learned(known).weight(age, fallen=fallen, usual=usual) <= 0.0


def test_while_nothing_is_known_everybody_who_rings_may_yet_be_answered() -> None:
    assert Ages().weight(20.0, fallen=FALLEN, usual=USUAL) == pytest.approx(math.log(FALLEN / USUAL))
    assert Ages().weight(31.0, fallen=FALLEN, usual=USUAL) == 0.0


def test_what_is_usual_changes() -> None:
    ages = learned(REMEMBERED)
    cohort = Cohort(0.0)
    cohort.sent = 3
    cohort.good, cohort.bad = [60], [1, 1]
    for _ in range(REMEMBERED):
        ages.learn(cohort)

    assert ages.weight(28.0, fallen=FALLEN, usual=USUAL) < -1.0
