"""How many of those who pressed the connect key were abandoned: in the last hour, and in thirty days.

Counted in buckets of five minutes; instants are Unix seconds. docs/decisions/0032 says who is abandoned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BUCKET_SECONDS = 300
HOUR, DAYS = 3600, 30 * 86400


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Presses of the connect key whose wait is over, and how many of them were abandoned."""

    pressed: int = 0
    abandoned: int = 0

    @property
    def share(self) -> float:
        """The share that was abandoned; 0 where nobody pressed."""
        return self.abandoned / self.pressed if self.pressed else 0.0


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Presses of one bucket, which began at `since`."""

    since: float
    tally: Tally


def is_abandoned(
    *, pressed_at: float, agent_at: float | None, ended_at: float, left: bool, most: float
) -> bool:
    """Say whether whoever pressed was abandoned; `left` is whether they hung up by themselves.

    `agent_at` is when the agent who took the call began to ring, None where nobody took it; `most` is for how
    many seconds nobody need be there.
    """
    if agent_at is not None:
        return agent_at - pressed_at > most
    return not left or ended_at - pressed_at > most


class Meter:
    """The abandonment of one campaign."""

    def __init__(self) -> None:
        self._buckets: dict[int, list[int]] = {}
        self._whole = [0, 0]
        # Before this bucket none is left.
        self._first = 0

    def load(self, known: Iterable[Counted]) -> None:
        """Begin with what the records say, in place of everything that is known."""
        self._buckets.clear()
        self._whole, self._first = [0, 0], 0
        for each in known:
            self._add(each.since, each.tally.pressed, each.tally.abandoned)

    def take(self, *, abandoned: bool, at: float) -> None:
        """Count one whose wait is over."""
        self._add(at, 1, int(abandoned))

    def of_days(self, now: float) -> Tally:
        """Give the tally of thirty days."""
        first = int(now - DAYS) // BUCKET_SECONDS
        gone = [key for key in self._buckets if key < first] if first != self._first else ()
        self._first = first
        for key in gone:
            pressed, abandoned = self._buckets.pop(key)
            self._whole[0] -= pressed
            self._whole[1] -= abandoned
        return Tally(pressed=self._whole[0], abandoned=self._whole[1])

    def of_hour(self, now: float) -> Tally:
        """Give the tally of the last hour, to five minutes."""
        newest = int(now) // BUCKET_SECONDS
        last = range(newest - HOUR // BUCKET_SECONDS, newest + 1)
        found = [self._buckets[key] for key in last if key in self._buckets]
        return Tally(pressed=sum(each[0] for each in found), abandoned=sum(each[1] for each in found))

    def worst(self, now: float) -> float:
        """Give the share that decides: the hour's, or that of thirty days if one more were abandoned.

        One more, for those who are on their way may be: so after the first 33 there is room for one.
        """
        days, hour = self.of_days(now), self.of_hour(now)
        return max(hour.share, (days.abandoned + 1) / (days.pressed + 1))

    def _add(self, at: float, pressed: int, abandoned: int) -> None:
        key = int(at) // BUCKET_SECONDS
        if key < self._first:
            self._first = 0
        bucket = self._buckets.setdefault(key, [0, 0])
        for counts in (bucket, self._whole):
            counts[0] += pressed
            counts[1] += abandoned
