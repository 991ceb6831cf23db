"""How fast a trunk may go: additive up while all is well, multiplicative down when it is not.

A carrier that answers 503 above a limit which nobody has told takes exactly that limit: what it took is where
we go, a little below, and from there the steps upward are small. Pure: what came of calls in, a rate out.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from fastagi_server.pacing.change import Change, Move
from fastagi_server.pacing.why import Says
from fastagi_server.telephony.disposition import REACHED, Disposition
from fastagi_server.telephony.errors import BadInputError

WINDOW_SECONDS = 10.0
# What was on its way at the old rate says nothing of the new one.
SETTLING_SECONDS = 5.0
# So many refusals are no accident, from this share of the calls sent in the window on.
REFUSALS, SLOW_SHARE, HARD_SHARE = 3, 0.02, 0.10
IN_A_ROW = 5
DOWN, HARD_DOWN = 0.7, 0.5
# Of what a carrier was seen to take.
BELOW_TAKEN = 0.96
HOLD_SECONDS = 60.0
# How far one goes above what was taken, once a higher rate was refused.
SMALL_SHARE, SMALL_LEAST = 0.02, 0.1
QUALITY_CALLS, QUALITY_SECONDS = 100, 60.0
SLOWEST = 1.0
_REFUSED = frozenset({429, 503})


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """How a rate rises: from `initial` by `step` each `interval` seconds up to `most` calls per second.

    It falls while the NER, or with `asr` the ASR, is below `quality`; 0 lets it go.
    """

    initial: float
    step: float
    interval: float
    most: float
    quality: float
    asr: bool = False

    def __post_init__(self) -> None:
        for name in ("initial", "step", "interval", "most"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise BadInputError(field=name, value=value, expected="more than 0")
        if not 0 <= self.quality <= 1:
            raise BadInputError(field="quality", value=self.quality, expected="0 (never slower) to 1")


class Governor:
    """The rate of one trunk."""

    def __init__(self, ramp: Ramp) -> None:
        self._ramp = ramp
        self.rate = min(ramp.initial, ramp.most)
        self._sent: deque[float] = deque()
        self._refused: deque[float] = deque()
        self._resolved: deque[tuple[float, bool]] = deque()
        self._row = 0
        self._stepped_at: float | None = None
        self._used = 0
        self._held_until = -math.inf
        self._settled_at = -math.inf
        # The lowest rate that was refused; towards it the steps are small.
        self._ceiling = math.inf

    def sent(self, at: float) -> None:
        """Take note that a call left."""
        self._sent.append(at)
        self._used += 1

    def answered(self, at: float) -> None:
        """Take note of an answer when it comes: after how long a talk it ends is no matter of quality."""
        self._resolved.append((at, True))

    def resolved(
        self, *, disposition: Disposition, sip_code: int | None, at: float, answered: bool = False
    ) -> Change | None:
        """Take what came of a call; give the change of the rate where it cannot wait for the next tick.

        One that was `answered` has been told.
        """
        refused = sip_code in _REFUSED or (not sip_code and disposition is Disposition.CONGESTED)
        if not answered:
            self._resolved.append((at, not self._ramp.asr and disposition in REACHED))
        self._row = self._row + 1 if refused else 0
        if refused:
            self._refused.append(at)
        if not refused or at < self._settled_at:
            return None
        self._drop_old(at)
        share = len(self._refused) / max(1, len(self._sent))
        hard = share >= HARD_SHARE or self._row >= IN_A_ROW
        if len(self._refused) >= REFUSALS and (hard or share >= SLOW_SHARE):
            return self._slow_down(at, share=min(1.0, share), hard=hard)
        return None

    def tick(self, now: float) -> Change | None:
        """Rise by a step once its interval is over, or fall for quality; called about once a second."""
        self._drop_old(now)
        if self._stepped_at is None:
            self._stepped_at = now
        since = now - self._stepped_at
        if since < self._ramp.interval or now < self._held_until:
            return None
        success = self._success()
        if success is not None and success < self._ramp.quality:
            after = max(self.rate * DOWN, min(self._ramp.initial, self.rate))
            if after < self.rate:
                return self._change(Move.QUALITY, now, after)
            # As low as quality takes it: no step upward, and nothing to tell.
            self._used, self._stepped_at = 0, now
            return None
        used, self._used, self._stepped_at = self._used / since, 0, now
        # What is not used is not known to be carried.
        if self.rate >= self._ramp.most or used < self.rate / 2:
            return None
        return self._change(Move.STEP, now, min(self._higher(), self._ramp.most))

    def slow(self, move: Move, at: float, says: Says) -> Change | None:
        """Fall because something strains the trunk, by half where answers fail to come."""
        down = HARD_DOWN if move is Move.ASR else DOWN
        after = max(self.rate * down, min(SLOWEST, self.rate))
        hold = HOLD_SECONDS if move is Move.ASR else self._ramp.interval
        self._held_until = max(self._held_until, at + hold)
        return self._change(move, at, after, says) if after < self.rate else None

    def begin_anew(self, now: float) -> None:
        """Rise from the beginning again, after a stop: what was true before it may not be now."""
        self.rate = min(self._ramp.initial, self.rate)
        self._used, self._stepped_at = 0, now

    def _higher(self) -> float:
        whole = self.rate + self._ramp.step
        if whole <= self._ceiling * BELOW_TAKEN:
            return whole
        return min(whole, self.rate + max(SMALL_LEAST, self.rate * SMALL_SHARE))

    def _slow_down(self, at: float, *, share: float, hard: bool) -> Change:
        self._ceiling = self.rate
        # A carrier that takes most of it has a limit just below; one that takes little is in trouble.
        taken = self.rate * (1 - share) * BELOW_TAKEN
        least = max(self.rate * (HARD_DOWN if hard else DOWN), min(SLOWEST, self.rate))
        change = self._change(Move.REFUSED, at, max(taken, least))
        self._held_until = max(self._held_until, at + (HOLD_SECONDS if hard else self._ramp.interval))
        self._settled_at = at + SETTLING_SECONDS
        self._sent.clear()
        self._refused.clear()
        self._row = 0
        return change

    def _change(self, move: Move, at: float, after: float, says: Says | None = None) -> Change:
        change = Change(
            move=move,
            at=at,
            before=self.rate,
            after=after,
            sent=len(self._sent),
            refused=len(self._refused),
            success=self._success(),
            says=says or {},
        )
        self.rate = after
        self._used, self._stepped_at = 0, at
        return change

    def _success(self) -> float | None:
        calls = len(self._resolved)
        return sum(reached for _, reached in self._resolved) / calls if calls >= QUALITY_CALLS else None

    def _drop_old(self, now: float) -> None:
        for instants in (self._sent, self._refused):
            while instants and instants[0] < now - WINDOW_SECONDS:
                instants.popleft()
        while self._resolved and self._resolved[0][0] < now - QUALITY_SECONDS:
            self._resolved.popleft()
