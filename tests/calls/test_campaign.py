"""Campaigns on the real Asterisk: the cap with one engine and with two, and kill -9 in the middle.

What the carrier wrote is the truth; the store is read only afterwards.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fastagi_server.callerid.day import day_of
from fastagi_server.config import countries
from fastagi_server.desk.client import ask
from fastagi_server.loadtest import calls as carrier_calls
from fastagi_server.loadtest import debian, lab
from fastagi_server.loadtest.service import Service
from fastagi_server.store import campaigns, dids, reports
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import ContactState
from fastagi_server.telephony.disposition import Disposition
from tests.calls.ringing import wait_until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]
SPOKEN = ("usa", "mexico")
# Nobody of these takes long: busy, no such number, not available, 603, hung up on, a machine.
QUICK = ("40", "45", "46", "42", "22", "30")


class Office:
    """A lab of its own, one engine or two beside it, and what the carrier saw."""

    def __init__(self, where: lab.Lab, command: Path) -> None:
        self.lab = where
        self.one = Service(lab=where, command=command)
        self.two = Service(lab=where, command=command, suffix="-two")
        self._second_configuration()
        self.one.once("db", "upgrade")
        self.one.once("apply")

    def _second_configuration(self) -> None:
        ports, paths = self.lab.ports, self.lab.paths
        text = self.one.config.read_text().replace(str(paths.desk), str(self.two.desk))
        self.two.config.write_text(
            text.replace(f"port: {ports.fastagi}", f"port: {ports.api}") + "engine: two\n"
        )
        shutil.copymode(self.one.config, self.two.config)
        os.chown(self.two.config, 0, debian.make_user().gid)

    def write(self, name: str, rows: Sequence[Sequence[str]]) -> str:
        path = self.lab.paths.data / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return str(path)

    def own(self, numbers: Sequence[str]) -> None:
        self.one.once(
            "did", "import", self.write("dids.csv", [("number",), *((n,) for n in numbers)]), "--lab"
        )

    def plan(self, name: str, numbers: Sequence[str]) -> None:
        people = self.write("people.csv", [("number",), *((n,) for n in numbers)])
        self.one.once("campaign", "create", name, "--list", people, "--lab", "--cps", "25")

    def start(self, name: str) -> None:
        self.one.start()
        wait_until(lambda: self._ready(self.one), 20, "the engine is linked")
        self.one.once("campaign", "start", name)

    def join(self) -> None:
        """Let the second engine take part: it resumes what the store says is running."""
        self.two.start()
        wait_until(lambda: self._ready(self.two), 20, "the second engine is linked")

    def _ready(self, service: Service) -> bool:
        standing = next(ask(service.desk, frames.Ask(), patience=20))
        return isinstance(standing, frames.Standing) and standing.ready

    def standing(self, name: str) -> frames.CampaignStanding:
        told = next(ask(self.one.desk, frames.Campaigning(campaign=name), patience=20))
        assert isinstance(told, frames.CampaignStanding)
        return told

    def rung(self, numbers: Sequence[str]) -> list[carrier_calls.CarrierCall]:
        mine = {number.removeprefix("+") for number in numbers}
        found = carrier_calls.callees(carrier_calls.read_calls(self.lab.paths.calls))
        return [call for call in found if call.number in mine]


@pytest.fixture
def office(command: Path) -> Iterator[Office]:
    name = f"office-{os.getpid()}"
    spoken = [each for each in countries.load() if each.slug in SPOKEN]
    office = Office(lab.up(name, countries=spoken), command)
    yield office
    office.one.stop()
    office.two.stop()
    lab.down(name)


def american(count: int, *endings: str) -> list[str]:
    return [f"+1212{320 + n // 100}{n % 100:02}{endings[n % len(endings)]}" for n in range(count)]


@pytest.mark.parametrize("engines", [1, 2])
def test_five_caller_ids_carry_five_hundred_calls_and_not_one_more(office: Office, engines: int) -> None:
    owned = [f"+1305320000{n}" for n in range(5)]
    people = american(600, "40")
    mexicans = [f"+5255500{n:03}40" for n in range(60)]
    office.own([*owned, "+525511000000"])
    office.plan("cap", people + mexicans)

    office.start("cap")
    if engines > 1:
        office.join()
    wait_until(lambda: len(office.rung(people)) >= 500, 90, "five hundred were rung")
    wait_until(lambda: len(office.rung(mexicans)) == 60, 60, "the other country went on")
    time.sleep(3)  # time in which one too many would come

    shown = Counter(call.callerid for call in office.rung(people))
    assert shown == dict.fromkeys(owned, 100)
    assert Counter(call.number for call in office.rung(people + mexicans)).most_common(1)[0][1] == 1
    assert office.standing("cap").paused == {
        "usa": "all 5 caller IDs are at their cap of 100 until midnight of America/New_York"
    }


def test_killed_in_the_middle_it_calls_nobody_twice_and_loses_nobody(office: Office) -> None:
    dice = random.Random(9)
    people = american(300, *QUICK)
    office.own([f"+13053200{n:03}" for n in range(40)])
    office.plan("kill", people)
    office.start("kill")

    for _ in range(3):
        time.sleep(dice.uniform(1.5, 3.5))
        office.one.send(signal.SIGKILL)
        wait_until(lambda: office.one.pid is None, 10, "it is dead")
        before = len(office.rung(people))
        office.one.start()
        killed = time.monotonic()
        wait_until(lambda before=before: len(office.rung(people)) > before, 10, "it calls again")
        assert time.monotonic() - killed <= 5
    wait_until(lambda: office.standing("kill").state == "done", 120, "the campaign is done")

    database = open_database(f"sqlite:///{office.lab.paths.data}/discador.db")
    with database.connect() as conn:
        states = campaigns.counts(conn, "kill")
        ends = Counter({ended: n for (_, ended), n in reports.dispositions(conn, "kill").items()})
        period = dids.period(conn, "usa", day_of(time.time(), "America/New_York"))
        uses = dids.usage(conn, {"usa": period})
    database.dispose()
    rung = Counter(call.number for call in office.rung(people))
    assert rung.most_common(1)[0][1] == 1
    assert {state for _, state, _ in states} == {ContactState.DONE}
    assert sum(states.values()) == 300
    # Whoever was never rung has an attempt whose fate was not known: begun, and killed before it left.
    assert 300 - len(rung) <= ends[Disposition.UNKNOWN]
    assert max(use.uses for use in uses) <= 100
    assert sum(use.uses for use in uses) == 300
