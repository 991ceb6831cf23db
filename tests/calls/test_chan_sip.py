"""Calls over chan_sip, which sites of Asterisk 16 still use; Asterisk 22 has none.

The carrier is the same as for PJSIP, and so is what each call must come to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from fastagi_server.config import countries
from fastagi_server.loadtest import calls as carrier_calls
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from tests.calls.ringing import Caller, Story, standing, wait_until
from tests.conftest import ON_16

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180), ON_16]
# The two ways in which people write a chan_sip trunk.
DIALS = ("SIP/carrier-sip/{number}", "SIP/{number}@carrier-sip")
# ending of the number (docs/lab.md says who that is): disposition, SIP answer
EXPECTED = {
    "03": ("connected", 200),
    "09": ("opted_out", 200),
    "30": ("machine", 200),
    "40": ("busy", 486),
    "45": ("invalid_number", 404),
}


@pytest.fixture(scope="module")
def where(release: Release) -> Iterator[lab.Lab]:
    name = f"chan-sip-{os.getpid()}"
    yield lab.up(name, release=release, countries=countries.load())
    lab.down(name)


@pytest.fixture(scope="module", params=DIALS)
def stories(request: pytest.FixtureRequest, where: lab.Lab, command: Path) -> Iterator[dict[str, Story]]:
    service = Service(lab=where, command=command)
    told = yaml.safe_load(service.config.read_text())
    told["trunks"]["carrier"]["dial"] = request.param
    # AMI does not tell where a chan_sip peer leads, so the gate takes it for one that leads off this machine.
    told["gate"] = "partial"
    service.config.write_text(yaml.safe_dump(told))
    service.once("db", "upgrade")
    service.once("apply")
    service.start()
    caller = Caller(where)
    wait_until(lambda: standing(caller).ready, 20, "linked to Asterisk")
    prefix = f"+52555{DIALS.index(request.param)}0000"
    numbers = {ending: f"{prefix}{ending}" for ending in EXPECTED}
    rung = caller.ring_all(list(numbers.values()))
    yield {ending: rung[number] for ending, number in numbers.items()}
    service.stop()


@pytest.mark.parametrize("ending", EXPECTED)
def test_each_call_ends_as_it_should(stories: dict[str, Story], ending: str) -> None:
    record = stories[ending].record

    assert (record["disposition"], record["sip_code"]) == EXPECTED[ending], record["why"]


def test_the_carrier_was_shown_our_caller_id(stories: dict[str, Story], where: lab.Lab) -> None:
    rung = {story.number.removeprefix("+") for story in stories.values()}
    seen = carrier_calls.callees(carrier_calls.read_calls(where.paths.calls))

    shown = {each.callerid for each in seen if each.number in rung}

    assert shown == {stories["03"].record["callerid"]}
