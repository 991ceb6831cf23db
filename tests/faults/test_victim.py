"""The victim without a lab: each kind of step kills at its time, and the way of killing leaves a note."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.telephony.call_id import mint
from tests.faults.ordeal import Death, away, stayers_first

FAULTS = Path(__file__).parent
# Goes past steps until it is dead, and says how far it came.
WALK = """
import sys
sys.path.insert(0, {faults!r})
import victim, json, pathlib
doom = victim.Doom(json.loads({plan!r}), pathlib.Path({deaths!r}))
for n in range(1, 6):
    for step in {steps!r}:
        print(n, step, flush=True)
        doom.past(step)
"""
STORE = """
import sys
sys.path.insert(0, {faults!r})
import victim, json, pathlib
doom = victim.Doom(json.loads({plan!r}), pathlib.Path({deaths!r}))
victim.name_commits(doom)
from fastagi_server.store import campaigns, optouts
from fastagi_server.store.connect import open_database
from fastagi_server.store.migrate import upgrade
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.record import OptOut
upgrade({url!r})
doom.past("after write Originate")
writer = Writer(open_database({url!r}))
for n in range(5):
    print(n, flush=True)
    entry = OptOut(number=f"+5255500000{{n:02}}", at=1.0, source="key")
    writer.submit(lambda conn, entry=entry: optouts.add(conn, entry)).result()
"""


BEGINS = """
import sys
sys.path.insert(0, {faults!r})
import victim, json, pathlib
doom = victim.Doom(json.loads({plan!r}), pathlib.Path({deaths!r}))
victim.name_commits(doom)
from fastagi_server.store import attempts
from fastagi_server.store.connect import open_database
from fastagi_server.store.job import Alike
from fastagi_server.store.migrate import upgrade
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import Attempt
from fastagi_server.telephony.record import Begin
upgrade({url!r})
doom.past("after write Originate")
writer = Writer(open_database({url!r}))
for n in (1, 1, 2):
    print(n, flush=True)
    begin = Begin(call=mint(1.0 * n, bytes(10)), number=f"+5255500000{{n:02}}", country="mexico",
        callerid="+525511112222", trunk="alpha", campaign="spring", planned_at=1.0, begun_at=1.0)
    new = Attempt(begin=begin, contact=None, period="", cap=0)
    try:
        writer.submit(Alike(many=attempts.begin_all, of=new)).result()
    except Exception as error:
        print(error, flush=True)
"""


def run(script: str, tmp_path: Path, plan: dict[str, object], **named: object) -> tuple[list[str], list[str]]:
    """Run to the death; give what was said, and the notes."""
    deaths = tmp_path / "deaths"
    text = script.format(faults=str(FAULTS), plan=json.dumps(plan), deaths=str(deaths), **named)
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False
    )
    notes = deaths.read_text().splitlines() if deaths.exists() else []
    assert done.returncode == (-signal.SIGKILL if notes else 0), done.stderr
    return done.stdout.splitlines(), notes


def test_it_dies_the_nth_time_past_its_step_counted_from_the_first_call(tmp_path: Path) -> None:
    walk = ("before fact ended", "after write Originate")

    said, notes = run(WALK, tmp_path, {"step": "before fact ended", "nth": 2}, steps=walk)

    # The first time past was before any call had gone out.
    assert said[-1] == "3 before fact ended"
    assert json.loads(notes[0])["step"] == "before fact ended"


def test_a_step_that_never_comes_kills_nobody(tmp_path: Path) -> None:
    said, notes = run(WALK, tmp_path, {"step": "before write DBDel"}, steps=("after write Originate",))

    assert len(said) == 5
    assert notes == []


def test_on_the_way_back_it_does_not_wait_for_a_call(tmp_path: Path) -> None:
    step = "way back: living calls told"

    said, _ = run(WALK, tmp_path, {"step": step}, steps=(step,))

    assert said == [f"1 {step}"]


@pytest.mark.parametrize(("when", "kept"), [("before", 1), ("after", 2)])
def test_a_commit_is_known_by_what_it_holds(tmp_path: Path, when: str, kept: int) -> None:
    url = f"sqlite:///{tmp_path}/x.db"

    said, _ = run(STORE, tmp_path, {"step": f"{when} commit optout", "nth": 2}, url=url)

    assert said[-1] == "1"
    count = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM optout'))"
    told = subprocess.run(
        [sys.executable, "-c", count, tmp_path / "x.db"], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == f"({kept},)"


def test_attempts_that_are_begun_together_are_known_too(tmp_path: Path) -> None:
    said, notes = run(
        BEGINS, tmp_path, {"step": "after commit begin", "nth": 2}, url=f"sqlite:///{tmp_path}/x.db"
    )

    # The second was the first's call once more: what is refused is no beginning.
    assert [line for line in said if line.isdecimal()] == ["1", "1", "2"]
    assert len(notes) == 1


def test_how_long_it_was_away() -> None:
    def call(begun: float, invited: float) -> CarrierCall:
        return CarrierCall(
            id=str(begun), call=mint(begun, bytes(10)), number="1", callerid="2", invited_at=invited
        )

    deaths = [Death(at=100.0, step=""), Death(at=104.0, step=""), Death(at=105.0, step="")]
    # The first was begun before the kill and placed after it; 105 came before its predecessor had any call.
    calls = [call(99.9, 100.2), call(101.5, 102.0), call(107.0, 107.5)]

    assert away(deaths, calls) == [2.0, None, 2.5]
    assert away(deaths, []) == [None, None, None]


def test_who_stays_long_is_not_among_the_last() -> None:
    people = [f"+1212320{n:02}{ending}" for n in range(10) for ending in ("20", "05", "40", "50")]

    ordered = stayers_first(people, 15, random.Random(1))

    assert sorted(ordered) == sorted(people)
    assert {number[-2:] for number in ordered[-15:]} == {"20", "40"}
    assert stayers_first(people[1:3], 1, random.Random(1)) == people[1:3]
