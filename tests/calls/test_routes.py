"""Two trunks under one campaign: one answers 503, the other has its calls, and it has its own again."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import books, carrier_mood, lab, signalling
from fastagi_server.loadtest.callees import Outcome
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.pacing.proof import mean_rate, most_in_a_second
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(300), ON_22]

CPS = 40
# All are busy at once.
NUMBERS = [f"+525550{n:04}40" for n in range(760)]
FIRST, SECOND = "carrier", "second"


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"routes-{os.getpid()}"
    spoken = [each for each in countries.load() if each.slug == "mexico"]
    office = Office(lab=lab.up(name, release=release, countries=spoken), command=command, clock=RealClock())
    try:
        config = office.service.config
        told = yaml.safe_load(config.read_text())
        told["trunks"][SECOND] = {"dial": f"PJSIP/{{number}}@{signalling.ENDPOINT}"}
        told |= {"routes": {"both": {FIRST: 1, SECOND: 1}}, "default_trunk": "both", "max_cps": 60}
        told["pacing"]["brake_hold_seconds"], told["stops"]["enabled"] = 2, True
        config.write_text(yaml.safe_dump(told))
        office.prepare()
        yield office
    finally:
        office.service.stop()
        lab.down(name)


def takes(office: Office) -> dict[str, str]:
    return {name: each["takes"] for name, each in office.standing("routed").trunks.items()}


def test_a_trunk_that_answers_503_costs_no_slot_and_has_its_calls_again(office: Office) -> None:
    office.own(["+525511000000"])
    office.plan("routed", NUMBERS, cps=CPS)
    office.serve()
    carrier_mood.limit(office.lab, 4)
    with signalling.running(office.lab, signalling.Kind.BUSY) as log:
        office.begin("routed")
        office.wait_until(lambda: takes(office)[FIRST] == "stopped", 20, "the stop")
        stopped = RealClock().wall()
        carrier_mood.limit(office.lab, 0)
        office.wait_until(lambda: takes(office)[FIRST] == "takes", 20, "the first trunk's return")
        back = RealClock().wall()
        office.wait_until(lambda: office.over("routed"), 40, "the end of everybody's call")
        second = Counter(f"+{each.number}" for each in signalling.read_signalled(log))

    every = [each for each in books.read_calls(office.database, "routed") if each.ordered_at is not None]
    at: dict[str, float] = {each.call: each.ordered_at or 0.0 for each in every}
    instants = sorted(at.values())
    assert most_in_a_second(instants) <= CPS
    assert mean_rate(instants) >= CPS * 0.97
    assert max(then - now for now, then in pairwise(instants)) < 0.5

    def over(since: float, until: float) -> Counter[str]:
        return Counter(each.trunk for each in every if since <= at[each.call] < until)

    # The stop is told up to a look of ours after it was made; then there are a few that try.
    assert over(stopped, stopped + 1.5)[FIRST] == 0
    assert over(stopped, stopped + 1.5)[SECOND] >= 1.5 * CPS * 0.95
    assert 15 <= over(stopped, back)[FIRST] <= 35
    after = over(back + 0.5, instants[-1])
    assert after[FIRST] == pytest.approx(after[SECOND], rel=0.1)

    # The records say which trunk it really was, and nobody was rung twice, nor again over the other one.
    first = Counter(f"+{each.number}" for each in office.calls())
    assert first == Counter(each.number for each in every if each.trunk == FIRST)
    assert second == Counter(each.number for each in every if each.trunk == SECOND)
    assert first + second == dict.fromkeys(NUMBERS, 1)
    assert [each for each in office.calls() if each.outcome == Outcome.CONGESTED]
    notices: list[dict[str, Any]] = json.loads(office.service.once("notices", "--json"))
    told = {each["kind"]: each["says"] for each in notices}
    assert (told["failed_over"]["trunk"], told["failed_over"]["others"]) == (FIRST, SECOND)
    assert told["failed_over"]["reason"] == "server_errors"
    assert told["failed_back"]["trunk"] == FIRST
    proof = json.loads(office.service.once("pacing", "certificate", "--json"))
    assert proof["kept"]
    assert {f"trunk:{FIRST}", f"trunk:{SECOND}"} <= {each["scope"] for each in proof["scopes"]}
