"""kill -9 at steps of a call, in a campaign on the real Asterisk; bench/chaos.py is its long form.

Asterisk 22 only: what a death costs is decided on our side of the wire.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest

from fastagi_server.loadtest.release import Release
from tests.conftest import ON_22
from tests.faults import ordeal, steps
from tests.faults.ordeal import Ordeal

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300), ON_22]
SEED = 5
DEATHS = 10
# Steps that are sure to come within a second or two of a campaign with calls of every age.
OFTEN = [step for step, most in steps.STEPS.items() if most > 3 or step in steps.WAY_BACK]


@pytest.fixture
def killed(release: Release) -> Iterator[Ordeal]:
    with ordeal.opened(f"faults-{os.getpid()}", release=release) as made:
        yield made


def test_killed_at_steps_of_a_call_it_calls_nobody_twice_and_loses_nobody(killed: Ordeal) -> None:
    dice = random.Random(SEED)
    killed.own(8)
    killed.office.plan("kills", killed.people(450, dice))
    killed.serve()
    killed.office.begin("kills")
    killed.wait(lambda: len(killed.calls()) > 10, 30, "the first calls")
    stopped_at = time.time()
    killed.office.service.stop()

    planned = steps.short(dice, DEATHS, OFTEN)
    for plan in planned:
        killed.die(plan, "kills")
    killed.serve()
    killed.go_on("kills")
    unsettled = killed.settle("kills")

    assert [death for death in killed.deaths if not death.by_plan] == []
    told = killed.judge(["kills"], [stopped_at, *(death.at for death in killed.deaths)])
    told, _ = killed.eaten(told)
    assert told == dict.fromkeys(told, ()), unsettled
    late = [seconds for seconds in ordeal.away(killed.deaths, killed.calls()) if seconds and seconds > 10]
    assert late == []
