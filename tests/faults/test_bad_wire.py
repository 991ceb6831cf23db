"""A bad wire between Discador and the real Asterisk, for half a minute; bench/chaos.py has hours of it.

Asterisk 22 only: the wire is bad before any release of Asterisk has a say.
"""

from __future__ import annotations

import random

import pytest

from tests.conftest import NEEDS_ROOT, ON_22
from tests.faults import scenes
from tests.faults.ordeal import Ordeal
from tests.faults.proxy import Fault

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240), ON_22, NEEDS_ROOT]
SEED = 4
SECONDS = 26.0


def test_whatever_the_wire_does_the_campaign_goes_on_and_every_promise_is_kept(broken: Ordeal) -> None:
    people = broken.people(scenes.enough(SECONDS), random.Random(SEED), brief=150)

    scene = scenes.bad_wire(
        broken,
        "wire",
        people,
        seconds=60.0,
        seed=SEED,
        stalls=(1.0,),
        pause=(0.6, 2.0),
        most=len(Fault),
    )

    assert scene.clean, scenes.shown(scene)
    assert scene.figures["inflicted"] == dict.fromkeys(Fault, 1)
    assert scene.figures["actions_asked"] > len(people) / 2
