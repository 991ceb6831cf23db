"""How fast a trunk may go: additive up while all is well, multiplicative down when it is not.

A carrier that answers 503 above a limit which nobody has told takes exactly that limit: what it took is where
we go, a little below, and from there the steps upward are small. Pure: what came of calls in, a rate out.
"""

from __future__ import annotations

import enum
import math
from collections import deque
from dataclasses import dataclass

from fastagi_server.telephony.disposition import REACHED, Disposition
from fastagi_server.telephony.errors import BadInputError

WINDOW_SECONDS = 10.0
# What was on its way at the old rate says nothing of the new one.
SETTLING_SECONDS = 5.0
# So many refusals are no accident, from this share of the calls sent in the window on.
REFUSALS, SLOW_SHARE, HARD_SHARE = 3, 0.02, 0.10
IN_A_ROW = 5
# A carrier that fails so many of so many is not slow but broken.
BROKEN_CALLS, BROKEN_SHARE = 30, 0.30
DOWN, HARD_DOWN = 0.7, 0.5
# Of what a carrier was seen to take.
BELOW_TAKEN = 0.96
HOLD_SECONDS = 60.0
# How far one goes above what was taken, once a higher rate was refused.
SMALL_SHARE, SMALL_LEAST = 0.02, 0.1
QUALITY_CALLS, QUALITY_SECONDS = 100, 60.0
SLOWEST = 1.0
_REFUSED = frozenset({429, 503})
_SERVER_ERRORS = range(500, 600)


class Move(enum.StrEnum):
    """Why a rate changes."""

    STEP = "step"
    REFUSED = "refused"
    QUALITY = "quality"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A rate that changes, in calls per second, with the numbers that say why.

    `refused` of the calls `sent` in the last ten seconds were answered 503 or 429; `ner` is the share of the
    last minute's that reached the far end's network, None where they are too few.
    """

    move: Move
    at: float
    before: float
    after: float
    sent: int
    refused: int
    ner: float | None

    def sentence(self) -> str:
        """Say it in one line."""
        ner = "too few for NER" if self.ner is None else f"NER {self.ner:.0%}"
        return (
            f"{self.move}: from {self.before:.2f} to {self.after:.2f} calls per second; {self.refused} of "
            f"{self.sent} were answered 503 or 429, {ner}"
        )


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """How a rate rises: from `initial` by `step` each `interval` seconds up to `most` calls per second.

    It falls while the NER is below `quality`; 0 lets it go.
    """

    initial: float
    step: float
    interval: float
    most: float
    quality: float

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
        self._failed: deque[tuple[float, bool]] = deque()
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

    def resolved(
        self, *, disposition: Disposition, sip_code: int | None, at: float, retry_after: float = 0.0
    ) -> Change | None:
        """Take what came of a call; give the change of the rate where it cannot wait for the next tick."""
        refused = sip_code in _REFUSED or (not sip_code and disposition is Disposition.CONGESTED)
        self._resolved.append((at, disposition in REACHED))
        self._row = self._row + 1 if refused else 0
        if refused or sip_code in _SERVER_ERRORS:
            self._failed.append((at, refused))
        if retry_after:
            self._held_until = max(self._held_until, at + retry_after)
        if not refused or at < self._settled_at:
            return None
        self._drop_old(at)
        share = self._refusals() / max(1, len(self._sent))
        hard = share >= HARD_SHARE or self._row >= IN_A_ROW or bool(retry_after)
        if self._refusals() >= REFUSALS and (hard or share >= SLOW_SHARE):
            return self._slow_down(at, share=min(1.0, share), hard=hard)
        return None

    def is_broken(self, now: float) -> bool:
        """Say whether the carrier fails so many calls that another trunk should carry them."""
        self._drop_old(now)
        return len(self._sent) >= BROKEN_CALLS and len(self._failed) >= BROKEN_SHARE * len(self._sent)

    def tick(self, now: float) -> Change | None:
        """Rise by a step once its interval is over, or fall for quality; called about once a second."""
        self._drop_old(now)
        if self._stepped_at is None:
            self._stepped_at = now
        since = now - self._stepped_at
        if since < self._ramp.interval or now < self._held_until:
            return None
        ner = self._ner()
        if ner is not None and ner < self._ramp.quality:
            least = min(self._ramp.initial, self.rate)
            return self._change(Move.QUALITY, now, max(self.rate * DOWN, least))
        used, self._used, self._stepped_at = self._used / since, 0, now
        # What is not used is not known to be carried.
        if self.rate >= self._ramp.most or used < self.rate / 2:
            return None
        return self._change(Move.STEP, now, min(self._higher(), self._ramp.most))

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
        self._failed.clear()
        self._row = 0
        return change

    def _change(self, move: Move, at: float, after: float) -> Change:
        change = Change(
            move=move,
            at=at,
            before=self.rate,
            after=after,
            sent=len(self._sent),
            refused=self._refusals(),
            ner=self._ner(),
        )
        self.rate = after
        self._used, self._stepped_at = 0, at
        return change

    def _refusals(self) -> int:
        return sum(refused for _, refused in self._failed)

    def _ner(self) -> float | None:
        calls = len(self._resolved)
        return sum(reached for _, reached in self._resolved) / calls if calls >= QUALITY_CALLS else None

    def _drop_old(self, now: float) -> None:
        while self._sent and self._sent[0] < now - WINDOW_SECONDS:
            self._sent.popleft()
        for seen, seconds in ((self._failed, WINDOW_SECONDS), (self._resolved, QUALITY_SECONDS)):
            while seen and seen[0][0] < now - seconds:
                seen.popleft()
