"""Caller IDs whose answers have collapsed while the others of their country go on: blocked, or called spam.

Each call of a caller ID is weighed as the brake does it: is a part of what the country usually has a better
explanation? A few numbers are kept of each, in one integer, and only while something speaks against it.
"""

from __future__ import annotations

import math

from fastagi_server.pacing.evidence import is_below, weight
from fastagi_server.pacing.why import Says

# What is usual in the country is the mean of about so many calls, and known after half of them.
USUAL_CALLS = 2_000
# At most one caller ID is set aside for nothing in so many calls, and none after fewer calls of its own.
FALSE_CALLS, FEWEST = 1e8, 30
# The others go on: so many calls of theirs meanwhile, of which at least this part of the usual was answered.
OTHERS, GO_ON = 100, 0.7
# And the caller ID is under so much of theirs, at the odds of the other stops.
RULED_OUT = 0.75
# Where everybody answers, one who does not is no proof.
LEAST_USUAL, MOST_USUAL = 0.05, 0.95
WHY = "{count} of its last {of} calls were answered ({share:.1%}), {usual:.1%} of the others'"
# One integer: the evidence in 1/256 nats, calls and answers, and what the country had when it began.
_SCALE, _SMALL, _LARGE = 256, 16, 40
_SMALL_MASK, _LARGE_MASK = (1 << _SMALL) - 1, (1 << _LARGE) - 1


class Collapse:
    """The caller IDs of one country; one of which a `part` of the usual is proved has collapsed."""

    def __init__(self, part: float) -> None:
        self._part = part
        self._proof = math.log(FALSE_CALLS)
        self._usual = 0.0
        self._calls = self._answers = 0
        self._against: dict[int, int] = {}

    def __len__(self) -> int:
        """Against how many something speaks."""
        return len(self._against)

    def seen(self, number: str, *, answered: bool) -> Says | None:
        """Weigh a call that showed a number in E.164; give the figures where it has collapsed."""
        before = self._calls, self._answers
        self._calls += 1
        self._answers += answered
        usual = min(max(self._usual, LEAST_USUAL), MOST_USUAL)
        self._usual += (answered - self._usual) / min(self._calls, USUAL_CALLS)
        if not self._part or self._calls < USUAL_CALLS // 2:
            return None
        key = int(number.lstrip("+"))
        against, calls, good, began = _unpacked(self._against.get(key), before)
        fallen = usual * self._part
        against += weight(yes=answered, fallen=fallen, usual=usual)
        calls, good = min(calls + 1, _SMALL_MASK), min(good + answered, _SMALL_MASK)
        if against <= 0:
            self._against.pop(key, None)
            return None
        self._against[key] = _packed(against, calls, good, began)
        if against < self._proof or calls < FEWEST:
            return None
        return self._judged(key, calls, good, began, usual)

    def _judged(self, key: int, calls: int, good: int, began: tuple[int, int], usual: float) -> Says | None:
        """Compare with the others in the same time; where they are too few, what was said stands."""
        others = self._calls - began[0] - calls
        if others < OTHERS:
            return None
        share = (self._answers - began[1] - good) / others
        if share >= usual * GO_ON and not is_below(good, calls, share * RULED_OUT):
            return None  # what was usual is not any more, and the others are hardly better
        del self._against[key]
        if share < usual * GO_ON:
            return None  # the country has fallen, and not this caller ID
        return {"count": good, "of": calls, "share": good / calls, "usual": share}


def _packed(against: float, calls: int, good: int, began: tuple[int, int]) -> int:
    evidence = min(int(against * _SCALE), _SMALL_MASK)
    small = (evidence << _SMALL | calls) << _SMALL | good
    return (small << _LARGE | began[0] & _LARGE_MASK) << _LARGE | began[1] & _LARGE_MASK


def _unpacked(kept: int | None, before: tuple[int, int]) -> tuple[float, int, int, tuple[int, int]]:
    if kept is None:
        return 0.0, 0, 0, before
    began = (kept >> _LARGE & _LARGE_MASK, kept & _LARGE_MASK)
    small = kept >> 2 * _LARGE
    calls, good = small >> _SMALL & _SMALL_MASK, small & _SMALL_MASK
    return (small >> 2 * _SMALL) / _SCALE, calls, good, began
