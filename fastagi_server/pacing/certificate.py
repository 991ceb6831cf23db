"""What the instants of originations prove of the limits that they were under: instants in, proofs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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


def certify(
    originations: Iterable[Origination],
    limits: Mapping[str, float],
    routes: Mapping[str, Collection[str]] | None = None,
) -> list[Proof]:
    """Give a proof for each scope that had originations: all of them, its trunks, countries, campaigns.

    Where there are several Asterisks, or one has a limit of its own, each has one too. `limits` are calls
    per second by scope, 0 for none.
    Engines on one store share their limits, so theirs are counted together, but for an Asterisk's, which is
    one engine's: `one/asterisk:first`. On several machines the proof is as good as their clocks agree.
    `routes` say of each its trunks: a call that is known by its route alone may have been over any, and is
    counted at all of them.
    """
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    names: dict[str, str] = {}
    originations = list(originations)
    several = len({(each.engine, each.asterisk) for each in originations if each.asterisk}) > 1
    alone = len({each.engine for each in originations}) == 1
    for each in originations:
        instants = (each.ordered_at, each.planned_at)
        for scope in (
            scopes.CLUSTER,
            *(scopes.trunk(name) for name in (routes or {}).get(each.trunk, (each.trunk,))),
            scopes.country(each.country),
            scopes.campaign(each.campaign),
        ):
            found[scope].append(instants)
        # One alone takes all that there is: without a limit there is nothing more to prove of it.
        scope = scopes.asterisk(each.asterisk or "")
        if each.asterisk and (several or limits.get(scope)):
            name = scope if alone else f"{each.engine}/{scope}"
            names[name] = scope
            found[name].append(instants)
    return [
        _proof(scope, instants, limits.get(names.get(scope, scope)) or None)
        for scope, instants in sorted(found.items())
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
