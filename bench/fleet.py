"""Two Asterisks under one Discador, of which one is killed: how soon the other goes on, and what is lost.

Run as root: python bench/fleet.py [--cps N] [--seconds N] [--rounds N] [--json FILE]. Two labs are made and
removed in each round. The campaign calls at `--cps` over both, each Asterisk has half as its own limit, and
after `--seconds` one of them gets kill -9. Most callees are busy at once, every tenth answers, so that calls
are up when it dies. From the records and both carriers' files are told:

- the mean before the death, the most in any sliding second, of both together and of each;
- how long after the death the next call left, and the longest gap between any two calls;
- how many were rung twice, how many nobody can account for: neither rung nor closed as `unknown`.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import books, calls, debian, lab, programs
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.office import Office, opened
from fastagi_server.loadtest.service import Service, install
from fastagi_server.pacing.proof import mean_rate, most_in_a_second
from fastagi_server.telephony.disposition import Disposition

NAME, OTHER = "fleet-a", "fleet-b"
DIED_WITHIN = 0.05  # what was being written while it died
LEAST_MEAN, MOST_AWAY = 0.99, 1.0
AFTER_SECONDS = 10


def main() -> int:
    """Try it so often, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cps", type=int, default=100, help="calls a second of both together")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long both live")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    heads = ("mean", "most", "most each", "next after s", "longest gap s", "twice", "lost", "unknown")
    print(" ".join(f"{head:>13}" for head in heads))
    rounds = []
    for _ in range(asked.rounds):
        with two(asked.cps) as (office, other):
            found = tried(office, other, asked.cps, asked.seconds)
        shown = [*(found[key] for key in ("mean", "most", "each", "next", "gap", "twice", "lost", "unknown"))]
        print(" ".join(f"{each!s:>13}" for each in shown), flush=True)
        rounds.append(found)
    report("fleet", {"cps": asked.cps, "seconds": asked.seconds, "rounds": rounds}, asked.json)
    return 0 if all(each["good"] for each in rounds) else 1


@contextmanager
def two(cps: int) -> Iterator[tuple[Office, Lab]]:
    """Give Discador in a lab of its own, which drives the dialer's Asterisk of another lab too."""
    spoken = [each for each in countries.load() if each.slug == "mexico"]
    other = lab.up(OTHER, countries=spoken)
    try:
        Service(lab=other, command=install(HERE.parent, debian.cache_folder())).once("apply")
        with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
            config = office.service.config
            told = yaml.safe_load(config.read_text())
            half = cps // 2
            told["fleet"] = {
                "b": {"port": other.ports.dialer_ami, "secret_file": str(other.paths.secret), "cps": half}
            }
            told["asterisk"]["cps"] = half
            # What it left open is written off soon: a bench does not wait for five minutes.
            told["fleet"]["b"]["write_off_seconds"] = 5
            told |= {"max_cps": cps, "max_concurrent_calls": 0}
            config.write_text(yaml.safe_dump(told))
            office.own(["+525511000000"])
            yield office, other
    finally:
        lab.down(OTHER)


def tried(office: Office, other: Lab, cps: int, seconds: float) -> dict[str, Any]:
    """Call over both, kill one, and say what came of it."""
    count = round(cps * seconds + cps / 2 * AFTER_SECONDS)
    people = [f"+5255{n:06}{'22' if n % 10 == 0 else '40'}" for n in range(count)]
    office.plan(NAME, people, cps=0)
    office.serve()
    office.wait_until(lambda: _both(office), 20, "both links")
    office.begin(NAME)
    time.sleep(seconds)
    pid = programs.pid_of(other.programs()[2])
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    killed = time.time()
    office.wait_until(lambda: office.over(NAME), 120, "the end of everybody's call")

    records = [each for each in books.read_calls(office.database, NAME) if each.ordered_at is not None]
    instants = sorted(each.ordered_at or 0.0 for each in records)
    after = [at for at in instants if at > killed + DIED_WITHIN]
    rung = Counter(
        f"+{call.number}"
        for where in (office.lab, other)
        for call in calls.callees(calls.read_calls(where.paths.calls))
    )
    unknown = {each.number for each in records if each.disposition is Disposition.UNKNOWN}
    each_most = [
        most_in_a_second(sorted(each.ordered_at or 0.0 for each in records if each.asterisk == which))
        for which in ("asterisk", "b")
    ]
    found: dict[str, Any] = {
        "mean": round(mean_rate([at for at in instants if at < killed]), 2),
        "most": most_in_a_second(instants),
        "each": "/".join(map(str, each_most)),
        "next": round(after[0] - killed, 3) if after else None,
        "gap": round(max(b - a for a, b in pairwise(instants)), 3),
        "twice": sum(times > 1 for times in rung.values()),
        "lost": len(set(people) - set(rung) - unknown),
        "unknown": len(unknown),
        "mean_after": round(mean_rate(after), 2),
    }
    found["good"] = (
        found["mean"] >= LEAST_MEAN * cps
        and found["most"] <= cps
        and max(each_most) <= cps // 2
        and found["next"] is not None
        and max(found["next"], found["gap"]) <= MOST_AWAY
        and not found["twice"]
        and not found["lost"]
        and len(records) == len(people)
    )
    return found


def _both(office: Office) -> bool:
    told = yaml.safe_load(office.service.once("asterisk", "list", "--json"))
    return all(each["ready"] for each in told.values())


if __name__ == "__main__":
    raise SystemExit(main())
