"""The steps of a call at which the engine is killed: one table, and plans drawn from it by a seed.

A step is a place in the program, named as the victim names it when it comes past. This file knows no engine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

# What a commit may hold, by the store's functions that are called inside its transaction.
COMMITS = {
    "begin": (("attempts", "begin_all"),),
    "end": (("attempts", "finish"), ("calls", "keep")),
    "optout": (("optouts", "add"),),
    "lease": (("leases", "lease"), ("leases", "give_back"), ("loans", "lend")),
    "state": (("campaigns", "set_state"),),
}
WRITES = ("Originate", "Hangup", "DBDel", "FastAGI")
FACTS = {
    "Ordered": "ordered",
    "Accepted": "accepted",
    "Dialed": "dialed",
    "Ringing": "ringing",
    "Answered": "answered",
    "AmdDecided": "amd",
    "DigitHeard": "digit",
    "KeyDecided": "key",
    "OptOutAsked": "optout asked",
    "OptedOut": "opted out",
    "Connecting": "connecting",
    "Ended": "ended",
}
ORIGINATED = "after write Originate"
SWEPT, ADOPTED = "way back: kept opt-outs told", "way back: living calls told"
# What comes before the first call goes out; a lease is taken on the way back, for many calls at once.
WAY_BACK = (SWEPT, ADOPTED, "before commit lease", "after commit lease")

# In the short form a step kills at most so many times past it.
SOON = 4


def _steps() -> Iterator[tuple[str, int]]:
    """Give each step, and after how many times past it at most the kill comes."""
    often = {"begin": 20, "end": 20, "optout": 3, "lease": 1, "state": 2}
    for what in COMMITS:
        yield from ((f"{when} commit {what}", often[what]) for when in ("before", "after"))
    times = {"Originate": 20, "Hangup": 2, "DBDel": 2, "FastAGI": 8}
    for what in WRITES:
        yield from ((f"{when} write {what}", times[what]) for when in ("before", "after"))
    rare = {"digit", "key", "optout asked", "opted out", "connecting"}
    for fact in FACTS.values():
        # Before it was taken the fact is told and not known; after it, known and not kept.
        yield from ((f"{when} fact {fact}", 3 if fact in rare else 12) for when in ("before", "after"))
    yield from ((step, 1) for step in (SWEPT, ADOPTED))


STEPS: dict[str, int] = dict(_steps())
# Those that come with every call, or on the way back; the others wait for somebody who presses a key.
OFTEN = tuple(step for step, most in STEPS.items() if most > 3 or step in WAY_BACK)
RARE = tuple(step for step in STEPS if step not in OFTEN)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One death: the `nth` time past a `step`, or `seconds` after the first call went out."""

    step: str = ""
    nth: int = 1
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """Give it in words that JSON holds."""
        return asdict(self)


def plans(dice: random.Random, steps: Iterable[str] = STEPS) -> Iterator[Plan]:
    """Draw deaths without end: in each round every step once, and as many random instants between."""
    steps = list(steps)
    while True:
        dice.shuffle(steps)
        for step in steps:
            yield Plan(step=step, nth=dice.randint(1, STEPS[step]))
            yield Plan(seconds=dice.uniform(0.05, 2.0))


def short(dice: random.Random, steps: Iterable[str] = STEPS) -> list[Plan]:
    """Draw one death at each step, soon after the first call."""
    chosen = list(steps)
    dice.shuffle(chosen)
    return [Plan(step=step, nth=dice.randint(1, min(STEPS[step], SOON))) for step in chosen]


def missing(hit: Counter[str], least: int, steps: Iterable[str] = STEPS) -> dict[str, int]:
    """Give the steps that were hit less often than they must, with how often they were."""
    return {step: hit[step] for step in steps if hit[step] < least}
