"""What a list of instants proves of a rate: the most in any sliding second, the mean, the gaps."""

from __future__ import annotations

from collections.abc import Sequence


def most_in_a_second(instants: Sequence[float]) -> int:
    """Give the most instants in any half-open second [t, t + 1)."""
    ordered = sorted(instants)
    most = first = 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def mean_rate(instants: Sequence[float]) -> float:
    """Give the mean rate between the first and the last instant; 0 for fewer than two."""
    if len(instants) < 2:  # noqa: PLR2004 - one instant has no rate
        return 0.0
    span = max(instants) - min(instants)
    return (len(instants) - 1) / span if span else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below or at which that share of the values lies (nearest rank); 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = max(0, -(-len(ordered) * share // 1) - 1)
    return ordered[int(rank)]
