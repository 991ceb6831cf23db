"""Breaks all that can break while a campaign runs on the real Asterisk, and looks at what was promised.

Run as root: python bench/chaos.py [--seconds N] [--seed N] [--only SCENE ...] [--postgres] [--json FILE].
Labs of its own are made and removed. Kills take most of the time: each step of a call in turn
(tests/faults/steps.py), and as many random instants; then come a bad wire, Asterisk killed, the database
away, the disk full, the clock set. With --postgres every scene has a PostgreSQL of its own, but for those
that break SQLite's file. What is judged is the carrier's file and the database alone; the exit code is 1
when any promise was broken, and 2 when the kills were too few to say.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from contest import HERE, report

sys.path.insert(0, str(HERE.parent))

from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.pacing.proof import percentile
from tests.faults import losses, ordeal, scenes, steps
from tests.faults.ordeal import CPS, Ordeal
from tests.faults.scenes import Scene
from tests.faults.steps import Plan

LEAST_AT_STEP, LEAST_AT_RANDOM, BACK_SECONDS = 5, 100, 5.0
# A death with its way back takes so long, and calls go out for this part of it.
DEATH_SECONDS, BUSY = 4.0, 0.45
AWAY_SECONDS = 30.0
MEGABYTES = 48
# How a scene's lab is made ready: its name, and where its store is.
Opened = Callable[..., AbstractContextManager[Ordeal]]
Scenes = dict[str, Callable[[Opened, random.Random, float], Scene]]


def main() -> int:
    """Break, look, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200.0, help="how long kills go on; others a tenth")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=[*SCENES], default=[*SCENES])
    parser.add_argument("--postgres", action="store_true", help="have every scene on PostgreSQL that can be")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    asked = parser.parse_args()
    found: dict[str, Scene] = {}
    for name in asked.only:
        began = time.monotonic()
        # Each scene its own dice: one alone is the same as among the others.
        dice = random.Random(f"{asked.seed} {name}")  # noqa: S311 - nothing here is a secret
        found[name] = SCENES[name](partial(ordeal.opened, on_postgres=asked.postgres), dice, asked.seconds)
        found[name].figures["seconds"] = time.monotonic() - began
        print_scene(name, found[name])
    told = {
        name: {"figures": scene.figures, "faults": scene.faults, "unsettled": scene.unsettled}
        for name, scene in found.items()
    }
    report(
        "chaos",
        {"seed": asked.seed, "postgres": asked.postgres, "asked_seconds": asked.seconds, "scenes": told},
        asked.json,
    )
    if not all(scene.clean for scene in found.values()):
        return 1
    return 2 if "kills" in found and found["kills"].figures["too_few"] else 0


def kills(opened: Opened, dice: random.Random, seconds: float) -> Scene:
    """Kill at every step and at random instants."""
    with opened("chaos-kills") as made:
        people = made.people(scenes.enough(seconds * BUSY + 20), dice)
        # About a tenth of the Americans is left over when every caller ID is at its cap.
        american = max(1, int(len(people) / 2 * 0.9 / scenes.capped()))
        scene = scenes.killed(made, "kills", people, told(steps.plans(dice), seconds), american=american)
        scene.faults["called_again"] = scenes.asked_again(made, "again", dice)
    hit = Counter(scene.figures["hit"])
    away = scene.figures["away"] or [0.0]
    late = [seconds for seconds in away if seconds > BACK_SECONDS]
    scene.figures |= {
        "too_few": {
            **steps.missing(hit, LEAST_AT_STEP),
            **({"random": n} if (n := scene.figures["at_random_instants"]) < LEAST_AT_RANDOM else {}),
        },
        "away_p50": statistics.median(away),
        "away_p95": percentile(away, 0.95),
        "away_most": max(away),
        "later_than_five_seconds": len(late),
    }
    return scene


def told(plans: Iterator[Plan], seconds: float) -> Iterator[Plan]:
    """Say which death comes next, until the time is over that begins with the first."""
    until = time.monotonic() + seconds
    for number, plan in enumerate(itertools.takewhile(lambda _: time.monotonic() < until, plans), start=1):
        what = plan.step or f"{plan.seconds:.2f} s after the first call"
        print(f"death {number}: {what}", file=sys.stderr)
        yield plan


def wire(opened: Opened, dice: random.Random, seconds: float) -> Scene:
    """Be a bad wire."""
    long = max(60.0, seconds / 5)
    with opened("chaos-wire") as made:
        people = made.people(scenes.enough(long + 20), dice)
        return scenes.bad_wire(made, "wire", people, seconds=long, seed=dice.randrange(10_000))


