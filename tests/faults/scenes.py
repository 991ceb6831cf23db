"""What is done to a running campaign: one scene each, short in the tests and long in bench/chaos.py.

A scene gives figures, and faults of which each must be empty.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

from fastagi_server.loadtest import books
from fastagi_server.loadtest.calls import CarrierCall
from tests.faults import looks, steps
from tests.faults.ordeal import CAPPED, CPS, SPOKEN, Ordeal, Past, away, unheard
from tests.faults.proxy import LASTING, Fault, Proxy
from tests.faults.steps import Plan

# A stall longer than Asterisk may take to answer is one that the link gives up.
STALLS = (1.0, 4.0, 8.0, 15.0)
LASTS = 1.5
DRIFT_SECONDS = 30.0
MOMENT = 0.1
# An action older than every patience of ours and not resolved is never going to be.
UNRESOLVED_SECONDS = 12.0


@dataclass(kw_only=True)
class Scene:
    """What came of it."""

    figures: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unsettled: str = ""

    @property
    def clean(self) -> bool:
        """Whether there is no fault."""
        return not any(self.faults.values()) and not self.unsettled


def begin(
    ordeal: Ordeal, name: str, people: Sequence[str], *, american: int, retries: int = 0, **how: bool
) -> float:
    """Have a campaign run with an engine that lives; give when its first calls had come."""
    ordeal.own(american)
    ordeal.office.plan(name, people, cps=CPS, retries=retries)
    ordeal.retries = max(retries, ordeal.retries)
    ordeal.serve(**how)
    before = len(ordeal.calls())
    ordeal.office.begin(name)
    ordeal.wait(lambda: len(ordeal.calls()) > before + 10, 30, "the first calls")
    return time.time()


def judged(
    ordeal: Ordeal,
    name: str,
    *,
    spans: Sequence[tuple[float, float]] = (),
    gone: Sequence[tuple[float, float]] = (),
    cut_off: frozenset[str] = frozenset(),
) -> Scene:
    """Let everything end, and have it judged; who waits for a new day at a cap may wait.

    `spans` is when something was done that lasted, `gone` when nobody of ours heard Asterisk, `cut_off` are
    the calls that ended with Asterisk itself.
    """
    unsettled = ordeal.settle(name)
    paused = frozenset((name, slug) for slug in ordeal.office.standing(name).paused)
    # Caller IDs and the day are shared with the scenes before, so all of a lab is judged together.
    ordeal.past.append(
        Past(
            name=name,
            # Who was up while it lasted is looked at from moment to moment.
            kills=_moments(spans),
            spans=spans,
            gone=gone,
            paused=paused,
            cut_off=cut_off,
        )
    )
    # An engine that lives has uses reserved ahead, which are counted and no call shows.
    ordeal.office.service.stop()
    told = ordeal.judge()
    gone = [window for past in ordeal.past for window in past.gone]
    cut_off = frozenset[str]().union(*(past.cut_off for past in ordeal.past))
    eaten = unheard(ordeal.calls(), gone)
    faults = told.faults | {
        "optout_not_kept": tuple(each for each in told.faults["optout_not_kept"] if each not in eaten),
        "cut": tuple(each for each in told.faults["cut"] if each.split()[0] not in cut_off),
    }
    figures = {
        "contacts": told.contacts,
        "rung": told.rung,
        "unknown_rung": told.unknown_rung,
        "unknown_never_rung": told.unknown_never_rung,
        "uses": told.uses,
        "shown": told.shown,
        "burnt": told.burnt,
        "opted_out": told.opted_out,
        "nines_eaten_by_amd": len(told.faults["optout_not_kept"]) - len(faults["optout_not_kept"]),
        "up_at_faults": sum(told.up_at_kills),
        "differ": len(told.match.disagree),
        "differ_examples": told.match.disagree[:5],
    }
    return Scene(figures=figures, faults=faults, unsettled=unsettled)


def killed(
    ordeal: Ordeal, name: str, people: Sequence[str], plans: Iterable[Plan], *, american: int
) -> Scene:
    """Kill the engine by each plan in turn, start it anew at once, and let the campaign come to its end."""
    begin(ordeal, name, people, american=american)
    # An engine that is asked to end goes on preparing attempts until it hears of it.
    asked_at = time.time()
    ordeal.office.service.stop()
    stopped_at = time.time()
    for plan in plans:
        death = ordeal.die(plan, name)
        # Asked of the store: whoever would say what pauses is dead.
        if not death.by_plan and not any(books.waiting(ordeal.office.database, name)):
            break
    ordeal.serve()
    ordeal.go_on(name)
    away_before = (asked_at - 1.0, ordeal.deaths[0].at)
    scene = judged(
        ordeal,
        name,
        spans=[
            (asked_at, stopped_at),
            *ordeal.stops,
            *((death.at, death.gone_at) for death in ordeal.deaths),
        ],
        gone=[away_before, *ordeal.gone()],
    )
    waited = away(ordeal.deaths, ordeal.calls())
    known = sorted(seconds for seconds in waited if seconds is not None)
    hit = Counter(death.step for death in ordeal.deaths if death.by_plan and death.step)
    scene.figures |= {
        "kills": len(ordeal.deaths),
        "at_random_instants": sum(death.by_plan and not death.step for death in ordeal.deaths),
        "hit": {step: hit[step] for step in steps.STEPS},
        "never_came": dict(Counter(death.step for death in ordeal.deaths if not death.by_plan)),
        "away": known,
        "overtaken_by_the_next_kill": waited.count(None),
    }
    return scene


def asked_again(ordeal: Ordeal, name: str, dice: random.Random) -> tuple[str, ...]:
    """Ask for everybody who has pressed 9 once more, and as many others; give whom it rang in spite of that.

    Caller IDs below their cap are there for it: only the list keeps anybody from being called.
    """
    before = ordeal.calls()
    out = {f"+{call.number}" for call in before if any(press.digit == "9" for press in call.pressed)}
    out -= unheard(before, [window for past in ordeal.past for window in past.gone])
    people = sorted({*out, *ordeal.people(max(1, len(out)), dice)})
    ordeal.own(len(people) // capped() + 1)
    ordeal.office.plan(name, people, cps=CPS)
    ordeal.serve()
    ordeal.do(name, "start")
    unsettled = ordeal.settle(name)
    kept = {f"+{call.number}" for call in before if _connected(call)}
    again = ordeal.calls()[len(before) :]
    rung = [f"+{call.number}" for call in again if f"+{call.number}" in out - kept]
    return (*rung, *filter(None, [unsettled]))


def _connected(call: CarrierCall) -> bool:
    """Say whether a callee's 9 came after the key that had connected him: then it is no opt-out."""
    digits = [press.digit for press in call.pressed]
    keys = {country.connect_key for country in SPOKEN.values()}
    return any(digit in keys for digit in digits[: digits.index("9")]) if "9" in digits else True


