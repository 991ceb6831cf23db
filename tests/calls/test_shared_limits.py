"""Two engines on one store, one Asterisk and one limit: the records' instants say what both did together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.books import read_calls
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from fastagi_server.pacing.proof import mean_rate, most_in_a_second
from fastagi_server.pacing.sharer import SILENT_SECONDS, USE_SECONDS
from tests.calls.test_campaign import SPOKEN_BY_SLUG, american, second
from tests.conftest import ON_22

# What differs here is the store and not the Asterisk.
pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.postgres, pytest.mark.timeout(300), ON_22]

LIMIT = 30  # max_cps, as it is unless it is set
# Half would be what a share that does not come over leaves; a machine that others use too costs some slots.
LEAST = 0.9 * LIMIT
SETTLES_SECONDS = 4.0


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"shares-{os.getpid()}"
    # That the store's part is the same on SQLite is tests/store/test_shares.py's affair.
    where = lab.up(name, release=release, countries=list(SPOKEN_BY_SLUG.values()), own_postgres=True)
    office = Office(lab=where, command=command, clock=RealClock())
    office.prepare()
    yield office
    office.service.stop()
    Service(lab=where, command=command, suffix="-two").stop()
    lab.down(name)


def test_two_engines_share_the_limit_and_one_that_is_killed_leaves_it_to_the_other(office: Office) -> None:
    office.own([f"+13053200{n:03}" for n in range(30)])
    office.plan("share", american(1400, "40"), cps=0)
    office.serve()
    office.begin("share")
    time.sleep(4)

    two = second(office)
    office.serve(two)  # it goes on with every campaign that runs
    office.wait_until(lambda: bool(sent(office, "two")), 20, "a call of the other engine")
    both_since = time.time() + SETTLES_SECONDS
    time.sleep(SETTLES_SECONDS + 6)
    killed = time.time()
    two.send(signal.SIGKILL)
    time.sleep(SILENT_SECONDS + 2 + 4)
    office.stop("share")

    one, other = sent(office, "engine"), sent(office, "two")
    together = sorted(one + other)
    assert most_in_a_second(together) <= LIMIT
    alone = [at for at in one if at < min(other) - SETTLES_SECONDS]
    assert mean_rate(alone) >= LEAST
    shared = [at for at in together if both_since <= at < killed]
    assert mean_rate(shared) >= LEAST
    for each in (one, other):
        assert 0.4 <= len([at for at in each if both_since <= at < killed]) / len(shared) <= 0.6
    # Nothing is taken before it surely is unused, and all of it soon after.
    early = [at for at in one if killed < at < killed + USE_SECONDS]
    assert most_in_a_second(early) <= LIMIT / 2
    assert mean_rate([at for at in one if at > killed + SILENT_SECONDS + 2]) >= LEAST


def sent(office: Office, engine: str) -> list[float]:
    calls = read_calls(office.database, "share")
    return sorted(call.ordered_at for call in calls if call.engine == engine and call.ordered_at)
