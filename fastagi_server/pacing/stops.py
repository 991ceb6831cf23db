"""Stops by shares: too many of a window's calls are of a kind, or the share of another kind has halved.

A share alone would stop by accident where calls are few: each also has to prove that it is no half of the
limit which chance has doubled (evidence.py). Pure: what came of calls in, a standing out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

from fastagi_server.pacing.counts import Last, Span
from fastagi_server.pacing.evidence import is_above, is_below
from fastagi_server.pacing.why import Reason, Says, Standing, Why

# A limit is passed when the share is, and a true share of half the limit is ruled out.
HALF = 0.5
# A share has halved when half is measured, and three quarters are ruled out.
RULED_OUT = 0.75
# So many calls tell whether the cause is gone.
PROBES = 20
# What is usual is the mean of about so many answers, and not believed before so many.
USUAL_ANSWERS, FEWEST_ANSWERS = 5_000, 500


class Evidence(Protocol):
    """What is counted, and what it proves."""

    def sent(self, at: float) -> None:
        """Take note that a call left."""
        ...

    def seen(self, *, yes: bool, at: float) -> None:
        """Count one call more."""
        ...

    def proof(self, at: float) -> Says | None:
        """Give the numbers that prove that something is wrong, None where they do not."""
        ...

    def is_wrong(self, count: int, of: int) -> bool:
        """Say whether so many of the few that probe show that it still is."""
        ...

    def clear(self, *, anew: bool) -> None:
        """Forget what was counted; `anew` forgets what was usual too."""
        ...

    def restore(self, says: Says) -> None:
        """Know what was usual when it was stopped, as it was said then."""
        ...


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most that a share may be, 0 for never, of at least `calls` within `seconds`."""

    share: float
    calls: int
    seconds: float = 0.0


class TooMany:
    """A share of the calls of the last seconds that is over its limit."""

    def __init__(self, limit: Limit, **says: float) -> None:
        self._limit = limit
        self._says = says
        self._span = Span(limit.seconds)

    def sent(self, at: float) -> None:
        """Take note that a call left: of few that are resolved early the share would be of nothing."""
        self._span.add(at, sent=1)

    def seen(self, *, yes: bool, at: float) -> None:
        """Count one call more."""
        self._span.add(at, count=yes, of=1)

    def proof(self, at: float) -> Says | None:
        """Give the numbers where the limit is passed."""
        self._span.forget(at)
        count, of = self._span.count, max(self._span.of, self._span.sent)
        return _over(self._limit, count, of, {"seconds": self._limit.seconds, **self._says})

    def is_wrong(self, count: int, of: int) -> bool:  # noqa: ARG002 - the others' shape
        """Say whether so many of the few that probe are over the limit."""
        return count >= max(1.0, self._limit.share * PROBES)

    def clear(self, *, anew: bool) -> None:  # noqa: ARG002 - the others' shape
        """Forget what was counted."""
        self._span.clear()

    def restore(self, says: Says) -> None:
        """Know nothing more: what is usual has no part in it."""


