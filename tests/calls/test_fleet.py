"""Two Asterisks under one Discador: shared by weight, one killed in the middle, back again, and drained."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import books, calls, lab, programs
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(300), ON_22]

CPS = 30
# Most are busy at once; every fifth is answered, so that calls are up when one dies.
NUMBERS = [f"+525550{n:04}{'22' if n % 5 == 0 else '40'}" for n in range(420)]
LATER = [f"+525551{n:04}40" for n in range(60)]


class Two:
    """Discador of one lab, which drives the dialer's Asterisk of another one too."""

    def __init__(self, office: Office, other: Lab) -> None:
        self.office = office
        self.other = other

    def asterisks(self, *words: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.office.service.once("asterisk", *words, "--json"))
        return told

    def records(self, name: str) -> list[Record]:
        return [each for each in books.read_calls(self.office.database, name) if each.ordered_at is not None]

    def rung(self) -> Counter[str]:
        """Count how often each number was rung, at both carriers."""
        both = (self.office.lab, self.other)
        return Counter(
            f"+{call.number}" for each in both for call in calls.callees(calls.read_calls(each.paths.calls))
        )

    def kill(self) -> float:
        """Kill the other Asterisk, and say when."""
        program = self.other.programs()[2]
        pid = programs.pid_of(program)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return RealClock().wall()

    def revive(self) -> None:
        programs.start(self.other.programs()[2])
        self.office.wait_until(lambda: bool(self.asterisks("list")["b"]["ready"]), 30, "the link to b")


@pytest.fixture
def two(command: Path, release: Release) -> Iterator[Two]:
    spoken = [each for each in countries.load() if each.slug == "mexico"]
    names = [f"fleet-{which}-{os.getpid()}" for which in "ab"]
    first, other = (lab.up(name, release=release, countries=spoken) for name in names)
    office = Office(lab=first, command=command, clock=RealClock())
    try:
        Service(lab=other, command=command).once("apply")
        config = office.service.config
        told = yaml.safe_load(config.read_text())
        b = {"port": other.ports.dialer_ami, "secret_file": str(other.paths.secret), "write_off_seconds": 5}
        told |= {"fleet": {"b": b}, "max_cps": CPS}
        told["asterisk"]["weight"] = 2
        config.write_text(yaml.safe_dump(told))
        office.prepare()
        yield Two(office, other)
    finally:
        office.service.stop()
        for name in names:
            lab.down(name)


def test_one_of_two_dies_and_the_other_goes_on(two: Two) -> None:
    office = two.office
    office.own(["+525511000000"])
    office.plan("both", NUMBERS, cps=0)
    office.serve()
    office.wait_until(lambda: all(each["ready"] for each in two.asterisks("list").values()), 20, "both links")
    office.begin("both")
    office.wait_until(lambda: office.standing("both").sent > 180, 30, "calls at both")

    killed = two.kill()

    office.wait_until(lambda: office.over("both"), 60, "the end of everybody's call")
    records = two.records("both")
    instants = sorted(each.ordered_at or 0.0 for each in records)
    after = [each for each in records if (each.ordered_at or 0.0) > killed + 0.05]
    assert {each.asterisk for each in after} == {"asterisk"}
    assert min(each.ordered_at or 0.0 for each in after) < killed + 1.0
    assert max(then - now for now, then in pairwise(instants)) < 1.0
    assert most_in_a_second(instants) <= CPS

    before = Counter(each.asterisk for each in records if (each.ordered_at or 0.0) < killed - 0.1)
    assert before["asterisk"] == pytest.approx(2 * before["b"], abs=3)

    # Nobody twice, and nobody lost: who was not rung has a call of which nobody can know.
    rung = two.rung()
    assert max(rung.values()) == 1
    assert Counter(each.number for each in records) == dict.fromkeys(NUMBERS, 1)
    unknown = {each.number for each in records if each.disposition is Disposition.UNKNOWN}
    assert set(NUMBERS) - set(rung) <= unknown
    assert {each.asterisk for each in records if each.number in unknown} <= {"b"}

    two.revive()
    assert two.asterisks("drain", "asterisk", "--why", "a new kernel")["asterisk"]["drained"]
    office.plan("later", LATER, cps=0)
    office.begin("later")
    office.wait_until(lambda: office.over("later"), 30, "the end of the second list")

    assert {each.asterisk for each in two.records("later")} == {"b"}
    assert two.asterisks("resume", "asterisk", "--why", "it is back")["asterisk"]["drained"] is False
    told = json.loads(office.service.once("pacing", "certificate", "--json"))
    assert told["kept"]
    assert {"cluster", "asterisk:asterisk", "asterisk:b"} <= {each["scope"] for each in told["scopes"]}
