"""Four processes on one file, one of them killed: no cap passed, nobody called twice, nothing lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import Connection

from fastagi_server.store import calls, campaigns, dids
from fastagi_server.store.connect import open_database
from fastagi_server.store.reader import read
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState, NewContact
from fastagi_server.telephony.did import Did
from tests.databases import check_whole

CHILD = """
import random, sys
from threading import Semaphore
from fastagi_server.store import attempts
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import call_id
from fastagi_server.telephony.campaign import Attempt, Begun, No
from fastagi_server.telephony.record import Begin

url, name = sys.argv[1], sys.argv[2]
chance = random.Random(name)
contacts = list(range(1, 601))
chance.shuffle(contacts)
store = Writer(open_database(url, busy_seconds=60), batch=4)
free = Semaphore(8)

def attempt(contact, did):
    begin = Begin(call=call_id.mint(1_700_000_000 + contact, chance.randbytes(10)),
        number=f"+1305556{contact:04}", country="usa", callerid=f"+1212555000{did}", trunk="alpha",
        campaign="spring", planned_at=1.0, begun_at=1.0, engine=name, contact=contact)
    return Attempt(begin=begin, contact=contact, period="2026-11-23", cap=100)

def work(contact):
    def begin_with_any(conn):
        for did in chance.sample(range(5), 5):
            new = attempt(contact, did)
            outcome = attempts.begin(conn, new)
            if isinstance(outcome, Begun):
                return f"begun {outcome.uses} {new.begin.call}"
            if outcome.no is not No.AT_CAP:
                break
        return f"no {outcome.no}"
    return begin_with_any

def say(future):
    free.release()
    sys.stdout.write(future.result() + "\\n")
    sys.stdout.flush()

print("ready", flush=True)
sys.stdin.readline()
free.acquire()
store.submit(work(contacts.pop())).add_done_callback(say)
# SQLite's lock is not fair: everybody has begun one before anybody goes on.
sys.stdin.readline()
for contact in contacts:
    free.acquire()
    store.submit(work(contact)).add_done_callback(say)
store.close()
"""

NAMES = ("one", "two", "three", "four")


def prepare(conn: Connection) -> None:
    dids.add(conn, [Did(number=f"+1212555000{n}", country="usa") for n in range(5)], at=1.0)
    campaigns.create(
        conn,
        Campaign(
            name="spring",
            trunk="alpha",
            cps=0,
            concurrency=0,
            retries=0,
            retry_seconds=0,
            lab=True,
            state=CampaignState.RUNNING,
            created_at=1.0,
        ),
    )
    numbers = (f"+1305556{n:04}" for n in range(1, 601))
    rows = [NewContact(raw="", number=n, country="usa", state=ContactState.QUEUED) for n in numbers]
    campaigns.add(conn, "spring", rows)


def start(url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


# PostgreSQL takes longer for the same; tests/faults and bench/ledger.py kill more often.
SEEDS = [("sqlite", seed) for seed in (None, 1, 2, 3, 4)]
SEEDS_TOO = [pytest.param("postgresql", seed, marks=pytest.mark.postgres) for seed in (None, 1)]


@pytest.mark.parametrize(("kind", "seed"), [*SEEDS, *SEEDS_TOO], indirect=["kind"], scope="session")
def test_five_caller_ids_of_a_hundred_are_five_hundred_attempts(url: str, seed: int | None) -> None:
    engine = open_database(url)
    with engine.begin() as conn:
        prepare(conn)
    children = {name: start(url, name) for name in NAMES}
    for child in children.values():
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children.values():
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()

    said: dict[str, list[str]] = {}
    for name, child in children.items():
        assert child.stdout is not None
        said[name] = [child.stdout.readline()]
    for child in children.values():
        assert child.stdin is not None
        child.stdin.write("go on\n")
        child.stdin.flush()
    killed = None
    if seed is not None:
        chance = random.Random(seed)
        killed = chance.choice(NAMES)
        stdout = children[killed].stdout
        assert stdout is not None
        said[killed] += [stdout.readline() for _ in range(chance.randint(1, 150))]
        children[killed].send_signal(signal.SIGKILL)
    for name, child in children.items():
        rest, _ = child.communicate(timeout=100)
        said[name] += rest.splitlines(keepends=True)
        assert child.returncode == (-signal.SIGKILL if name == killed else 0)

    promised = [line.split() for lines in said.values() for line in lines if line.endswith("\n")]
    begun = {words[2]: int(words[1]) for words in promised if words[0] == "begun"}
    found = read(engine, calls.open_calls)
    uses = read(engine, lambda conn: dids.uses(conn, "usa", "2026-11-23"))
    _, dialing = read(engine, lambda conn: campaigns.waiting(conn, "spring"))
    engine.dispose()

    assert {use.uses for use in uses.values()} == {100}
    assert Counter(record.callerid for record in found) == dict.fromkeys(uses, 100)
    assert max(Counter(record.contact for record in found).values()) == 1
    assert dialing == len(found) == 500
    assert set(begun) <= {record.call for record in found}
    assert killed is not None or len(begun) == 500
    assert max(begun.values()) == 100
    assert len({record.engine for record in found}) > 1
    check_whole(url)
