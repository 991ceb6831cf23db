"""What came of a campaign, in the guide's figures. Pure: timings in, figures out.

Success rate is NER (ITU-T E.425): attempts that reached the far end's network, busy and no answer included.
Setup is from the Originate to the first ring, or to the answer where nothing rang.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastagi_server.pacing.proof import mean_rate, most_in_a_second, percentile
from fastagi_server.telephony.campaign import Timing
from fastagi_server.telephony.disposition import NOT_SENT, REACHED


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts and shares of some attempts; `shares` are of 1."""

    attempted: int
    succeeded: int
    failed: int
    answered: int
    dispositions: dict[str, int]

    @property
    def ner(self) -> float:
        """Attempts that reached the far end's network ÷ attempts."""
        return self.succeeded / self.attempted if self.attempted else 0.0

    @property
    def asr(self) -> float:
        """Answers ÷ attempts."""
        return self.answered / self.attempted if self.attempted else 0.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole report; seconds and calls per second unless the name says otherwise.

    `not_sent` counts the calls that were begun and never left; they are in no other figure.
    """

    total: Figures
    not_sent: int
    countries: dict[str, Figures]
    began_at: float
    ended_at: float
    mean_cps: float
    most_cps: int
    setup_mean: float
    setup_p95: float
    setup_p99: float
    most_at_once: int
    late_p50: float
    late_p99: float


def report(timings: Sequence[Timing]) -> Report:
    """Make the report; what failed before it was ordered counts as failed and is not in the rates."""
    tried = [each for each in timings if each.ordered_at is not None or each.disposition not in NOT_SENT]
    ordered = [each.ordered_at for each in tried if each.ordered_at is not None]
    setups = [setup for each in tried if (setup := _setup(each)) is not None]
    late = [each.ordered_at - each.planned_at for each in tried if each.ordered_at is not None]
    by_country: dict[str, list[Timing]] = {}
    for each in tried:
        by_country.setdefault(each.country, []).append(each)
    return Report(
        total=figures(tried),
        not_sent=len(timings) - len(tried),
        countries={slug: figures(by_country[slug]) for slug in sorted(by_country)},
        began_at=min(ordered, default=0.0),
        ended_at=max((each.ended_at for each in tried if each.ordered_at is not None), default=0.0),
        mean_cps=mean_rate(ordered),
        most_cps=most_in_a_second(ordered),
        setup_mean=sum(setups) / len(setups) if setups else 0.0,
        setup_p95=percentile(setups, 0.95),
        setup_p99=percentile(setups, 0.99),
        most_at_once=_most_at_once(tried),
        late_p50=percentile(late, 0.5),
        late_p99=percentile(late, 0.99),
    )


def figures(timings: Iterable[Timing]) -> Figures:
    """Count some attempts."""
    counted: Counter[str] = Counter()
    attempted = succeeded = answered = 0
    for each in timings:
        attempted += 1
        succeeded += each.disposition in REACHED
        answered += each.answered_at is not None
        counted[str(each.disposition)] += 1
    return Figures(
        attempted=attempted,
        succeeded=succeeded,
        failed=attempted - succeeded,
        answered=answered,
        dispositions=dict(counted.most_common()),
    )


def _setup(each: Timing) -> float | None:
    reached = each.ringing_at if each.ringing_at is not None else each.answered_at
    if reached is None or each.ordered_at is None:
        return None
    # A clock that was set back meanwhile does not make it negative.
    return max(0.0, reached - each.ordered_at)


def _most_at_once(timings: Iterable[Timing]) -> int:
    # Of one instant the end comes first: a call that ends as another begins was not up beside it.
    steps = [
        step
        for each in timings
        if each.ordered_at is not None
        for step in ((each.ordered_at, 1), (each.ended_at, -1))
    ]
    most = now = 0
    for _, change in sorted(steps):
        now += change
        most = max(most, now)
    return most
