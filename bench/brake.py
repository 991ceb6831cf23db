"""How soon the emergency brake stops a fall, how soon it lets go, and how often it stops for nothing.

Run: python bench/brake.py [--simulate-only] [--days N] …; the lab's part as root, on a lab of its own.

On the lab callees answer as often as the carrier is told to: 40 of a hundred, until it is told 5; and
once the campaign has stopped, 40 again. Each is tried `--rounds` times, with callees who resolve within
two seconds, and with six in ten who ring for 20 s. Counted are the seconds from the change to the stop,
the calls that the carrier saw between them, and the seconds from the second change until calls leave
freely again.

Simulated is the brake alone (pacing/brake.py), at a steady rate of answers, as many calls as so many days
have: each stop is a false one.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import carrier_mood
from fastagi_server.loadtest.lists import COUNTRIES, caller_ids, numbers
from fastagi_server.loadtest.office import Office, opened
from fastagi_server.pacing.brake import Brake

NAME = "brake"
DIDS = 2_000
CPS = 25.0
USUAL, FALLEN = 40, 5
HOLD_SECONDS = 20
TICK = 0.1
# A stop that has not come by then never will.
PATIENCE = 180.0
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of callees, and what is wanted of the brake with them."""

    says: str
    ending: str
    seconds: float
    calls: float


KINDS = (
    Kind(says="within 2 s", ending="60", seconds=10.0, calls=250),
    Kind(says="60 % ring 20 s", ending="61", seconds=30.0, calls=float("inf")),
)
RECOVERY_SECONDS = 60.0
# Each round the cause lasts longer than in the one before: into the hold, into the probes, beyond them.
LATER_SECONDS = 15.0


def main() -> int:
    """Run what was asked for, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--usual-seconds", type=float, default=100.0, help="how long it is well before each fall"
    )
    parser.add_argument("--simulate-only", action="store_true", help="leave the lab out")
    parser.add_argument("--days", type=float, default=30.0, help="how long is simulated; 0 leaves it out")
    parser.add_argument("--steady", type=float, default=0.15, help="the share that answers meanwhile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    found: dict[str, Any] = {"cps": CPS, "lab": {}}
    good = True
    if not asked.simulate_only:
        print(f"{'callees':<16} {'round':>5} {'stopped after s':>16} {'calls':>6} {'free again after s':>19}")
        for kind in KINDS:
            rounds = list(tried(kind, asked.rounds, asked.usual_seconds))
            found["lab"][kind.says] = rounds
            good &= all(
                each["stopped_seconds"] <= kind.seconds
                and each["calls"] <= kind.calls
                and each["free_seconds"] <= RECOVERY_SECONDS
                for each in rounds
            )
    if asked.days:
        began = time.monotonic()
        stops = simulated(round(asked.days * DAY * CPS), asked.steady, asked.seed)
        took = time.monotonic() - began
        print(
            f"{asked.days:g} days at {CPS:g} CPS, a steady {asked.steady:.0%}: {len(stops)} false stops; "
            f"simulated in {took:.0f} s"
        )
        found["simulated"] = {"days": asked.days, "steady": asked.steady, "seconds": took, "stops": stops}
        good &= len(stops) <= 1
    report("brake", found, asked.json)
    return 0 if good else 1


def tried(kind: Kind, rounds: int, usual_seconds: float) -> Iterator[dict[str, float]]:
    """Let it fall and be well again so often, on a lab with one kind of callees; give what was seen."""
    spoken = [each for each in countries.load() if each.slug in COUNTRIES]
    with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
        office.configure(
            ("emergency_brake_threshold: 0", f"brake_hold_seconds: {HOLD_SECONDS}"),
        )
        office.own([number for number, _ in caller_ids(DIDS)])
        count = round(CPS * rounds * (usual_seconds + PATIENCE))
        office.plan(NAME, list(numbers(count, [kind.ending], random.Random(5))), cps=CPS)  # noqa: S311 - a list
        office.serve()
        carrier_mood.answers(office.lab, USUAL)
        office.begin(NAME)
        for number in range(rounds):
            time.sleep(usual_seconds)
            told = fallen(office, number * LATER_SECONDS)
            print(
                f"{kind.says:<16} {number + 1:5} {told['stopped_seconds']:16.1f} {told['calls']:6.0f} "
                f"{told['free_seconds']:19.1f}",
                flush=True,
            )
            yield told


def fallen(office: Office, lasts: float) -> dict[str, float]:
    """Have hardly anybody answer until all is stopped and so long on, then enough until it is free."""
    began = time.time()
    carrier_mood.answers(office.lab, FALLEN)
    stopped = awaited(lambda: bool(office.standing(NAME).paused))
    time.sleep(1)  # what had left is with the carrier
    calls = sum(began <= each.invited_at <= stopped + 1 for each in office.calls())
    time.sleep(lasts)
    mended = time.time()
    carrier_mood.answers(office.lab, USUAL)
    free = awaited(lambda: not office.standing(NAME).paused)
    return {
        "stopped_seconds": round(stopped - began, 2),
        "calls": calls,
        "free_seconds": round(free - mended, 2),
    }


def awaited(so: Callable[[], bool]) -> float:
    """Wait until something is so and give when it was; after the patience, when that ended."""
    end = time.time() + PATIENCE
    while not so() and time.time() < end:
        time.sleep(TICK)
    return time.time()


def simulated(calls: int, steady: float, seed: int) -> list[dict[str, Any]]:
    """Feed the brake so many calls of which a steady share is answered; give why it stopped, each time."""
    dice = random.Random(seed).random  # noqa: S311 - chance, no secret
    brake = Brake(threshold=0.1, hold_seconds=HOLD_SECONDS)
    resolved = brake.resolved
    stops = []
    for number in range(calls):
        why = resolved(succeeded=dice() < steady, at=0.0)
        if why is not None:
            stops.append(asdict(why) | {"call": number})
            brake.release(0.0)
    return stops


if __name__ == "__main__":
    raise SystemExit(main())
