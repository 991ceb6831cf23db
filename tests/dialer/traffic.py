"""Calls over one trunk as they come in life: rung, answered, talked to, and carriers that fail in the middle.

Simulated is all above the wire: calls leave at the pacer's slots, each tells its facts at its instants.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.pacer import Pacer, Policy
from fastagi_server.pacing import scopes
from fastagi_server.pacing.change import Change
from fastagi_server.pacing.why import Standing, Why
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record, State

Dice = random.Random
WITHIN = (*scopes.over("carrier"), "campaign:c", "country:usa")


@dataclass(frozen=True, kw_only=True)
class Callees:
    """How callees behave: the share that answers, and the seconds of what they do.

    Answers come after `rings`; of the others `fast` fail after `fails`, the rest ring for `rings_out`. Of who
    answers `leaves` hang up within 8 s; the others are on the line for about `talks`.
    """

    answers: float
    rings: tuple[float, float] = (4.0, 15.0)
    fast: float = 0.5
    fails: tuple[float, float] = (0.1, 3.0)
    rings_out: float = 25.0
    leaves: float = 0.3
    talks: float = 30.0

    def call(self, dice: Dice) -> tuple[float | None, float]:
        """Give after how many seconds one answers, None for never, and after how many it is over."""
        if dice.random() < self.answers:
            rings = dice.uniform(*self.rings)
            short = dice.random() < self.leaves
            return rings, rings + (dice.uniform(2, 8) if short else self.talks * dice.uniform(0.8, 1.2))
        fast = dice.random() < self.fast
        return None, dice.uniform(*self.fails) if fast else self.rings_out


@dataclass
class Traffic:
    """A campaign that never ends; `callees` may be changed while it runs."""

    callees: Callees
    cps: float = 25.0
    rules: Rules = field(default_factory=lambda: Rules(threshold=0.1, hold=20.0))
    auto: bool = False
    seed: int = 1
    now: float = 1000.0
    shift: float = 0.0
    sent: int = 0
    turns: list[tuple[float, str, Standing, Why]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed)
        self.pacer = Pacer(clock=self, policy=Policy(auto=self.auto, rules=self.rules), told=self._told)
        self.pacer.limit("cluster", self.cps)
        self.pacer.limit("trunk:carrier", self.cps)
        self.pacer.pace("carrier", self.cps)
        self._order = itertools.count()
        self._news: list[tuple[float, int, Callable[[], None]]] = []
        self._tick = self.now + 1.0

    def wall(self) -> float:
        return 1.8e9 + self.now + self.shift

    def steady(self) -> float:
        return self.now

    def run(self, seconds: float, *, idle: bool = False) -> None:
        """Let time pass; with `idle` nothing is sent meanwhile."""
        end = self.now + seconds
        while True:
            slot = float("inf") if idle else self.pacer.earliest(WITHIN, self.now)
            first = self._news[0][0] if self._news else float("inf")
            at = min(slot, first, self._tick)
            if at > end:
                break
            self.now = max(self.now, at)
            if first <= self.now:
                heapq.heappop(self._news)[2]()
            elif self._tick <= self.now:
                self._tick += 1.0
                self.pacer.tick()
            else:
                self.pacer.took(WITHIN, slot, self.now)
                self._send()
        self.now = end

    def stopped(self, scope: str = "trunk:carrier") -> list[Why]:
        return [why for _, each, standing, why in self.turns if (each, standing) == (scope, Standing.STOPPED)]

    def standings(self, scope: str = "trunk:carrier") -> list[tuple[float, Standing]]:
        return [(at, standing) for at, each, standing, _ in self.turns if each == scope]

    def _send(self) -> None:
        self.sent += 1
        answers, ends = self.callees.call(self.dice)
        begun = self.wall()
        record = Record(
            call=mint(begun, self.dice.randbytes(10)),
            number="+12125560001",
            country="usa",
            callerid="+13055560000",
            trunk="carrier",
            campaign="c",
            state=State.ORDERED,
            planned_at=begun,
            begun_at=begun,
            ordered_at=begun,
            contact=1,
        )
        self.pacer.watch(record, facts.Ordered(call=record.call, at=begun))
        if answers is not None:
            record = replace(record, state=State.ANSWERED, answered_at=begun + answers)
            self._later(answers, record, facts.Answered(call=record.call, at=begun + answers))
        over: dict[str, Any] = {
            "state": State.ENDED,
            "disposition": Disposition.NO_ANSWER if answers is None else Disposition.NO_KEY,
            "ended_at": begun + ends,
        }
        self._later(ends, replace(record, **over), facts.Ended(call=record.call, at=begun + ends, cause=16))

    def _later(self, seconds: float, record: Record, fact: facts.Fact) -> None:
        order = next(self._order)
        heapq.heappush(self._news, (self.now + seconds, order, lambda: self.pacer.watch(record, fact)))

    def _told(self, scope: str, change: Change | Why) -> None:
        if isinstance(change, Why):
            self.turns.append((self.now - 1000.0, scope, change.standing, change))
        else:
            self.changes.append(change)
