"""The short form of bench/carrier_limit.py, judged as far as a minute can.

It tries what the engine decides, which no release of Asterisk changes: on one.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import carrier_mood, lab
from fastagi_server.loadtest.lists import COUNTRIES, caller_ids, numbers
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(300), ON_22]


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"figures-{os.getpid()}"
    spoken = [each for each in countries.load() if each.slug in COUNTRIES]
    office = Office(lab=lab.up(name, release=release, countries=spoken), command=command, clock=RealClock())
    try:
        office.prepare()
        office.own([number for number, _ in caller_ids(1_000)])
        yield office
    finally:
        office.service.stop()
        lab.down(name)


def people(count: int, *endings: str) -> list[str]:
    return list(numbers(count, endings, random.Random(1)))


def test_a_limit_that_nobody_has_told_is_found_and_kept(office: Office) -> None:
    limit = 10
    carrier_mood.limit(office.lab, limit)
    # Steps as steep as ten seconds of a day's: a minute is all there is.
    office.configure(("auto_adjust_cps: false", "auto_adjust_cps: true\n  ramp_up_interval: 3"))
    office.plan("limit", people(60 * 30, "40", "22"), cps=30)
    office.serve()
    office.begin("limit")
    began = time.time()
    time.sleep(60)
    office.stop("limit")
    office.wait_until(lambda: not office.standing("limit").up, 20, "the end of the last calls")

    everybody = office.calls()
    carrier_refused = carrier_mood.taken(everybody, since=began, until=began + 20)
    taken = carrier_mood.taken(everybody, since=began + 20, until=began + 60)
    # It was gone over, or nothing was found.
    assert carrier_refused.refused_share > 0
    assert taken.most <= limit
    assert taken.a_second >= 0.85 * limit, taken
    assert taken.refused_share <= 0.03, taken
