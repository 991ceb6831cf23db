"""Short forms of bench/pacing.py, bench/carrier_limit.py and bench/brake.py, judged as far as a minute can.

They try what the engine decides, which no release of Asterisk changes: on one.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import carrier_mood, lab, signalling
from fastagi_server.loadtest.lists import COUNTRIES, caller_ids, numbers
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.signalling import ENDPOINT, Kind, read_signalled
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


def test_no_sliding_second_is_over_the_limit_at_any_rate(office: Office) -> None:
    seconds = 12
    office.configure(("@carrier", f"@{ENDPOINT}"), ("\nlab: true\n", "\nlab: true\nmax_cps: 0\n"))
    office.serve()
    came: dict[int, int] = {}
    for rate in (30, 100):
        name = f"even-{rate}"
        office.plan(name, people(rate * (seconds + 2), "40"), cps=rate)
        with signalling.running(office.lab, Kind.BUSY) as log:
            office.begin(name)
            time.sleep(seconds)
            office.stop(name)
            office.wait_until(lambda name=name: not office.standing(name).up, 20, "the last calls' end")  # type: ignore[misc]
            came[rate] = len(read_signalled(log))

    told = json.loads(office.service.once("pacing", "certificate", "--json"))
    proofs = {each["scope"]: each for each in told["scopes"]}
    for rate, calls in came.items():
        proof = proofs[f"campaign:even-{rate}"]
        assert proof["kept"], proof
        assert proof["most"] <= rate
        assert proof["mean"] >= 0.95 * rate
        assert calls == proof["originations"] >= 0.9 * rate * seconds


def test_a_fall_of_the_answers_is_stopped_and_let_go_of_when_they_are_back(office: Office) -> None:
    office.configure(("emergency_brake_threshold: 0", "brake_hold_seconds: 5"))
    office.plan("fall", people(25 * 150, "60"), cps=25)
    office.serve()
    carrier_mood.answers(office.lab, 40)
    office.begin("fall")
    time.sleep(30)

    fell = time.time()
    carrier_mood.answers(office.lab, 5)
    office.wait_until(lambda: bool(office.standing("fall").paused), 15, "the stop")
    stopped = time.time()
    time.sleep(1)  # what had left is with the carrier
    assert stopped - fell <= 10
    assert sum(fell <= call.invited_at <= stopped + 1 for call in office.calls()) <= 250

    carrier_mood.answers(office.lab, 40)
    office.wait_until(lambda: not office.standing("fall").paused, 60, "calls again")
    since = len(office.calls())
    office.wait_until(lambda: len(office.calls()) > since + 50, 15, "calls as freely as before")
    office.stop("fall")
