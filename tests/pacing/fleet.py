"""Several engines on one store, simulated: clocks that run apart, answers that are late, engines that die.

Each writes as soon as its window lets it, in bursts, which no pacer would: what is tried is the limit.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from fastagi_server.pacing.parts import Parts
from fastagi_server.pacing.sharer import BEAT_SECONDS, Sharer
from fastagi_server.pacing.shares import Beat, Deal, Part, Pulse, decide
from fastagi_server.pacing.window import Window

STEP = 0.02
SCOPE = "cluster"
GIVE_UP_SECONDS = 1.0


class Store:
    def __init__(self) -> None:
        self.pulses: dict[str, Pulse] = {}
        self.parts: dict[str, Part] = {}

    def beat(self, asked: Beat) -> Deal:
        deal = decide(asked, self.pulses, list(self.parts.values()))
        for run in deal.gone:
            self.drop(run)
        if deal.pulse is not None:
            self.pulses[asked.run] = deal.pulse
        for part in deal.changed:
            self.parts[part.run] = part
        return deal

    def drop(self, run: str) -> None:
        self.pulses.pop(run, None)
        self.parts.pop(run, None)


@dataclass
class Asked:
    beat: Beat
    sent: float
    done_at: float
    told_at: float
    deal: Deal | None = None
    given_up: bool = False


@dataclass
class Engine:
    """One run of an engine; `rate` is how fast its steady clock goes."""

    name: str
    store: Store
    limit: float
    rate: float = 1.0
    busy: Callable[[float], bool] = lambda _: True
    delay: Callable[[], float] = lambda: 0.01
    runs: int = 0
    alive: bool = True
    leaving: bool = False
    writes: list[float] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin a run that knows nothing of the one before."""
        self.runs += 1
        self.alive, self.leaving = True, False
        # What the run before had asked may still be done; it is told to nobody.
        for each in self.asked:
            each.given_up = True
        self.run = f"{self.name}.{self.runs}"
        self.sharer = Sharer(engine=self.name, run=self.run)
        self.parts, self.window = Parts(), Window(self.limit)
        self.parts.know(SCOPE, self.limit)
        self._grant({}, 0.0)
        self.beat_at = 0.0

    def steady(self, now: float) -> float:
        return 1000 + now * self.rate

    def step(self, now: float) -> None:
        self._store(now)
        if not self.alive:
            return
        self._hear(now)
        if self.leaving:
            if self.steady(now) >= self.parts.quiet_at() and not self.asked:
                self.store.drop(self.run)
                self.alive = False
            return
        self._ask(now)
        if self.busy(now):
            self.parts.waits((SCOPE,))
            self._write(now)

    def leave(self) -> None:
        self.leaving = True
        self._grant({}, 0.0)

    def share(self) -> int:
        return self.parts.share(SCOPE) or 0

    def _grant(self, shares: dict[str, int], until: float) -> None:
        self.parts.grant(shares, until)
        self.window.share(shares.get(SCOPE, 0))

    def _ask(self, now: float) -> None:
        if now < self.beat_at or any(not each.given_up for each in self.asked):
            return
        self.beat_at = now + BEAT_SECONDS
        sent = self.steady(now)
        beat = self.sharer.begin(sent, self.parts.demands(sent))
        # The store does a run's questions one after the other, those too that were given up.
        before = [each.done_at for each in self.asked if each.beat.run == self.run]
        done_at = max([now + self.delay(), *before])
        self.asked.append(Asked(beat, sent, done_at, done_at + self.delay()))

    def _store(self, now: float) -> None:
        for each in self.asked:
            if each.deal is None and now >= each.done_at:
                each.deal = self.store.beat(each.beat)
        if not self.alive:
            self.asked = [each for each in self.asked if each.deal is None]

    def _hear(self, now: float) -> None:
        for each in tuple(self.asked):
            if each.given_up:
                if each.deal is not None:
                    self.asked.remove(each)
            elif each.deal is not None and now >= each.told_at:
                self.asked.remove(each)
                if not self.leaving:
                    self.sharer.took(each.deal, sent=each.sent, now=self.steady(now))
                    self._grant(self.sharer.shares, self.sharer.until)
            elif self.steady(now) - each.sent > GIVE_UP_SECONDS:
                each.given_up = True

    def _write(self, now: float) -> None:
        steady = self.steady(now)
        while not self.parts.are_closed((SCOPE,), steady) and self.window.earliest() <= steady:
            self.window.wrote(steady)
            self.parts.wrote((SCOPE,), steady)
            self.writes.append(now)


def run(
    engines: list[Engine], seconds: float, *, since: float = 0.0, dice: random.Random | None = None
) -> float:
    """Let them go on for so long, in an order that changes; give the instant of the end."""
    now = since
    while now < since + seconds:
        now += STEP
        for each in (dice or random.Random(0)).sample(engines, len(engines)):
            each.step(now)
    return now


def all_writes(engines: list[Engine]) -> list[float]:
    return sorted(at for each in engines for at in each.writes)
