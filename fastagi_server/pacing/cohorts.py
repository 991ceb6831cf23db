"""Calls by when they were sent, and what those that still ring may yet become.

Failures come in a second or after half a minute, answers in between: of what is resolved at any instant after
a start, a stop or a change, one kind is missing. Among the calls of the same half second none is, once those
that ring are counted for what they may be. Pure: instants and ends in, counts out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

PART_SECONDS = 0.5
# Longer than a trunk may let ring: who is not resolved by then never is, and nothing is learned of him.
LONGEST_SECONDS = 130.0
_BINS = int(LONGEST_SECONDS / PART_SECONDS)
# Until this many ends are known of each kind, a ringing call is one that will be answered, for half a minute.
_PRIOR, _PRIOR_BINS = 10, int(30.0 / PART_SECONDS)
# So many ends are remembered; then half of each is forgotten.
REMEMBERED = 4_000


class Cohort:
    """The calls that were sent within half a second from `begin` on."""

    __slots__ = ("bad", "begin", "good", "sent")

    def __init__(self, begin: float) -> None:
        self.begin = begin
        self.sent = 0
        # The ages at which calls succeeded and failed, in parts.
        self.good: list[int] = []
        self.bad: list[int] = []

    @property
    def ringing(self) -> int:
        """How many are not resolved."""
        return self.sent - len(self.good) - len(self.bad)


class Cohorts:
    """The calls of one scope that are young, oldest first."""

    def __init__(self) -> None:
        self._open: dict[int, Cohort] = {}

    def __iter__(self) -> Iterator[Cohort]:
        """Give those that are not ripe."""
        return iter(self._open.values())

    def sent(self, at: float) -> None:
        """Take note that a call left."""
        key = int(at // PART_SECONDS)
        cohort = self._open.get(key)
        if cohort is None:
            cohort = self._open[key] = Cohort(at)
        cohort.sent += 1

    def resolved(self, sent: float, at: float, *, good: bool) -> None:
        """Take note of what became of a call that was sent then; a ripe cohort's late ones are nobody's."""
        cohort = self._open.get(int(sent // PART_SECONDS))
        if cohort is not None and cohort.ringing:
            (cohort.good if good else cohort.bad).append(_age(at - sent))

    def dropped(self, sent: float) -> None:
        """Take note that nobody will know what became of a call that was sent then."""
        cohort = self._open.get(int(sent // PART_SECONDS))
        if cohort is not None and cohort.ringing:
            cohort.sent -= 1

    def ripe(self, now: float) -> Iterator[Cohort]:
        """Take out those of which everything is known that ever will be, in their order."""
        while self._open:
            key, first = next(iter(self._open.items()))
            if now - first.begin < (LONGEST_SECONDS if first.ringing else PART_SECONDS):
                return
            del self._open[key]
            yield first

    def clear(self) -> None:
        """Forget all."""
        self._open.clear()


class Ages:
    """How long calls usually ring before they succeed or fail: so what one that still rings speaks for."""

    def __init__(self) -> None:
        self._good = [0] * _BINS
        self._bad = [0] * _BINS
        self._known = 0
        self._left: tuple[list[float], list[float]] | None = None

    def learn(self, cohort: Cohort) -> None:
        """Let the ends of a ripe cohort become usual."""
        for counts, ages in ((self._good, cohort.good), (self._bad, cohort.bad)):
            for age in ages:
                counts[age] += 1
        self._known += len(cohort.good) + len(cohort.bad)
        if self._known > REMEMBERED:
            for counts in (self._good, self._bad):
                counts[:] = [count // 2 for count in counts]
            self._known = sum(self._good) + sum(self._bad)
        self._left = None

    def weight(self, age: float, *, fallen: float, usual: float) -> float:
        """Give how much better a fallen rate explains a call that still rings at this age, in nats.

        It is never more than 0: nobody has failed who may still answer.
        """
        if self._left is None:
            self._left = _left(self._good, _PRIOR), _left(self._bad, 0, _PRIOR)
        part = _age(age)
        good, bad = self._left[0][part], self._left[1][part]
        then, before = (rate * good + (1 - rate) * bad for rate in (fallen, usual))
        return min(0.0, math.log(then / before)) if before > 0 else 0.0


def _age(seconds: float) -> int:
    return min(_BINS - 1, max(0, int(seconds / PART_SECONDS)))


def _left(counts: list[int], early: int, more: int = 0) -> list[float]:
    """Give the share that still rings at each age; `early` more of the first half minute's do."""
    all_of_them = sum(counts) + early + more
    left, rest = [], sum(counts)
    for part, count in enumerate(counts):
        still = rest + (early if part < _PRIOR_BINS else 0)
        left.append(still / all_of_them if all_of_them else 0.0)
        rest -= count
    return left
