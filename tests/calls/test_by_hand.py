"""Calls by hand on the real Asterisk obey what campaigns obey: the pool, its cap, one call a number.

What the carrier wrote is the truth.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.desk.client import ask
from fastagi_server.loadtest import lab
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.service import as_user
from fastagi_server.telephony import frames

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

OWNED = ["+525511110001", "+525511110002"]
BUSY, LEAVES = "+5255500{:03}40", "+5255500{:03}20"


@pytest.fixture(scope="module")
def office(command: Path) -> Iterator[Office]:
    name = f"by-hand-{os.getpid()}"
    where = lab.up(name, countries=[each for each in countries.load() if each.slug == "mexico"])
    office = Office(lab=where, command=command, clock=RealClock())
    office.prepare()
    office.own(OWNED)
    office.serve()
    yield office
    office.service.stop()
    lab.down(name)


def rings(office: Office, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `discador call` as a person does."""
    line = as_user(office.service.command, office.service.config, "call", *words)
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)


def limit(office: Office, cap: int) -> None:
    office.service.once("did", "limit", "MX", str(cap), "--who", "us")


def test_two_caller_ids_carry_two_calls_and_the_third_is_refused(office: Office) -> None:
    limit(office, 1)
    people = [BUSY.format(n) for n in range(3)]

    first, second, third = [rings(office, number, "--country", "MX") for number in people]
    named = rings(office, people[2], "--callerid", OWNED[0])
    stranger = rings(office, people[2], "--callerid", "+525550009000")

    assert (first.returncode, second.returncode) == (0, 0), first.stdout + first.stderr
    assert {call.number: call.callerid for call in office.rung(people[:2])} == {
        people[0].removeprefix("+"): OWNED[0],
        people[1].removeprefix("+"): OWNED[1],
    }
    assert (third.returncode, third.stderr) == (
        1,
        "discador: All 2 caller IDs of mexico are at their cap of 1 until midnight of America/Mexico_City.\n",
    )
    assert named.returncode == 1
    assert f"{OWNED[0]} is at its cap of 1 in mexico until midnight" in named.stderr
    # It stands in the configuration, so it may be named; it is not what imported ones are replaced by.
    assert stranger.returncode == 0
    assert [call.callerid for call in office.rung([people[2]])] == ["+525550009000"]


def test_a_number_that_is_up_is_not_rung_a_second_time(office: Office) -> None:
    limit(office, 0)
    number = LEAVES.format(7)
    first = ask(office.service.desk, frames.Dial(number=number), patience=60)
    up = next(each for each in first if isinstance(each, frames.Happened) and each.fact == "Answered")

    second = rings(office, number)
    over = next(each for each in first if isinstance(each, frames.Closed | frames.Failed))

    assert (second.returncode, second.stderr) == (
        1,
        f"discador: {number} is in a call of ours already; call it again when that is over.\n",
    )
    assert isinstance(over, frames.Closed)
    assert over.record["call"] == up.call
    assert len(office.rung([number])) == 1
    assert rings(office, number).returncode == 0
    assert len(office.rung([number])) == 2
