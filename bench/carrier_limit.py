"""Whether a limit that nobody has told us is found and kept: the lab's carrier answers 503 above one.

Run as root: python bench/carrier_limit.py [--seconds N] [--limit CPS,CPS,…] [--json FILE]. A lab of its
own is made and removed. Discador runs as it is shipped (auto_adjust_cps, at most 30 calls a second; the
brake is off, for in this list nobody answers much). What the carrier took and refused is counted from its
own file, from the end of the first minute on.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.config import countries
from fastagi_server.loadtest import carrier_mood
from fastagi_server.loadtest.lists import COUNTRIES, caller_ids, numbers
from fastagi_server.loadtest.office import Office, opened

NAME = "limit"
DIDS = 2_000
FASTEST = 30.0
LEARNING_SECONDS = 60.0
# Three in five are busy at once, the others answer and hang up soon.
ENDINGS = ("40", "40", "40", "22", "22")
LEAST_SHARE, MOST_REFUSED = 0.9, 0.02


def main() -> int:
    """Try each limit, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=360.0, help="how long each limit is tried")
    parser.add_argument(
        "--limit", default="20", help="what the carrier takes, calls a second, one or several"
    )
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    found: dict[str, Any] = {"seconds": asked.seconds, "limits": {}}
    print(f"{'limit':>6} {'taken a second':>15} {'of the limit':>13} {'most':>5} {'503 share':>10}")
    for limit in (int(each) for each in asked.limit.split(",")):
        spoken = [each for each in countries.load() if each.slug in COUNTRIES]
        with opened(NAME, source=HERE.parent, spoken=spoken, clock=RealClock()) as office:
            taken = tried(office, limit, asked.seconds)
        share = taken.a_second / limit
        good = share >= LEAST_SHARE and taken.refused_share <= MOST_REFUSED
        print(f"{limit:6} {taken.a_second:15.2f} {share:13.1%} {taken.most:5} {taken.refused_share:10.2%}")
        found["limits"][limit] = asdict(taken) | {"share_of_limit": round(share, 4), "good": good}
    report("carrier_limit", found, asked.json)
    return 0 if all(each["good"] for each in found["limits"].values()) else 1


def tried(office: Office, limit: int, seconds: float) -> carrier_mood.Taken:
    """Run a campaign against a carrier with a limit and give what it took after the first minute."""
    carrier_mood.limit(office.lab, limit)
    office.configure(("auto_adjust_cps: false", "auto_adjust_cps: true"))
    office.own([number for number, _ in caller_ids(DIDS)])
    dice = random.Random(limit)  # noqa: S311 - a list
    office.plan(NAME, list(numbers(round(FASTEST * seconds), ENDINGS, dice)), cps=FASTEST)
    office.serve()
    office.begin(NAME)
    began = time.time()
    time.sleep(seconds)
    office.stop(NAME)
    office.wait_until(lambda: not office.standing(NAME).up, 60, "the end of the last calls")
    time.sleep(1)  # the carrier writes its last lines in its own time
    return carrier_mood.taken(office.calls(), since=began + LEARNING_SECONDS, until=began + seconds)


if __name__ == "__main__":
    raise SystemExit(main())
