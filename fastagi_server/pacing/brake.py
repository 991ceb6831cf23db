"""The emergency brake: evidence, call by call, that success has fallen under the threshold.

A share of a window is either slow or wrong: at a steady 15 %, any window short enough to stop within seconds
is under 10 % several times a day. So what is weighed is how much better each resolved call is explained by a
rate below the threshold than by the rate that was usual before (a cumulative sum of log-likelihood ratios,
Page 1954). The further the fall, the sooner the proof. Calls are weighed in the order in which they were
sent, those that still ring for what they may become (cohorts.py). Pure: calls and instants in, a state out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fastagi_server.pacing.cohorts import LONGEST_SECONDS, Ages, Cohort, Cohorts
from fastagi_server.pacing.evidence import apart, weight
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony.errors import BadInputError

# What is usual is the mean of about so many calls; a fall must not become usual before it is noticed.
USUAL_CALLS = 2_000
# What is usual is believed between these multiples of the threshold.
LEAST_USUAL, MOST_USUAL = 1.5, 6.0
# The proof that stops: at the least usual rate, at most one false stop in so many resolved calls.
FALSE_STOP_CALLS = 1e8
# The proof that frees, and the one that says that probing on is in vain.
FREES, IN_VAIN = 20.0, 20.0
MINIMUM = 50
# Beyond each failure's, so often is weighed anew what rings.
LOOK_SECONDS = 0.2
_TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much one call weighs for a rate under the threshold, `fallen`, against the usual rate."""

    failed: float
    succeeded: float
    fallen: float
    usual: float


def weigh(usual: float, threshold: float) -> Weights:
    """Give the weights with which a rate exactly at the threshold proves nothing either way."""
    fallen = _fallen(usual, threshold)
    return Weights(
        failed=weight(yes=False, fallen=fallen, usual=usual),
        succeeded=weight(yes=True, fallen=fallen, usual=usual),
        fallen=fallen,
        usual=usual,
    )


@dataclass(frozen=True, kw_only=True)
class _Sum:
    """Calls in a row: how many of them are resolved, and how many of these succeeded."""

    calls: int
    good: int


