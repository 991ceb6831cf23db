"""What the instants of originations prove of the limits that they were under: instants in, proofs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from fastagi_server.pacing import scopes
from fastagi_server.pacing.proof import mean_rate, most_in_a_second, percentile
from fastagi_server.telephony.campaign import Origination


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What is proved of one scope.

    `most` originations were written in any sliding second, `limit` were allowed, None for no limit; `mean`
    is calls per second between the first and the last; `off_p50`, `off_p99` and `off_max` are seconds by
    which the time from one to the next differed from what was planned.
    """

    scope: str
    originations: int
    limit: float | None
    most: int
    mean: float
    off_p50: float
    off_p99: float
    off_max: float

    @property
    def is_kept(self) -> bool:
        """Whether no second went over the limit; a limit below one a second allows one."""
        return self.limit is None or self.most <= max(1, int(self.limit))


def certify(originations: Iterable[Origination], limits: Mapping[str, float]) -> list[Proof]:
    """Give a proof for each scope that had originations: all of an engine, its trunks, countries, campaigns.

    Where an engine has several Asterisks each has one too. `limits` are calls per second by scope, 0 for
    none. Where several engines originated, each has scopes of its own, for a limit is an engine's:
    `one/trunk:carrier`.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    originations = list(originations)
    several = len({each.asterisk for each in originations} - {None}) > 1
    for each in originations:
        instants = (each.ordered_at, each.planned_at)
        for scope in (
            scopes.CLUSTER,
            scopes.trunk(each.trunk),
            scopes.country(each.country),
            scopes.campaign(each.campaign),
            # One alone takes all that there is, and has no scope of its own.
            *([scopes.asterisk(each.asterisk)] if several and each.asterisk else ()),
        ):
            found[each.engine, scope].append(instants)
    alone = len({engine for engine, _ in found}) == 1
    return [
        _proof(scope if alone else f"{engine}/{scope}", instants, limits.get(scope) or None)
        for (engine, scope), instants in sorted(found.items())
    ]


def _proof(scope: str, instants: list[tuple[float, float]], limit: float | None) -> Proof:
    instants.sort()
    written = [at for at, _ in instants]
    off = [abs((b - a) - (planned_b - planned_a)) for (a, planned_a), (b, planned_b) in pairwise(instants)]
    return Proof(
        scope=scope,
        originations=len(written),
        limit=limit,
        most=most_in_a_second(written),
        mean=mean_rate(written),
        off_p50=percentile(off, 0.5),
        off_p99=percentile(off, 0.99),
        off_max=max(off, default=0.0),
    )
