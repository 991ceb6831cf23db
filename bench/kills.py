"""Kills the engine with -9 at random in the middle of a campaign, and looks whether every promise was kept.

Run as root: python bench/kills.py [--kills N] [--seed N] [--cps CPS] [--retries N] [--json FILE]. A lab of
its own is made and removed. One campaign calls people of all kinds in the USA, whose caller IDs reach their
cap near the end, and in Mexico, which has none; after each kill the engine is started anew at once. A second
campaign then asks for all who opted out, and for as many others. What is judged is the carrier's file and
the database alone; the exit code is 1 when anything is over, twice, lost, cut, or called after its opt-out.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contest import HERE, report

from fastagi_server.app.clock import RealClock
from fastagi_server.callerid.day import day_of
from fastagi_server.config import countries
from fastagi_server.loadtest.afterwards import Afterwards, Terms, examine
from fastagi_server.loadtest.books import read_books
from fastagi_server.loadtest.errors import NotReadyError
from fastagi_server.loadtest.lists import callees
from fastagi_server.loadtest.office import Kill, Office, opened

NAME = "kills"
AGAIN = "again"
CAPPED, FREE = "usa", "mexico"
SOONEST, LATEST = 0.3, 4.0
# What goes out after the last kill, in seconds at full rate, and how many Americans are one too many.
TAIL_SECONDS = 15.0
TOO_MANY = 40
# No engine needs so long to come back, and no call lasts so long.
BACK_SECONDS = 30.0
CALL_SECONDS = 120.0


def main() -> int:
    """Kill, look, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--cps", type=float, default=25.0)
    parser.add_argument("--retries", type=int, default=0, help="further attempts for whom nobody reached")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    dice = random.Random(asked.seed)  # noqa: S311 - nothing here is a secret
    alive = [dice.uniform(SOONEST, LATEST) for _ in range(asked.kills)]
    spoken = {each.slug: each for each in countries.load() if each.slug in (CAPPED, FREE)}
    cap, zone = spoken[CAPPED].cap, spoken[CAPPED].zone
    # As many Americans go out as caller IDs allow, and some of them are left over.
    dids = max(1, round(asked.cps * (sum(alive) + TAIL_SECONDS) / 2 / cap))
    people = list(callees(2 * (dids * cap + TOO_MANY), dice, countries=(CAPPED, FREE)))
    day = day_of(time.time(), zone)
    with opened(NAME, source=HERE.parent, spoken=list(spoken.values()), clock=RealClock()) as office:
        office.own([*american(0, dids), *(f"+5255110000{n:02}" for n in range(20))])
        office.plan(NAME, people, cps=asked.cps, retries=asked.retries)
        kills = killed(office, alive)
        settle(office, NAME)
        paused = frozenset((NAME, slug) for slug in office.standing(NAME).paused)
        office.stop(NAME)
        pressed = asked_again(office, people, dids, cps=asked.cps)
        if day_of(time.time(), zone) != day:
            sys.exit(f"a new day began in {zone} meanwhile, and with it a new count: run this again")
        books = read_books(office.database, [NAME, AGAIN], country=CAPPED, day=day)
        terms = Terms(
            countries=spoken,
            capped=CAPPED,
            cap=cap,
            retries=asked.retries,
            kills=[each.at for each in kills],
            paused=paused,
        )
        told = examine(office.calls(), books, terms)
    left = sum(1 for each in books.contacts if each.state == "queued")
    refused = sum(1 for each in books.contacts if each.campaign == AGAIN and each.state == "refused")
    at_cap = sum(uses == cap for uses in books.uses.values())
    found = figures(told, kills) | {"waiting_for_a_new_day": left, "at_cap": at_cap}
    found |= {"pressed": pressed, "refused_again": refused, "retries": asked.retries}
    found |= {"seed": asked.seed, "cps": asked.cps, "caller_ids": dids, "cap": cap, "people": len(people)}
    print_table(found, told, kills)
    report(
        "kills", found | {"found": asdict(told), "each_kill": [asdict(each) for each in kills]}, asked.json
    )
    listed = sum(1 for each in books.contacts if each.campaign == NAME)
    return 0 if told.clean and listed == len(people) else 1


def american(first: int, count: int) -> list[str]:
    """Give caller IDs of the USA."""
    return [f"+1305320{n:04}" for n in range(first, first + count)]


