"""Key 9 under a campaign with media: how soon it is durable, and how soon another engine acts on it.

Run as root: python bench/optout_latency.py [--seconds N] [--cps CPS] [--nines SHARE] [--json FILE]. A lab of
its own is made and removed. People of all kinds in six countries are called, and a share of them press 9. For
each press there are three instants of one machine's wall clock:

- `heard`: the DTMFEnd's, when its event reached the engine (digit.ended_at);
- `durable`: after the commit, when the engine's thread knew of it and told it (call.optout_at);
- `elsewhere`: when a second process on the same store, with an engine's own hearing (app/hearing over
  store/feed), had the number in hand in its reactor's thread.

What lies between a callee's finger and `heard` is Asterisk's; what the first engine acts on by itself it does
before `durable`.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from contest import HERE, report
from sqlalchemy import select

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import books
from fastagi_server.loadtest.lists import COUNTRIES, callees, caller_ids
from fastagi_server.loadtest.office import Office, opened
from fastagi_server.pacing.proof import percentile
from fastagi_server.store import reader, tables
from fastagi_server.store.connect import open_database

NAME = "nines"
DIDS = 2_000
# Callees who press 9 while the announcement plays, and while AMD() listens (docs/lab.md).
NINES = ("17", "18")
LAST_CALLS_SECONDS = 120.0
PATIENCE = 30.0


def main() -> int:
    """Run the campaign, listen beside it, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--cps", type=float, default=25.0)
    parser.add_argument("--nines", type=float, default=0.15, help="the share of callees who press 9")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    parser.add_argument("--listen", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.listen:
        listen(asked.listen)
        return 0
    spoken = [each for each in countries.load() if each.slug in COUNTRIES]
    with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
        office.own([number for number, _ in caller_ids(DIDS)])
        office.plan(NAME, people(round(asked.cps * asked.seconds), asked.nines), cps=asked.cps)
        office.serve()
        command = [sys.executable, __file__, "--listen", office.database]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdin is not None
            if other.stdout.readline() != "ready\n":
                raise SystemExit("the second process does not listen")
            office.begin(NAME)
            office.wait_until(lambda: unhurried(office), asked.seconds + LAST_CALLS_SECONDS, "the last call")
            other.stdin.close()
            elsewhere = json.loads(other.stdout.readline())
        found = measured(office, elsewhere)
    found["cps"] = asked.cps
    for name, value in found.items():
        print(f"{name:<28} {value}")
    report("optout_latency", found, asked.json)
    return 0


def people(count: int, share: float) -> list[str]:
    """Give callees of all kinds, so many of whom press 9."""
    dice = random.Random(9)  # noqa: S311 - a list
    everybody = list(callees(count, dice))
    return [f"{each[:-2]}{dice.choice(NINES)}" if dice.random() < share else each for each in everybody]


def unhurried(office: Office) -> bool:
    """Ask whether the campaign is over, once a second."""
    time.sleep(1)
    queued, dialing = books.waiting(office.database, NAME)
    return not dialing and not sum(queued.values())


def measured(office: Office, elsewhere: dict[str, float]) -> dict[str, Any]:
    """Put the instants of each press beside one another."""
    durable, heard, missed = [], [], 0
    for number, pressed_at, durable_at in presses(office.database):
        durable.append(durable_at - pressed_at)
        if number in elsewhere:
            heard.append(elsewhere[number] - pressed_at)
        else:
            missed += 1
    return {
        "presses": len(durable),
        "not_heard_elsewhere": missed,
        "pressed_to_durable_ms": shares(durable),
        "pressed_to_elsewhere_ms": shares(heard),
    }


def presses(url: str) -> Sequence[tuple[str, float, float]]:
    """Give each call that was opted out of by a key: its number, the DTMFEnd's instant, the promise's."""
    call, digit = tables.call.c, tables.digit.c
    asked = (
        select(call.number, digit.ended_at, call.optout_at)
        .join(tables.digit, digit.call_id == call.call_id)
        .where(call.optout_at.is_not(None), digit.digit == "9", digit.n == 1)
    )
    database = open_database(url)
    try:
        return [tuple(row) for row in reader.read(database, lambda conn: conn.execute(asked).all())]
    finally:
        database.dispose()


def shares(seconds: Sequence[float]) -> dict[str, float]:
    """Give the middle, the tail and the worst in milliseconds."""
    if not seconds:
        return {}
    told = {f"p{round(100 * each)}": percentile(seconds, each) for each in (0.5, 0.95, 0.99)}
    return {name: round(value * 1e3, 2) for name, value in {**told, "max": max(seconds)}.items()}


def listen(url: str) -> None:
    """Be an engine's hearing until standard input ends, then tell when each number was in hand."""
    from twisted.internet import reactor as real_reactor  # noqa: PLC0415 - only this process has one
    from twisted.internet.protocol import Protocol  # noqa: PLC0415
    from twisted.internet.stdio import StandardIO  # noqa: PLC0415

    from fastagi_server.app.hearing import Hearing  # noqa: PLC0415
    from fastagi_server.store.feed import Feed, ear  # noqa: PLC0415

    reactor: Any = real_reactor
    instants: dict[str, float] = {}

    class Away:
        """Notes when."""

        def left(self, numbers: Collection[str]) -> None:
            now = time.time()
            for each in numbers:
                instants.setdefault(each, now)

        def said_to_have_left(self, numbers: Collection[str]) -> None:
            """Nothing: there is no way beside the store's."""

        def many_left(self) -> None:
            raise SystemExit("more were told at once than are kept")

    class Input(Protocol):
        """Ends with standard input."""

        def connectionLost(self, reason: Any = None) -> None:  # noqa: N802, ARG002 - Twisted's
            reactor.stop()

    database = open_database(url)
    hearing = Hearing(
        make=lambda heard: Feed(ear(database), heard=heard, steady=time.monotonic),
        threads=reactor,
        clock=RealClock(),
        away=Away(),
        changed=lambda _: None,
    )
    hearing.start()
    print("ready", flush=True)
    StandardIO(Input())  # type: ignore[no-untyped-call]
    reactor.run()
    hearing.close()
    sys.stdout = sys.__stdout__
    print(json.dumps(instants), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
