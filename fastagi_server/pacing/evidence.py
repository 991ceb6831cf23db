"""How much counts prove: of a few calls only what is far off proves anything, of thousands a little does."""

from __future__ import annotations

import math

# A window proves what so large a share of windows would show by chance.
BY_CHANCE = 1e-5
_NATS = -math.log(BY_CHANCE)


def apart(p: float, q: float) -> float:
    """Give how far a share is from a rate, in nats a call (Kullback and Leibler's divergence)."""
    if p <= 0:
        return -math.log1p(-q)
    if p >= 1:
        return -math.log(q)
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def weight(*, yes: bool, fallen: float, usual: float) -> float:
    """Give how much better a fallen rate explains one call than the usual rate, in nats."""
    return math.log(fallen / usual) if yes else math.log((1 - fallen) / (1 - usual))


def is_above(count: int, of: int, rate: float) -> bool:
    """Say whether so many of so many prove a rate that is higher (Chernoff's bound)."""
    return of > 0 and count / of > rate and of * apart(count / of, rate) >= _NATS


def is_below(count: int, of: int, rate: float) -> bool:
    """Say whether so few of so many prove a rate that is lower."""
    return of > 0 and count / of < rate and of * apart(count / of, rate) >= _NATS
