"""kill -9 at steps of a call, in a campaign on the real Asterisk; bench/chaos.py is its long form.

Asterisk 22 only: what a death costs is decided on our side of the wire.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.conftest import NEEDS_ROOT, ON_22
from tests.faults import scenes, steps
from tests.faults.ordeal import Ordeal

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300), ON_22, NEEDS_ROOT]
SEED = 5
DEATHS = 8
# The long form holds the promised five seconds; here others use the machine too.
LATEST = 15.0
# Steps that are sure to come within a second or two of a campaign with calls of every age.
OFTEN = [step for step, most in steps.STEPS.items() if most > 3 or step in steps.WAY_BACK]


def test_killed_at_steps_of_a_call_it_calls_nobody_twice_and_loses_nobody(broken: Ordeal) -> None:
    dice = random.Random(SEED)
    plans = steps.short(dice, DEATHS, OFTEN)

    scene = scenes.killed(broken, "kills", broken.people(350, dice), plans, american=8)

    assert scene.clean, scenes.shown(scene)
    assert [death for death in broken.deaths if not death.by_plan] == []
    assert Counter(death.step for death in broken.deaths) == Counter(plan.step for plan in plans)
    assert scene.figures["away"][-1] < LATEST
