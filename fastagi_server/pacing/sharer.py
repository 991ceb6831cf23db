"""One engine's side of the sharing: what it may use until when, and what it asks next. Pure: instants in.

All instants are of this engine's own steady clock; what sets a clock, here or at the store, changes nothing.
A machine that stands still longer than its steady clock tells, suspended say, is beyond what this can keep.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from fastagi_server.pacing.shares import Beat, Deal, Pulse, Wish
from fastagi_server.pacing.window import SECOND

BEAT_SECONDS = 0.5
# A share that was not renewed is used so long, from before the question that renewed it last was sent.
USE_SECONDS = 2.0
# So long a pulse must stand before it is nobody's: the use, the second in which the last call counts, and
# more than two clocks may go apart meanwhile.
SILENT_SECONDS = 4.5
# Where there are fewer calls a second than engines, one has its turn so long, and three calls at least.
TURN_SECONDS, TURN_CALLS = 10.0, 3


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What an engine could use of a scope: `wanted` whole calls of a second, under a limit of `cps`.

    `by_hand` calls have a place and may not have been written yet.
    """

    cps: float
    wanted: int
    by_hand: int = 0


class Sharer:
    """The shares of one run of an engine. One beat at a time: the next begins after the last was answered."""

    def __init__(self, *, engine: str, run: str) -> None:
        self._engine = engine
        self._run = run
        self._first = True
        self._begun = 0
        self._quiet_until = -math.inf
        self._seen: dict[str, tuple[Pulse, float]] = {}
        self._lowered: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)
        self._turn_since: dict[str, float] = {}
        self.shares: dict[str, int] = {}
        self.until = -math.inf

    @property
    def is_alone(self) -> bool:
        """Whether no other engine was on the store when it answered last."""
        return not self._seen

    def begin(self, now: float, demands: Mapping[str, Demand]) -> Beat:
        """Give what is to be asked now."""
        self._begun += 1
        return Beat(
            engine=self._engine,
            run=self._run,
            count=self._begun,
            first=self._first,
            wishes={scope: self._wish(scope, demand, now) for scope, demand in demands.items()},
            silent={
                run: pulse for run, (pulse, since) in self._seen.items() if now - since >= SILENT_SECONDS
            },
        )

    def took(self, deal: Deal, *, sent: float, now: float) -> None:
        """Take the answer to what was sent; `shares` and `until` say what may be used from now on."""
        # A first beat that was not answered may have been done all the same.
        if self._first and (deal.took_over or self._begun > 1):
            # What an earlier run has written counts for a second; its part is kept for us so long.
            self._quiet_until = now + SECOND
            for scope, share in deal.held.items():
                self._lowered[scope].append((now, share))
        self._first = False
        # A pulse is watched from when it was read, which is not before its owner sent it.
        self._seen = {
            run: seen if (seen := self._seen.get(run)) is not None and seen[0] == pulse else (pulse, now)
            for run, pulse in deal.others.items()
        }
        quiet = now < self._quiet_until
        self._use({scope: 0 if quiet else share for scope, share in deal.shares.items()}, now)
        self.until = sent + USE_SECONDS

    def _use(self, shares: dict[str, int], now: float) -> None:
        for scope in {*self.shares, *shares}:
            before, after = self.shares.get(scope, 0), shares.get(scope, 0)
            if after < before:
                self._lowered[scope].append((now, before))
            if not after:
                self._turn_since.pop(scope, None)
            else:
                self._turn_since.setdefault(scope, now)
        self.shares = shares

    def _wish(self, scope: str, demand: Demand, now: float) -> Wish:
        lowered = self._lowered[scope]
        while lowered and now - lowered[0][0] >= SECOND:
            lowered.popleft()
        floor = max([self.shares.get(scope, 0), demand.by_hand, *(share for _, share in lowered)])
        turn = max(TURN_SECONDS, TURN_CALLS / demand.cps)
        had_turn = now - self._turn_since.get(scope, now) >= turn
        return Wish(cps=demand.cps, floor=floor, wanted=demand.wanted, had_turn=had_turn)
