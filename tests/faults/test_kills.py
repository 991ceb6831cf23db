"""kill -9 at steps of a call, in a campaign on the real Asterisk; bench/chaos.py is its long form.

Here are the steps that come with every call; those that wait for a key are in test_postgres_gone.py.
Asterisk 22 only: what a death costs is decided on our side of the wire.
"""

from __future__ import annotations

import random

import pytest

from tests.conftest import NEEDS_ROOT, ON_22
from tests.faults import scenes, steps
from tests.faults.ordeal import Ordeal

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(400), ON_22, NEEDS_ROOT]
SEED = 5
# The long form holds the promised five seconds; here others use the machine too.
LATEST = 15.0


def test_killed_at_steps_of_a_call_it_calls_nobody_twice_and_loses_nobody(broken: Ordeal) -> None:
    dice = random.Random(SEED)
    # Enough for a fast machine: each kill lets some sixty through.
    people = broken.people(1800, dice, brief=150)

    scene = scenes.killed(broken, "kills", people, steps.short(dice, steps.OFTEN), american=24)

    print(scenes.shown(scene))  # noqa: T201 - the figures
    assert scene.clean, scenes.shown(scene)
    assert sorted(death.step for death in broken.deaths if death.by_plan) == sorted(steps.OFTEN)
    assert scene.figures["away"][-1] < LATEST
