"""How many calls may leave so that whoever presses the connect key finds an agent: sums alone, no clock.

A call takes an agent only if it is answered and the key pressed, so more calls may be up than agents are
free: free agents / (P(answer) x P(press)), less a margin, for presses come by chance and not by the mean.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from functools import lru_cache

# So many calls are taken for pressed before anything is known: a campaign begins with one call a free agent.
PRIOR = 5.0
# The last so many calls, roughly, are remembered: lists and hours differ.
MEMORY = 2000.0
# Sums of a queue with more agents than this are those of this many: the margin is small by then.
MOST_AGENTS = 2000
_TURNS, _NEAR = 40, 1e-9


class Stage(enum.Enum):
    """How far a call has come on its way to an agent."""

    RINGING = "ringing"
    ANSWERED = "answered"
    COMING = "coming"
    THERE = "there"


class Rates:
    """How often a campaign's calls are answered, and answered ones pressed."""

    def __init__(self) -> None:
        self._sent = self._answered = self._pressed = 0.0

    def resolved(self, *, answered: bool, pressed: bool) -> None:
        """Learn from a call that has pressed, or will not any more."""
        self._sent += 1
        self._answered += answered or pressed
        self._pressed += pressed
        if self._sent > MEMORY:
            self._sent, self._answered, self._pressed = (
                each / 2 for each in (self._sent, self._answered, self._pressed)
            )

    @property
    def answer(self) -> float:
        """The chance that a call which has left is answered."""
        return (self._answered + PRIOR) / (self._sent + PRIOR)

    @property
    def press(self) -> float:
        """The chance that an answered call presses the connect key."""
        return (self._pressed + PRIOR) / (self._answered + PRIOR)

    def chance(self, stage: Stage) -> float:
        """Give the chance that a call at this stage still comes to an agent."""
        if stage is Stage.RINGING:
            return self.answer * self.press
        return self.press if stage is Stage.ANSWERED else 0.0


@dataclass(frozen=True, kw_only=True)
class Crew:
    """A queue's members and callers now.

    `free` may take a call at once, `ringing` are being rung; who talks, wraps up, is paused or cannot be
    reached is neither. `waiting` callers are in the queue with nobody.
    """

    free: int = 0
    ringing: int = 0
    waiting: int = 0

    @property
    def spare(self) -> int:
        """Agents left once everybody who waits has one; negative where callers are left."""
        return self.free + min(self.ringing, self.waiting) - self.waiting


@dataclass(frozen=True, kw_only=True)
class Flight:
    """Calls on their way to one queue.

    `calls` have left and not pressed yet, of whom `mean` are to press; `coming` have pressed and are not in
    the queue yet.
    """

    calls: int = 0
    mean: float = 0.0
    coming: int = 0

    @property
    def all(self) -> int:
        """How many are on their way, whether they have pressed or not."""
        return self.calls + self.coming


def boldness(share: float, soft: float, hard: float) -> float:
    """Give how far beyond one call a free agent may be gone, 1 to 0, by the share that was abandoned.

    From half the soft ceiling on it falls; at the hard one it is none.
    """
    if share >= hard:
        return 0.0
    begin = soft / 2
    return 1.0 if share <= begin else (hard - share) / (hard - begin)


def may_leave(*, crew: Crew, flight: Flight, chance: float, bold: float, soft: float) -> bool:
    """Say whether one more call, which presses with this chance, may leave now.

    One a spare agent always may. Beyond that the mean of presses must be so low that at most the soft
    ceiling's share of them finds nobody, less where the meter is near it.
    """
    agents = crew.spare - flight.coming
    if flight.calls < agents:
        return True
    if agents <= 0 or bold <= 0.0:
        return False
    return flight.mean + chance <= most_presses(min(agents, MOST_AGENTS), round(soft * bold, 4))


@lru_cache(maxsize=4096)
def most_presses(agents: int, share: float) -> float:
    """Give the greatest mean of presses, coming by chance, of which at most this share finds no agent."""
    if agents <= 0 or share <= 0.0:
        return 0.0
    mean = float(agents)
    # Newton's steps: what is left over is convex in the mean, so they come from above and do not go past it.
    for _ in range(_TURNS):
        left_over, slope = _left_over(mean, agents)
        excess = left_over - share * mean
        if excess <= _NEAR * mean:
            break
        mean -= excess / (slope - share)
    return mean


def _left_over(mean: float, agents: int) -> tuple[float, float]:
    """Give how many presses find no agent on average, and by how much more of one that grows with the mean.

    They come as a Poisson number with this mean, which is at most the agents; summed from there upwards,
    where each chance is smaller than the one before.
    """
    chance = math.exp(agents * math.log(mean) - mean - math.lgamma(agents + 1))
    left_over, tail, beyond = 0.0, chance, 0
    while chance * (beyond + 1) > _NEAR * left_over and chance > 0.0:
        beyond += 1
        chance *= mean / (agents + beyond)
        left_over += beyond * chance
        tail += chance
    return left_over, tail
