"""PostgreSQL is killed, or stands still, in mid-campaign for seconds; and the engine on it is killed too.

Asterisk 22 only: what we do about it is decided on our side of the wire.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.loadtest.release import Release
from tests.conftest import NEEDS_ROOT, ON_22
from tests.faults import losses, ordeal, scenes, steps
from tests.faults.ordeal import Ordeal

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.alone,
    pytest.mark.postgres,
    pytest.mark.timeout(400),
    ON_22,
    NEEDS_ROOT,
]
# Longer than a session takes to find out that its server is mute.
AWAY_SECONDS = 8.0


@pytest.fixture(scope="module")
def on_postgres(release: Release) -> Iterator[Ordeal]:
    with ordeal.opened(f"pgfaults-{os.getpid()}", release=release, on_postgres=True) as made:
        yield made


@pytest.fixture
def broken(on_postgres: Ordeal) -> Iterator[Ordeal]:
    on_postgres.deaths.clear()
    on_postgres.stops.clear()
    yield on_postgres
    on_postgres.office.service.stop()


@pytest.mark.parametrize("how", [losses.killed, losses.mute])
def test_the_database_is_gone_and_comes_back(
    broken: Ordeal, how: Callable[[Cluster], losses.Stopped]
) -> None:
    cluster = broken.cluster
    assert cluster is not None

    scene = losses.store_away(
        broken,
        how.__name__,
        broken.people(250, random.Random(6), brief=175),
        seconds=AWAY_SECONDS,
        take=lambda: how(cluster),
    )

    print(scenes.shown(scene))  # noqa: T201 - the figures
    assert scene.clean, scenes.shown(scene)
    assert scene.figures["nines_meanwhile"] > 0
    assert scene.figures["up_at_faults"] > 0


def test_killed_at_what_follows_a_key_on_postgresql(broken: Ordeal) -> None:
    dice = random.Random(7)
    people = broken.people(1800, dice, brief=150)

    scene = scenes.killed(broken, "kills", people, steps.short(dice, steps.RARE), american=50)

    print(scenes.shown(scene))  # noqa: T201 - the figures
    assert scene.clean, scenes.shown(scene)
    assert sorted(death.step for death in broken.deaths if death.by_plan) == sorted(steps.RARE)
