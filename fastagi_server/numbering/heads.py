"""With which digits a region's numbers begin: what a dialplan needs to know a country by its pattern."""

from __future__ import annotations

from functools import cache

from fastagi_server.numbering.table import Step, table


def heads(iso: str) -> tuple[str, ...]:
    """Give the digits, calling code first; longer ones of another region go before shorter ones.

    The main region of a shared calling code has the code itself: what is nobody else's is its own.
    """
    return _heads().get(iso, ())


@cache
def _heads() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for plan in table().plans.values():
        found[plan.main] = [plan.code]
        regions: dict[int, frozenset[str]] = {}
        rows = [(plan.code, plan.start)]
        while rows:
            digits, step = rows.pop()
            there = _regions(step, regions)
            if len(there) > 1:
                rows += [(digits + each, step[each]) for each in step if each]
            elif plan.main not in there:
                found.setdefault(next(iter(there)), []).append(digits)
    return {iso: tuple(sorted(digits)) for iso, digits in found.items()}


def _regions(step: Step, known: dict[int, frozenset[str]]) -> frozenset[str]:
    """Give the regions of all numbers behind a step."""
    if id(step) not in known:
        own = frozenset({step[""].iso} if "" in step else ())
        known[id(step)] = own.union(*(_regions(step[each], known) for each in step if each))
    return known[id(step)]
