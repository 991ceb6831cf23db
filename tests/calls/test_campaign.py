"""Campaigns on the real Asterisk: the cap with one engine and with two, and kill -9 in the middle.

What the carrier wrote is the truth; the store is read only afterwards.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastagi_server.app.clock import RealClock
from fastagi_server.callerid.day import day_of
from fastagi_server.config import countries
from fastagi_server.loadtest import debian, lab
from fastagi_server.loadtest.afterwards import Terms, examine
from fastagi_server.loadtest.books import read_books
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import Service
from fastagi_server.telephony.campaign import ContactState
from tests.conftest import ON_22

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(300)]
SPOKEN = ("usa", "mexico")
# Nobody of these takes long: busy, no such number, not available, 603, hung up on, a machine.
QUICK = ("40", "45", "46", "42", "22", "30")


SPOKEN_BY_SLUG = {each.slug: each for each in countries.load() if each.slug in SPOKEN}


def second(office: Office) -> Service:
    """Give an engine beside the first: its own name, desk and FastAGI port, the same store and Asterisk."""
    ports, one = office.lab.ports, office.service
    two = Service(lab=office.lab, command=one.command, suffix="-two")
    text = one.config.read_text().replace(str(one.desk), str(two.desk))
    two.config.write_text(text.replace(f"port: {ports.fastagi}", f"port: {ports.api}") + "engine: two\n")
    shutil.copymode(one.config, two.config)
    os.chown(two.config, 0, debian.make_user().gid)
    return two


@pytest.fixture
def office(command: Path, release: Release) -> Iterator[Office]:
    name = f"office-{os.getpid()}"
    where = lab.up(name, release=release, countries=list(SPOKEN_BY_SLUG.values()))
    office = Office(lab=where, command=command, clock=RealClock())
    office.prepare()
    yield office
    office.service.stop()
    Service(lab=where, command=command, suffix="-two").stop()
    lab.down(name)


def american(count: int, *endings: str) -> list[str]:
    return [f"+1212{320 + n // 100}{n % 100:02}{endings[n % len(endings)]}" for n in range(count)]


# How many uses are counted is the store's; what Asterisk has to do with it, the third test asks of both.
@ON_22
def test_five_caller_ids_carry_five_hundred_calls_and_not_one_more(office: Office) -> None:
    five_hundred(office, engines=1)


@ON_22
def test_two_engines_share_the_caller_ids_and_the_cap(office: Office) -> None:
    five_hundred(office, engines=2)


def five_hundred(office: Office, *, engines: int) -> None:
    owned = [f"+1305320000{n}" for n in range(5)]
    people = american(600, "40")
    mexicans = [f"+5255500{n:03}40" for n in range(60)]
    office.own([*owned, "+525511000000"])
    office.plan("cap", people + mexicans)

    office.serve()
    office.begin("cap")
    if engines > 1:
        office.serve(second(office))
    office.wait_until(lambda: len(office.rung(people)) >= 500, 90, "five hundred rings")
    office.wait_until(lambda: len(office.rung(mexicans)) == 60, 60, "the other country's calls")
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
    office.serve()
    office.begin("kill")

    kills = []
    for _ in range(3):
        time.sleep(dice.uniform(1.5, 3.5))
        kills.append(office.kill(patience=10))
    office.wait_until(lambda: office.standing("kill").state == "done", 120, "the campaign's end")

    assert [kill.coming_back for kill in kills if kill.coming_back > 5] == []
    day = day_of(time.time(), "America/New_York")
    books = read_books(office.database, ["kill"], country="usa", day=day)
    terms = Terms(
        countries=SPOKEN_BY_SLUG,
        capped="usa",
        cap=100,
        kills=[kill.at for kill in kills],
        # It goes on until the signal has reached it: what it begins meanwhile is met by the kill too.
        spans=[(kill.at, kill.started_at) for kill in kills],
    )
    told = examine(office.rung(people), books, terms)
    assert told.faults == dict.fromkeys(told.faults, ())
    assert told.contacts == {ContactState.DONE: 300}
    assert told.uses == 300
    # Whoever was never rung has an attempt whose fate was not known: begun, and killed before it left.
    assert told.rung == 300 - told.unknown_never_rung