def asterisk(opened: Opened, dice: random.Random, seconds: float) -> Scene:
    """Kill Asterisk again and again."""
    times = max(2, int(seconds / 200))
    with opened("chaos-asterisk") as made:
        people = made.people(scenes.enough(12.0 * times), dice)
        return losses.asterisk_killed(made, "asterisk", people, times=times, away=dice.uniform(0.5, 4.0))


def locked(_opened: Opened, dice: random.Random, _: float) -> Scene:
    """Have somebody else hold SQLite's lock for half a minute."""
    with ordeal.opened("chaos-locked") as made:
        file = made.lab.paths.data / "discador.db"
        return _away(made, "locked", dice, lambda: losses.locked(file))


def full(_opened: Opened, dice: random.Random, _: float) -> Scene:
    """Have the disk full for half a minute."""
    with ordeal.opened("chaos-full", megabytes=MEGABYTES) as made:
        return _away(made, "full", dice, lambda: losses.filled(made.lab.paths.data))


def gone(_opened: Opened, dice: random.Random, _: float) -> Scene:
    """Kill PostgreSQL, and start it half a minute later."""
    return _on_postgres("gone", dice, losses.killed)


def mute(_opened: Opened, dice: random.Random, _: float) -> Scene:
    """Have PostgreSQL stand still for half a minute: it takes everything and answers nothing."""
    return _on_postgres("mute", dice, losses.mute)


def _on_postgres(name: str, dice: random.Random, how: Callable[[Cluster], losses.Stopped]) -> Scene:
    with ordeal.opened(f"chaos-{name}", on_postgres=True) as made:
        cluster = made.cluster
        assert cluster is not None
        return _away(made, name, dice, lambda: how(cluster))


def _away(made: Ordeal, name: str, dice: random.Random, take: Callable[[], losses.Stopped]) -> Scene:
    people = made.people(scenes.enough(24.0), dice)
    return losses.store_away(made, name, people, seconds=AWAY_SECONDS, take=take)


def clock(opened: Opened, dice: random.Random, _: float) -> Scene:
    """Set the clock an hour and a day forth and back."""
    with opened("chaos-clock") as made:
        return losses.clock_jumps(made, "clock", made.people(scenes.enough(60.0), dice), between=5.0)


SCENES: Scenes = {
    "kills": kills,
    "wire": wire,
    "asterisk": asterisk,
    "locked": locked,
    "full": full,
    "gone": gone,
    "mute": mute,
    "clock": clock,
}
SHOWN: Sequence[tuple[str, str]] = (
    ("kills", "kill -9 of the engine"),
    ("at_random_instants", "of them at random instants"),
    ("away_p50", "from the kill to the next call, p50 s"),
    ("away_p95", "p95 s"),
    ("away_most", "most s"),
    ("inflicted", "done to the wire"),
    ("longest_stall", "longest time without a call s"),
    ("drift_gone_after", "our live calls were Asterisk's again after s"),
    ("asterisk_killed", "kill -9 of Asterisk"),
    ("cut_off_with_it", "calls that ended with it"),
    ("away", "the store was away s"),
    ("went_out_meanwhile", "calls that went out meanwhile, begun before"),
    ("last_went_out_after", "the last of them s after it went"),
    ("nines_meanwhile", "9s pressed meanwhile"),
    ("first_call_after", "the first call after it was back s"),
    ("days", "days in which the engine believed to be"),
    ("contacts", "contacts"),
    ("rung", "of them rung"),
    ("unknown_rung", "ended unseen (unknown), rung"),
    ("unknown_never_rung", "ended unseen (unknown), never rung"),
    ("burnt", "uses burnt"),
    ("up_at_faults", "answered calls up at the faults, all together"),
    ("opted_out", "opted out by key"),
    ("nines_eaten_by_amd", "9s during AMD() that nobody of ours heard"),
    ("differ", "records that differ from the carrier's account"),
    ("too_few", "steps hit too seldom"),
)


def print_scene(name: str, scene: Scene) -> None:
    """Print what happened, then what must be nothing."""
    print(f"\n{name}, {scene.figures['seconds']:.0f} s at {CPS:g} CPS")
    for key, says in SHOWN:
        if key in scene.figures and not (name == "kills" and key == "away"):
            print(f"  {says:<56} {_short(scene.figures[key])}")
    for what, faults in scene.faults.items():
        print(f"  wanted 0: {what.replace('_', ' '):<46} {len(faults)}")
        for fault in faults[:5]:
            print(f"      {fault}")
    if scene.unsettled:
        print(f"  not settled: {scene.unsettled}")


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items()) or "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    sys.exit(main())
