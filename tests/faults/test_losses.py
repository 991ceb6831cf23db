"""Asterisk, the database, room on the disk or the right time go away in mid-campaign, for seconds.

Asterisk 22 only: what we do about it is decided on our side of the wire.
"""

from __future__ import annotations

import os
import random

import pytest

from fastagi_server.loadtest.release import Release
from tests.conftest import NEEDS_ROOT, ON_22
from tests.faults import losses, ordeal, scenes
from tests.faults.ordeal import Ordeal

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240), ON_22, NEEDS_ROOT]
# Longer than the writer waits for a lock.
AWAY_SECONDS = 8.0


def test_asterisk_is_killed_and_comes_back(broken: Ordeal) -> None:
    people = broken.people(200, random.Random(1), brief=125)

    scene = losses.asterisk_killed(broken, "asterisk", people, times=1, away=1.0)

    assert scene.clean, scenes.shown(scene)
    assert scene.figures["cut_off_with_it"] > 0


def test_the_database_is_locked_by_somebody_else(broken: Ordeal) -> None:
    file = broken.lab.paths.data / "discador.db"

    scene = losses.store_away(
        broken,
        "locked",
        broken.people(250, random.Random(2), brief=175),
        seconds=AWAY_SECONDS,
        take=lambda: losses.locked(file),
    )

    assert scene.clean, scenes.shown(scene)
    assert scene.figures["first_call_after"] < 5.0


def test_the_clock_is_set_an_hour_and_a_day_forth_and_back(broken: Ordeal) -> None:
    people = broken.people(450, random.Random(3), brief=200)

    scene = losses.clock_jumps(broken, "clock", people, between=1.5)

    assert scene.clean, scenes.shown(scene)
    assert len(scene.figures["days"]) == 3


def test_the_disk_is_full(release: Release) -> None:
    with ordeal.opened(f"full-{os.getpid()}", release=release, megabytes=24) as small:
        scene = losses.store_away(
            small,
            "full",
            small.people(250, random.Random(4), brief=175),
            seconds=AWAY_SECONDS,
            take=lambda: losses.filled(small.lab.paths.data),
        )

        assert scene.clean, scenes.shown(scene)
        assert scene.figures["went_out_meanwhile"] < AWAY_SECONDS * ordeal.CPS / 2