def _fallen(usual: float, threshold: float) -> float:
    """Give the rate that a share at the threshold tells from the threshold as well as from the usual rate."""
    wanted = apart(threshold, usual)
    low, high = _TINY, threshold
    for _ in range(60):
        middle = (low + high) / 2
        if apart(threshold, middle) > wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class Brake:
    """One scope's brake: a campaign's, a country's, a trunk's or a caller ID's."""

    def __init__(
        self,
        *,
        threshold: float,
        hold_seconds: float,
        minimum: int = MINIMUM,
        false_stop_calls: float = FALSE_STOP_CALLS,
    ) -> None:
        if not 0 <= threshold < 1 / LEAST_USUAL:
            raise BadInputError(
                field="threshold", value=threshold, expected=f"0 (never) to less than {1 / LEAST_USUAL:.2f}"
            )
        self._threshold = threshold
        self._hold = hold_seconds
        self._minimum = minimum
        self._proof = math.log(false_stop_calls)
        self._usual = 0.0
        self._seen = 0
        self._weights: dict[int, Weights] = {}
        self._cohorts = Cohorts()
        self._ages = Ages()
        # Calls that were sent before the last turn say nothing of what is now.
        self._since = -math.inf
        self._look_at = -math.inf
        self.why = Why(standing=Standing.FREE, reason=Reason.SUCCESS, at=0.0)
        self._forget()

    @property
    def standing(self) -> Standing:
        """Whether calls may leave."""
        return self.why.standing

    def sent(self, at: float) -> None:
        """Take note that a call left."""
        if self._threshold and self.standing is not Standing.STOPPED:
            self._cohorts.sent(at)

    def resolved(self, *, succeeded: bool, at: float, sent: float | None = None) -> Why | None:
        """Weigh one call that is resolved; give why the standing changes, None while it does not.

        `sent` is when it was sent; without it calls are weighed in the order in which they are told.
        """
        if not self._threshold or self.standing is Standing.STOPPED:
            return None
        if sent is None:
            return self._in_order(succeeded=succeeded, at=at)
        if sent < self._since:
            return None
        self._cohorts.resolved(sent, at, good=succeeded)
        if self.standing is Standing.PROBING:
            return self._probed(at)
        return None if succeeded or at < self._look_at else self._look(at)

    def dropped(self, sent: float) -> None:
        """Take note that nobody will know what became of a call that was sent then."""
        if sent >= self._since:
            self._cohorts.dropped(sent)

    def tick(self, now: float) -> Why | None:
        """Begin to probe once the hold is over; weigh anew what still rings."""
        match self.standing:
            case Standing.STOPPED:
                return self._turn(Standing.PROBING, now) if now - self.why.at >= self._hold else None
            case Standing.PROBING:
                return self._probed(now)
        return self._look(now)

    def release(self, now: float) -> Why | None:
        """Let calls leave again because an operator says so; what was usual is kept."""
        return None if self.standing is Standing.FREE else self._turn(Standing.FREE, now)

    def restore(self, why: Why) -> None:
        """Stand as it stood when it was kept."""
        self.why = why

    @property
    def usual(self) -> float:
        """The share that is usual, as far as it is believed."""
        return min(max(self._usual, self._threshold * LEAST_USUAL), self._threshold * MOST_USUAL, 0.95)

    def _in_order(self, *, succeeded: bool, at: float) -> Why | None:
        weights = self._weighed()
        self._sum += weights.succeeded if succeeded else weights.failed
        self._calls += 1
        self._good += succeeded
        if self.standing is Standing.PROBING:
            return self._probed(at)
        self._learn(succeeded=succeeded)
        if self._sum <= 0:
            self._forget()
        elif self._sum >= self._proof and self._calls >= self._minimum:
            return self._look(at)
        return None

    def _look(self, at: float) -> Why | None:
        """Stop where calls that were sent in a row prove it."""
        self._look_at = at + LOOK_SECONDS
        for cohort in self._cohorts.ripe(at):
            self._ripened(cohort)
        # What rings can only speak against it.
        if self._proved(None) is None:
            return None
        found = self._proved(at)
        return None if found is None else self._turn(Standing.STOPPED, at, found)

    def _proved(self, at: float | None) -> _Sum | None:
        """Give the calls in a row that prove it, those that still ring too where an instant is given.

        The youngest need not be among them: they ring, and would have all others wait for what they become.
        """
        weights = self._weighed()
        proof, calls, good = self._sum, self._calls, self._good
        for cohort in (None, *self._cohorts):
            if cohort is not None:
                proof += self._weight(cohort, weights)
                proof += 0.0 if at is None else self._of_ringing(cohort, weights, at)
                calls += len(cohort.good) + len(cohort.bad)
                good += len(cohort.good)
            if proof <= 0:
                proof, calls, good = 0.0, 0, 0
            elif proof >= self._proof and calls >= self._minimum:
                return _Sum(calls=calls, good=good)
        return None

    def _weight(self, cohort: Cohort, weights: Weights) -> float:
        return len(cohort.good) * weights.succeeded + len(cohort.bad) * weights.failed

    def _of_ringing(self, cohort: Cohort, weights: Weights, at: float) -> float:
        if not cohort.ringing:
            return 0.0
        age = at - cohort.begin
        return cohort.ringing * self._ages.weight(age, fallen=weights.fallen, usual=weights.usual)

    def _ripened(self, cohort: Cohort) -> None:
        self._sum += self._weight(cohort, self._weighed())
        if self._sum <= 0:
            self._forget()
        else:
            self._calls += len(cohort.good) + len(cohort.bad)
            self._good += len(cohort.good)
        if self._learns:
            self._ages.learn(cohort)
        for succeeded, ages in ((True, cohort.good), (False, cohort.bad)):
            for _ in ages:
                self._learn(succeeded=succeeded)

    def _probed(self, at: float) -> Why | None:
        """Judge by the calls that were sent to try: to be freed by those that ring as if they failed."""
        weights = self._weighed()
        proof, doubt, fear = self._sum, 0.0, 0.0
        calls, good = self._calls, self._good
        for cohort in self._cohorts:
            proof += self._weight(cohort, weights)
            doubt += self._of_ringing(cohort, weights, at)
            if at - cohort.begin < LONGEST_SECONDS:
                fear += cohort.ringing * weights.failed
            calls += len(cohort.good) + len(cohort.bad)
            good += len(cohort.good)
        found = _Sum(calls=calls, good=good)
        if proof + fear <= -math.log(FREES):
            return self._turn(Standing.FREE, at, found)
        if proof + doubt >= math.log(IN_VAIN):
            return self._turn(Standing.STOPPED, at, found)
        return None

    def _turn(self, standing: Standing, at: float, found: _Sum | None = None) -> Why:
        says = self.why.says
        # What says why it was stopped stays while it is not weighed anew.
        if found and found.calls:
            says = {
                "resolved": found.calls,
                "succeeded": found.good,
                "share": found.good / found.calls,
                "usual": self.usual,
                "threshold": self._threshold,
            }
        self.why = replace(self.why, standing=standing, at=at, says=says)
        self._since = at
        self._cohorts.clear()
        self._forget()
        return self.why

    @property
    def _learns(self) -> bool:
        """Whether what happens becomes usual: not while a fall is being weighed."""
        return self._seen <= USUAL_CALLS // 10 or self._sum <= self._proof / 4

    def _learn(self, *, succeeded: bool) -> None:
        """Let what happens become usual, slowly."""
        self._seen += 1
        if not self._learns:
            return
        self._usual += (succeeded - self._usual) / min(self._seen, USUAL_CALLS)

    def _forget(self) -> None:
        self._sum = 0.0
        self._calls = 0
        self._good = 0

    def _weighed(self) -> Weights:
        """Give the weights of what is usual; while calls probe, the least usual is enough to be free."""
        least = self._threshold * LEAST_USUAL
        usual = self.usual if self.standing is Standing.FREE and self._seen >= self._minimum else least
        key = round(usual * 100)
        if key not in self._weights:
            self._weights[key] = weigh(max(key / 100, least), self._threshold)
        return self._weights[key]