def killed(office: Office, alive: Sequence[float]) -> list[Kill]:
    """Run the campaign, and kill the engine so many seconds after it dials (again)."""
    office.serve()
    office.begin(NAME)
    office.wait_until(lambda: bool(office.calls()), BACK_SECONDS, "the first call")
    kills = []
    for number, seconds in enumerate(alive, start=1):
        time.sleep(seconds)
        kills.append(office.kill(patience=BACK_SECONDS))
        print(f"kill {number}: calls again after {kills[-1].away:.2f} s", file=sys.stderr)
    return kills


def settle(office: Office, name: str) -> None:
    """Let a campaign and all its calls come to their ends; what never does is for the checker to find."""
    most = BACK_SECONDS + CALL_SECONDS
    try:
        office.wait_until(lambda: unhurried(office, name), most, f"the end of the campaign {name}")
        office.wait_until(
            lambda: all(each.ended_at for each in office.calls()), CALL_SECONDS, "every hang-up"
        )
    except NotReadyError as error:
        print(error.sentence(), file=sys.stderr)


def unhurried(office: Office, name: str) -> bool:
    """Ask whether it is over, and not every instant: whoever is asked has calls to make."""
    time.sleep(1)
    return office.over(name)


def asked_again(office: Office, people: Sequence[str], dids: int, *, cps: float) -> int:
    """Ask for all who pressed the opt-out key, and for as many others, with caller IDs below their cap.

    Gives how many had pressed it.
    """
    pressed = {f"+{call.number}" for call in office.calls() if any(key.digit == "9" for key in call.pressed)}
    others = [number for number in people if number not in pressed][: max(len(pressed), 1)]
    office.own(american(dids, max(1, dids)))
    office.plan(AGAIN, sorted({*pressed, *others}), cps=cps)
    office.begin(AGAIN)
    settle(office, AGAIN)
    return len(pressed)


def figures(told: Afterwards, kills: Sequence[Kill]) -> dict[str, Any]:
    """Give what the table says."""
    away = [each.away for each in kills]
    back = [each.coming_back for each in kills]
    return {
        "kills": len(kills),
        "contacts": len_of(told.contacts),
        "rung": told.rung,
        "uses": told.uses,
        "shown": told.shown,
        "burnt": told.burnt,
        "unknown_rung": told.unknown_rung,
        "unknown_never_rung": told.unknown_never_rung,
        "up_at_kills": sum(told.up_at_kills),
        "differ": len(told.match.disagree),
        "away_median": statistics.median(away or [0.0]),
        "away_most": max(away, default=0.0),
        "back_median": statistics.median(back or [0.0]),
        "back_most": max(back, default=0.0),
        "faults": {name: len(each) for name, each in told.faults.items()},
    }


def len_of(contacts: dict[str, int]) -> int:
    """Count contacts of all states."""
    return sum(contacts.values())


def print_table(found: dict[str, Any], told: Afterwards, kills: Sequence[Kill]) -> None:
    """Print what happened, then what must be nothing."""
    away = f"{found['away_median']:.2f} / {found['away_most']:.2f}"
    back = f"{found['back_median']:.2f} / {found['back_most']:.2f}"
    unknown = f"{found['unknown_rung']} / {found['unknown_never_rung']}"
    rows = {
        "kill -9 of the engine": len(kills),
        "from the kill to the next call, median / most s": away,
        "from the start to the next call, median / most s": back,
        "answered calls up at the kills": found["up_at_kills"],
        "contacts of both campaigns / rung": f"{found['contacts']} / {found['rung']}",
        "left for a new day, the cap being reached": found["waiting_for_a_new_day"],
        "caller IDs of the campaign / at their cap": f"{found['caller_ids']} / {found['at_cap']}",
        "caller-ID uses counted / shown to the carrier": f"{found['uses']} / {found['shown']}",
        "uses burnt by attempts that a kill met": found["burnt"],
        "ended unseen (unknown): rung / never rung": unknown,
        "opted out by key / refused when asked again": f"{found['pressed']} / {found['refused_again']}",
        "records that differ from the carrier's account": found["differ"],
    }
    for what, value in rows.items():
        print(f"{what:<52} {value:>14}")
    print("\nwanted 0")
    for what, faults in told.faults.items():
        print(f"{what.replace('_', ' '):<52} {len(faults):>14}")
        for fault in faults[:5]:
            print(f"    {fault}")
    for each in told.match.disagree[:5]:
        print(f"differs: {each}")


if __name__ == "__main__":
    sys.exit(main())