def bad_wire(
    ordeal: Ordeal,
    name: str,
    people: Sequence[str],
    *,
    seconds: float,
    seed: int,
    stalls: Sequence[float] = STALLS,
    pause: tuple[float, float] = (1.0, 4.0),
    most: int | None = None,
) -> Scene:
    """Do everything that a wire can do, one thing after another, and see whether the link comes through."""
    dice = random.Random(seed)
    proxy = Proxy(target=ordeal.lab.ports.dialer_ami, seed=seed)
    with _over(ordeal, proxy):
        first = begin(ordeal, name, people, american=len(people) // 100 + 2, tally=True)
        unresolved: dict[str, float] = {}
        until = time.monotonic() + seconds
        for fault in itertools.islice(_faults(dice), most):
            if time.monotonic() > until:
                break
            lasts = dice.choice(stalls) if fault in LASTING else LASTS
            proxy.inflict(fault, lasts)
            _pass(ordeal, dice.uniform(*pause) + (lasts if fault in LASTING else 0.0), unresolved)
        last = max(proxy.at[-1], *(end for _, end in proxy.unusable), 0.0)
        differ = _until_none(ordeal, lambda: looks.living(ordeal.lab), last + DRIFT_SECONDS)
        drifted = time.time() - last
        _pass(ordeal, 1.0, unresolved)
        bad = [(at - 1.0, at + 1.0) for at in proxy.at] + [
            (at - 1.0, end + 4.0) for at, end in proxy.unusable
        ]
        scene = judged(ordeal, name, spans=bad, gone=[(at, end + 4.0) for at, end in bad])
        ordeal.wait(lambda: not ordeal.tally()["live"], 30, "an engine without calls")
        tally = ordeal.tally()
        busy = [call.invited_at for call in ordeal.calls() if call.invited_at >= first]
        stall = looks.longest_silence(ordeal.calls(), first, max(busy, default=first), proxy.unusable)
    proxy.close()
    scene.figures |= {
        "inflicted": {str(fault): times for fault, times in sorted(proxy.done.items())},
        "longest_stall": stall,
        "drift_gone_after": drifted,
        "actions_asked": tally["asked"],
    }
    scene.faults |= {
        "stalled": (f"no call for {stall:.1f} s",) if stall > 5.0 else (),
        "unresolved": tuple(f"{what} for {age:.0f} s" for what, age in unresolved.items()),
        "drift": tuple(sorted(differ)),
    }
    return scene


def _moments(spans: Sequence[tuple[float, float]]) -> list[float]:
    return [begin + n * MOMENT for begin, end in spans for n in range(int((end - begin) / MOMENT) + 1)]


def _faults(dice: random.Random) -> Iterator[Fault]:
    every = list(Fault)
    for _ in itertools.count():
        dice.shuffle(every)
        yield from every


def _pass(ordeal: Ordeal, seconds: float, unresolved: dict[str, float]) -> None:
    """Let time go by, and note what has been asked of Asterisk for longer than any patience."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for what, age in ordeal.tally()["waiting"]:
            if age > UNRESOLVED_SECONDS:
                unresolved[what] = max(age, unresolved.get(what, 0.0))
        time.sleep(0.2)


def _until_none(ordeal: Ordeal, theirs: Any, end: float) -> frozenset[str]:
    """Look until our live calls are Asterisk's, or it is too late; give what still differs."""
    while differ := looks.drift(lambda: ordeal.tally()["live"], theirs):
        if time.time() > end:
            break
    return differ


@contextmanager
def _over(ordeal: Ordeal, proxy: Proxy) -> Iterator[None]:
    """Lead the engine's link over the proxy."""
    file = ordeal.lab.paths.config
    before = file.read_text()
    settings = yaml.safe_load(before)
    settings["asterisk"]["port"] = proxy.port
    file.write_text(yaml.safe_dump(settings))
    try:
        yield
    finally:
        ordeal.office.service.stop()
        file.write_text(before)


def enough(seconds: float) -> int:
    """Give how many people a campaign needs that goes on for so long."""
    return int(seconds * CPS)


def capped() -> int:
    """Give the cap of the country that has one."""
    return SPOKEN[CAPPED].cap


def shown(scene: Scene) -> str:
    """Say what was found, for a test that fails."""
    found = {name: found[:5] for name, found in scene.faults.items() if found}
    return json.dumps({"faults": found, "unsettled": scene.unsettled, **scene.figures}, default=str)