class TooManyOfLast:
    """A share of the last calls that is over its limit, however long they took."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        # Of more than the fewest a smaller excess is proved.
        self._last = Last(limit.calls * 5)

    def sent(self, at: float) -> None:
        """Take no note of what left: only what came of it counts."""

    def seen(self, *, yes: bool, at: float) -> None:  # noqa: ARG002 - the others' shape
        """Count one call more."""
        self._last.add(yes=yes)

    def proof(self, at: float) -> Says | None:  # noqa: ARG002 - the others' shape
        """Give the numbers where the limit is passed."""
        return _over(self._limit, self._last.count, self._last.of, {})

    def is_wrong(self, count: int, of: int) -> bool:  # noqa: ARG002 - the others' shape
        """Say whether so many of the few that probe are over the limit."""
        return count >= max(2.0, self._limit.share * PROBES)

    def clear(self, *, anew: bool) -> None:  # noqa: ARG002 - the others' shape
        """Forget what was counted."""
        self._last.clear()

    def restore(self, says: Says) -> None:
        """Know nothing more: what is usual has no part in it."""


class Halved:
    """A share of the last answers that has fallen to a part of what was usual in the thousands before."""

    def __init__(self, *, part: float, answers: int) -> None:
        self._part = part
        self._last = Last(answers)
        self.usual = 0.0
        self._learned = 0

    def sent(self, at: float) -> None:
        """Take no note of what left: only what came of it counts."""

    def seen(self, *, yes: bool, at: float) -> None:  # noqa: ARG002 - the others' shape
        """Count one more; what leaves the last ones is what was usual."""
        gone = self._last.add(yes=yes)
        if gone is not None:
            self._learned += 1
            self.usual += (gone - self.usual) / min(self._learned, USUAL_ANSWERS)

    def proof(self, at: float) -> Says | None:  # noqa: ARG002 - the others' shape
        """Give the numbers where it has fallen."""
        count, of = self._last.count, self._last.of
        if not self._part or not self._last.is_full or self._learned < FEWEST_ANSWERS:
            return None
        fallen = count <= self.usual * self._part * of
        if fallen and is_below(count, of, self.usual * RULED_OUT):
            return {"count": count, "of": of, "share": count / of, "usual": self.usual}
        return None

    def is_wrong(self, count: int, of: int) -> bool:
        """Say whether so few are missing among those that probe: they cannot be usual any more."""
        return of - count > PROBES * (1 - self.usual * self._part)

    def clear(self, *, anew: bool) -> None:
        """Forget the last ones, and with `anew` what was usual."""
        self._last.clear()
        if anew:
            self.usual, self._learned = 0.0, 0

    def restore(self, says: Says) -> None:
        """Know what was usual: without it any few that try would do."""
        self.usual, self._learned = float(says.get("usual", 0.0)), FEWEST_ANSWERS


class Stop:
    """One scope's stop for one reason; without `operator` it probes once its hold is over."""

    def __init__(
        self, *, reason: Reason, evidence: Evidence, hold_seconds: float, operator: bool = False
    ) -> None:
        self._evidence = evidence
        self._hold = hold_seconds
        self._count = self._of = 0
        # Calls that were sent before the last turn say nothing of what is now.
        self._since = -math.inf
        self.why = Why(standing=Standing.FREE, reason=reason, at=0.0, operator=operator)

    @property
    def standing(self) -> Standing:
        """Whether calls may leave."""
        return self.why.standing

    def sent(self, at: float) -> None:
        """Take note that a call left."""
        self._evidence.sent(at)

    def seen(self, *, yes: bool, at: float, sent: float | None = None) -> Why | None:
        """Count what came of a call; give why the standing changes, None while it does not.

        `sent` is when it was sent, None where that is not known: such a call was not sent to try.
        """
        if self.standing is Standing.STOPPED or (sent is not None and sent < self._since):
            return None
        if self.standing is Standing.PROBING:
            return None if sent is None else self._probed(at, yes=yes)
        self._evidence.seen(yes=yes, at=at)
        says = self._evidence.proof(at)
        return None if says is None else self._turn(Standing.STOPPED, at, says)

    def tick(self, now: float) -> Why | None:
        """Begin to probe once the hold is over, where that needs no operator."""
        held = self.standing is Standing.STOPPED and not self.why.operator
        return self._turn(Standing.PROBING, now) if held and now - self.why.at >= self._hold else None

    def release(self, now: float) -> Why | None:
        """Let calls leave again because an operator says so: what is usual now is learned anew."""
        if self.standing is Standing.FREE:
            return None
        self._evidence.clear(anew=True)
        return self._turn(Standing.FREE, now)

    def restore(self, why: Why) -> None:
        """Stand as it stood when it was kept."""
        self.why = why
        self._evidence.restore(why.says)

    def _probed(self, at: float, *, yes: bool) -> Why | None:
        self._count += yes
        self._of += 1
        if self._evidence.is_wrong(self._count, self._of):
            return self._turn(Standing.STOPPED, at)
        return self._turn(Standing.FREE, at) if self._of >= PROBES else None

    def _turn(self, standing: Standing, at: float, says: Says | None = None) -> Why:
        """Turn; what says why it was stopped stays until it is stopped for something else."""
        self._count = self._of = 0
        self._since = at
        self._evidence.clear(anew=False)
        self.why = replace(self.why, standing=standing, at=at, says=self.why.says if says is None else says)
        return self.why


def _over(limit: Limit, count: int, of: int, says: Says) -> Says | None:
    if not limit.share or of < limit.calls or count < limit.share * of:
        return None
    if not is_above(count, of, limit.share * HALF):
        return None
    return {"count": count, "of": of, "share": count / of, "most": limit.share, **says}
