"""What a call costs the engine: whole press-1 calls, and calls that are only signalled, few and many.

Run as root: python bench/cpu.py [--seconds N] [--only press|low|high] [--json FILE]. A lab of its own is
made and removed; the engine's process is watched from outside, as bench/engine.py does it (CPU time of
all threads, user and system, the first half minute left out).

- press: 30 a second, everybody answers, hears short prompts, presses the connect key and talks for half a
  second to the agent: some six seconds with media on both Asterisks, who fill most of two cores with it
- low, high: 30 and 300 a second, to a carrier that only signals (SIPp: it rings for 0.2 s and is busy)

For the memory of an hour: --only low --seconds 3600.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from contest import HERE, report
from engine import WARM_SECONDS, Sample, cost, watched

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import carrier_mood, signalling
from fastagi_server.loadtest.lists import COUNTRIES, caller_ids, numbers
from fastagi_server.loadtest.office import opened
from fastagi_server.loadtest.signalling import Kind
from fastagi_server.telephony.country import Country, Texts

NAME = "cpu"
DIDS = 20_000
TALK_SECONDS = 0.5
SHORT = Texts(identification="Uno.", optout="Nueve.", offer="Tres.")
LAST_CALLS_SECONDS = 60.0
MOST_RISE = 1.15
FLAT_SHARE = 0.05


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One kind of calls, at one rate, and the milliseconds that a call of it may cost."""

    name: str
    cps: float
    ending: str
    signalled: bool
    most_ms: float


LEGS = (
    Leg(name="press", cps=30, ending="50", signalled=False, most_ms=5.0),
    Leg(name="low", cps=30, ending="40", signalled=True, most_ms=2.5),
    Leg(name="high", cps=300, ending="40", signalled=True, most_ms=2.5),
)


def main() -> int:
    """Run each leg, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=180.0, help="how long each is watched")
    parser.add_argument("--every", type=float, default=0.0, help="seconds between two lines; else six lines")
    parser.add_argument("--only", choices=[each.name for each in LEGS])
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    print(f"{'calls':<6} {'seconds':>8} {'sent':>8} {'up':>5} {'CPU ms a call':>14} {'memory MiB':>11}")
    for leg in LEGS:
        if asked.only in (None, leg.name):
            samples = list(tried(leg, asked.seconds, asked.every or asked.seconds / 6))
            found[leg.name] = told(leg, samples)
            print_leg(leg, samples)
    good = all(each["good"] for each in found.values())
    if "low" in found and "high" in found:
        rise = found["high"]["cpu_ms_a_call"] / found["low"]["cpu_ms_a_call"]
        found["high_over_low"] = round(rise, 3)
        good &= rise <= MOST_RISE
    report("cpu", found, asked.json)
    return 0 if good else 1


def tried(leg: Leg, seconds: float, every: float) -> Iterator[Sample]:
    """Run one leg in a lab and give what was seen of the engine."""
    with ExitStack() as stack:
        office = stack.enter_context(
            opened(NAME, source=HERE.parent, spoken=list(spoken()), clock=RealClock())
        )
        changes = [("\nlab: true\n", "\nlab: true\nmax_cps: 0\nmax_concurrent_calls: 0\n")]
        if leg.signalled:
            stack.enter_context(signalling.running(office.lab, Kind.BUSY))
            changes.append(("@carrier", f"@{signalling.ENDPOINT}"))
        office.configure(*changes)
        carrier_mood.talk(office.lab, TALK_SECONDS)
        office.own([number for number, _ in caller_ids(DIDS)])
        count = round(leg.cps * (seconds + WARM_SECONDS + every))
        office.plan(NAME, list(numbers(count, [leg.ending], random.Random(1))), cps=leg.cps)  # noqa: S311 - a list
        office.serve()
        office.begin(NAME)
        yield from watched(office, NAME, seconds, every)
        office.stop(NAME)
        office.wait_until(
            lambda: not office.standing(NAME).up, LAST_CALLS_SECONDS, "the end of the last calls"
        )


def spoken() -> Iterator[Country]:
    """Give the countries, each with prompts of a word."""
    return (replace(each, texts=SHORT) for each in countries.load() if each.slug in COUNTRIES)


def told(leg: Leg, samples: Sequence[Sample]) -> dict[str, Any]:
    """Say what a leg came to, and whether it is as wanted."""
    first, last = samples[0], samples[-1]
    growth = last.memory / first.memory - 1
    rate = (last.sent - first.sent) / (last.at - first.at)
    spent = cost(first, last)
    return {
        "cps": round(rate, 2),
        "cpu_ms_a_call": round(spent, 3),
        "memory_growth_share": round(growth, 4),
        "good": spent <= leg.most_ms and growth <= FLAT_SHARE,
        "samples": [asdict(each) for each in samples],
    }


def print_leg(leg: Leg, samples: Sequence[Sample]) -> None:
    """Print a line a sample."""
    for before, after in pairwise(samples):
        since = after.at - samples[0].at
        print(
            f"{leg.name:<6} {since:8.0f} {after.sent:8} {after.up:5} {cost(before, after):14.2f} "
            f"{after.memory / 1024:11.1f}",
            flush=True,
        )


if __name__ == "__main__":
    raise SystemExit(main())
