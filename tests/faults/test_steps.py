"""The table of steps, and the plans drawn from it."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from fastagi_server.telephony import facts
from tests.faults import steps
from tests.faults.steps import STEPS, Plan


@pytest.mark.parametrize("fact", steps.FACTS)
def test_every_fact_of_the_table_is_one_that_the_engine_knows(fact: str) -> None:
    assert issubclass(getattr(facts, fact), facts.Fact)


@pytest.mark.parametrize(
    "step",
    [
        *(
            f"{when} commit {what}"
            for when in ("before", "after")
            for what in ("begin", "end", "optout", "state")
        ),
        *(f"{when} write {what}" for when in ("before", "after") for what in steps.WRITES),
        *(f"before fact {fact}" for fact in ("ordered", "accepted", "dialed", "ringing", "answered")),
        *(f"after fact {fact}" for fact in ("amd", "digit", "key", "connecting", "ended")),
    ],
)
def test_the_table_has_the_step(step: str) -> None:
    assert STEPS[step] >= 1


def test_five_rounds_hit_every_step_five_times_and_as_many_random_instants() -> None:
    drawn = list(itertools.islice(steps.plans(random.Random(1)), 10 * len(STEPS)))

    assert Counter(plan.step for plan in drawn if plan.step) == dict.fromkeys(STEPS, 5)
    assert sum(plan.seconds > 0 for plan in drawn) == 5 * len(STEPS)
    assert all(1 <= plan.nth <= STEPS[plan.step] for plan in drawn if plan.step)


def test_the_same_seed_draws_the_same_plans() -> None:
    one, two = (steps.plans(random.Random(7)) for _ in range(2))

    assert list(itertools.islice(one, 50)) == list(itertools.islice(two, 50))
    assert steps.short(random.Random(7)) == steps.short(random.Random(7))


def test_the_two_short_forms_have_every_step_once() -> None:
    drawn = [plan for part in (steps.OFTEN, steps.RARE) for plan in steps.short(random.Random(3), part)]

    assert Counter(plan.step for plan in drawn) == dict.fromkeys(STEPS, 1)
    assert all(1 <= plan.nth <= min(steps.SOON, STEPS[plan.step]) for plan in drawn)


def test_what_was_hit_too_seldom_is_missing() -> None:
    hit = Counter(dict.fromkeys(STEPS, 5)) - Counter({steps.SWEPT: 1})

    assert steps.missing(hit, 5) == {steps.SWEPT: 4}
    assert steps.missing(hit, 4) == {}


def test_a_plan_says_itself_in_json() -> None:
    assert Plan(step="before write DBDel", nth=2).told() == {
        "step": "before write DBDel",
        "nth": 2,
        "seconds": 0.0,
    }
