"""What a call costs the engine, and whether its memory is flat: a campaign on the lab, watched from outside.

Run as root: python bench/engine.py [--seconds N] [--cps CPS] [--json FILE]. A lab of its own is made and
removed. People of all kinds in six countries are called, with 20,000 caller IDs, as in the demo. The first
half minute is left out: caller IDs are loaded then, and calls have begun that have not ended yet. From there
on as many end as begin, so the CPU time of a minute (user and system, all threads, as the kernel counts it)
through the calls sent in it is that of whole calls. Beside it stand what the carrier saw, and the setup.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import books
from fastagi_server.loadtest.lists import COUNTRIES, callees, caller_ids
from fastagi_server.loadtest.match import match, ordered
from fastagi_server.loadtest.office import Office, opened
from fastagi_server.pacing.proof import mean_rate, most_in_a_second, percentile

NAME = "engine"
DIDS = 20_000
WARM_SECONDS = 30.0
LAST_CALLS_SECONDS = 120.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The engine at one instant: CPU seconds so far, memory in KiB, calls sent so far and up now."""

    at: float
    cpu: float
    memory: int
    sent: int
    up: int


def main() -> int:
    """Run the campaign, watch, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long is watched")
    parser.add_argument("--cps", type=float, default=25.0)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two lines of the table")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    people = round(asked.cps * (asked.seconds + WARM_SECONDS + asked.every))
    spoken = [each for each in countries.load() if each.slug in COUNTRIES]
    with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
        office.own([number for number, _ in caller_ids(DIDS)])
        office.plan(NAME, list(callees(people, random.Random(25))), cps=asked.cps)  # noqa: S311 - a list
        office.serve()
        office.begin(NAME)
        samples = list(watched(office, NAME, asked.seconds, asked.every))
        office.stop(NAME)
        office.wait_until(lambda: unhurried(office), LAST_CALLS_SECONDS, "the end of the last calls")
        records = books.read_calls(office.database, NAME)
        told = match(ordered(records), office.calls())
    written = [each.ordered_at for each in records if each.ordered_at is not None]
    late = [each.ordered_at - each.planned_at for each in records if each.ordered_at is not None]
    found: dict[str, Any] = {
        "cps": asked.cps,
        "mean_cps": round(mean_rate(written), 3),
        "most_written_in_a_second": most_in_a_second(written),
        "most_at_the_carrier": told.most_at_carrier,
        "calls": told.ours,
        "matched": told.matched,
        "disagree": len(told.disagree),
        "late_ms": {
            f"p{share:.0%}".rstrip("%"): round(percentile(late, share) * 1e3, 2)
            for share in (0.5, 0.95, 0.99)
        },
        "setup_ms": {
            "p50": round(told.setup_p50 * 1e3, 2),
            "p95": round(told.setup_p95 * 1e3, 2),
            "p99": round(told.setup_p99 * 1e3, 2),
        },
        "cpu_ms_a_call": round(cost(samples[0], samples[-1]), 3),
        "memory_kib": [each.memory for each in samples],
        "memory_growth_share": round(samples[-1].memory / samples[0].memory - 1, 4),
        "samples": [asdict(each) for each in samples],
    }
    print_table(samples, found)
    report("engine", found, asked.json)
    return 0 if told.perfect else 1


def watched(office: Office, name: str, seconds: float, every: float) -> Iterator[Sample]:
    """Give a sample at the beginning, after every so many seconds, and at the end."""
    first = time.monotonic() + WARM_SECONDS
    for number in range(round(seconds / every) + 1):
        time.sleep(max(0.0, first + number * every - time.monotonic()))
        yield sample(office, name)


def sample(office: Office, name: str) -> Sample:
    """Look at the engine's process and ask it how many it has sent."""
    process = Path(f"/proc/{office.service.pid}")
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    standing = office.standing(name)
    return Sample(
        at=time.monotonic(),
        cpu=(int(fields[11]) + int(fields[12])) / TICKS,
        memory=int(status["VmRSS"].split()[0]),
        sent=standing.sent,
        up=standing.up,
    )


def unhurried(office: Office) -> bool:
    """Ask whether all calls are over, once a second."""
    time.sleep(1)
    return all(each.ended_at for each in office.calls()) and books.waiting(office.database, NAME)[1] == 0


def cost(before: Sample, after: Sample) -> float:
    """Give the CPU milliseconds of a call between two samples."""
    return (after.cpu - before.cpu) / max(after.sent - before.sent, 1) * 1000


def print_table(samples: list[Sample], found: dict[str, Any]) -> None:
    """Print a line a sample, then the whole."""
    print(f"{'seconds':>8} {'sent':>7} {'up':>5} {'CPU ms a call':>14} {'memory MiB':>11}")
    for before, after in pairwise(samples):
        since = after.at - samples[0].at
        memory = after.memory / 1024
        print(f"{since:8.0f} {after.sent:7} {after.up:5} {cost(before, after):14.2f} {memory:11.1f}")
    print(
        f"{found['calls']} calls, {found['matched']} matched one to one, {found['disagree']} disagree; "
        f"mean {found['mean_cps']} a second; at most {found['most_written_in_a_second']} written and "
        f"{found['most_at_the_carrier']} at the carrier in a sliding second"
    )
    print(f"slot to write, ms: {found['late_ms']}; slot to carrier, ms: {found['setup_ms']}")
    growth = found["memory_growth_share"]
    print(f"CPU {found['cpu_ms_a_call']} ms a call; memory grew by {growth:.2%} in all")


if __name__ == "__main__":
    raise SystemExit(main())
