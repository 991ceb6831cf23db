"""The emergency brake: evidence, call by call, that success has fallen under the threshold.

A share of a window is either slow or wrong: at a steady 15 %, any window short enough to stop within seconds
is under 10 % several times a day. So what is weighed is how much better each resolved call is explained by a
rate below the threshold than by the rate that was usual before (a cumulative sum of log-likelihood ratios,
Page 1954). The further the fall, the sooner the proof. Pure: calls and instants in, a state out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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
_TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much one call weighs for a rate under the threshold, against the usual rate."""

    failed: float
    succeeded: float


def weigh(usual: float, threshold: float) -> Weights:
    """Give the weights with which a rate exactly at the threshold proves nothing either way."""
    fallen = _fallen(usual, threshold)
    return Weights(
        failed=weight(yes=False, fallen=fallen, usual=usual),
        succeeded=weight(yes=True, fallen=fallen, usual=usual),
    )


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
        self.why = Why(standing=Standing.FREE, reason=Reason.SUCCESS, at=0.0)
        self._forget()

    @property
    def standing(self) -> Standing:
        """Whether calls may leave."""
        return self.why.standing

    def resolved(self, *, succeeded: bool, at: float) -> Why | None:
        """Weigh one call that is resolved; give why the standing changes, None while it does not."""
        if not self._threshold or self.standing is Standing.STOPPED:
            return None
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
            return self._turn(Standing.STOPPED, at)
        return None

    def tick(self, now: float) -> Why | None:
        """Begin to probe once the hold is over."""
        held = self.standing is Standing.STOPPED
        return self._turn(Standing.PROBING, now) if held and now - self.why.at >= self._hold else None

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

    def _probed(self, at: float) -> Why | None:
        if self._sum <= -math.log(FREES):
            return self._turn(Standing.FREE, at)
        if self._sum >= math.log(IN_VAIN):
            return self._turn(Standing.STOPPED, at)
        return None

    def _turn(self, standing: Standing, at: float) -> Why:
        says = {
            "resolved": self._calls,
            "succeeded": self._good,
            "share": self._good / self._calls if self._calls else 0.0,
            "usual": self.usual,
            "threshold": self._threshold,
        }
        # What says why it was stopped stays while it is not weighed anew.
        self.why = replace(self.why, standing=standing, at=at, says=says if self._calls else self.why.says)
        self._forget()
        return self.why

    def _learn(self, *, succeeded: bool) -> None:
        """Let what happens become usual, slowly, and not while a fall is being weighed."""
        self._seen += 1
        if self._seen > USUAL_CALLS // 10 and self._sum > self._proof / 4:
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
