"""A trunk begins slowly and rises; who is stopped is stopped until somebody lets go, and nobody else is."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.books import read_calls
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.pacing.proof import most_in_a_second
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(300), ON_22]

OFF = "auto_adjust_cps: false\n  emergency_brake_threshold: 0\n"
# The brake holds for longer than the test lasts: an operator lets go.
ON = "asterisk_load: 1000\n  ramp_up_step: 10\n  ramp_up_interval: 3\n  brake_hold_seconds: 600\n"
BUSY = [f"+1212{320 + n // 100}{n % 100:02}40" for n in range(260)]
ANSWERED = [f"+525550{n:04}22" for n in range(260)]


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"pace-{os.getpid()}"
    spoken = [each for each in countries.load() if each.slug in ("usa", "mexico")]
    office = Office(lab=lab.up(name, release=release, countries=spoken), command=command, clock=RealClock())
    try:
        office.prepare()
        yield office
    finally:
        office.service.stop()
        lab.down(name)


def test_a_country_that_nobody_answers_in_is_stopped_until_somebody_lets_go(office: Office) -> None:
    config = office.service.config
    text = config.read_text()
    assert OFF in text
    config.write_text(text.replace(OFF, ON))
    office.own([*(f"+13053200{n:03}" for n in range(10)), "+525511000000"])
    # Both countries in turn, as a shuffled list has them.
    office.plan("pace", [number for pair in zip(BUSY, ANSWERED, strict=True) for number in pair])
    office.serve()
    office.begin("pace")

    office.wait_until(lambda: len(office.rung(ANSWERED)) == 260, 90, "everybody's call who answers")

    stopped = office.standing("pace").paused
    assert set(stopped) == {"country:usa"}
    assert "stopped: 0 of " in stopped["country:usa"]
    rung = len(office.rung(BUSY))
    # The proof takes 186 calls that nobody answers where 15 % is the least that is taken for usual.
    assert 186 <= rung < 230
    shown = office.service.once("pacing", "show")
    assert "country:usa: limit none, pace none, brake on" in shown
    assert "trunk:carrier: limit none, pace 30.00, brake off" in shown

    # What Asterisk took to begin a call, and what it says of its machine.
    assert re.search(r"Originate at p95 \d+\.\d+ s, load \d+\.\d+", shown)

    assert "released" in office.service.once(
        "pacing", "release", "country:usa", "--why", "the line was mended"
    )
    office.wait_until(lambda: len(office.rung(BUSY)) > rung, 30, "a call after the release")
    office.stop("pace")

    everybody = office.rung([*BUSY, *ANSWERED])
    assert Counter(call.number for call in everybody).most_common(1)[0][1] == 1
    began = min(call.invited_at for call in everybody)
    assert most_in_a_second([call.invited_at for call in everybody if call.invited_at < began + 2.5]) <= 7
    told = json.loads(office.service.once("pacing", "certificate", "--json"))
    assert told["kept"]
    (campaign,) = (each for each in told["scopes"] if each["scope"] == "campaign:pace")
    assert (campaign["originations"] >= 446, campaign["limit"]) == (True, 25.0)
    assert 20 <= campaign["most"] <= 25


def test_the_red_button_under_load_holds_over_a_restart_until_somebody_lets_go(office: Office) -> None:
    office.own([f"+13053200{n:03}" for n in range(30)])
    # They answer, and half of them stay for the whole offer.
    office.plan("pace", [f"+1212{320 + n // 100}{n % 100:02}{'00' if n % 2 else '22'}" for n in range(700)])
    office.serve()
    office.begin("pace")
    office.wait_until(lambda: office.standing("pace").up >= 60, 40, "sixty calls up")

    told = json.loads(office.service.once("pacing", "stop", "--why", "wrong prompt", "--hang-up", "--json"))
    answered = time.time()
    office.wait_until(lambda: office.standing("pace").up == 0, 10, "the end of all calls")
    ended = time.time()
    assert told["stopped"] == "cluster"
    assert told["ended"] >= 60
    ordered = [call.ordered_at for call in read_calls(office.database, "pace") if call.ordered_at]
    assert max(ordered) < answered
    rung = len(office.calls())
    assert max(call.invited_at for call in office.calls()) < answered + 0.5
    assert all(call.ended_at and call.ended_at < ended for call in office.calls())

    office.service.stop()
    office.serve()
    time.sleep(3.0)  # seventy-five calls' time
    assert len(office.calls()) == rung
    assert "wrong prompt" in office.service.once("campaign", "status", "pace")
    assert "cluster is stopped" in office.service.once("notices")

    office.service.once("pacing", "release", "cluster", "--why", "the prompt was mended")
    office.wait_until(lambda: len(office.calls()) > rung, 10, "a call after the release")
    office.stop("pace")
    assert "the prompt was mended" in office.service.once("notices")
    everybody = Counter(call.number for call in office.calls())
    assert everybody.most_common(1)[0][1] == 1
