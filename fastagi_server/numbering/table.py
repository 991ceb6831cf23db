"""The numbering plans of the Americas as a table that is walked digit by digit; made by make_table.

A step is a dict: a digit leads to the next step, and "" to what the digits so far are as a whole number. So a
number is read in one lookup per digit, and what is not in the table ends the walk by a KeyError.
"""

from __future__ import annotations

import importlib.resources
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from fastagi_server.numbering.americas import TABLE_FILE
from fastagi_server.numbering.number import Why

Step = dict[str, Any]  # a digit leads to another Step, "" to a Verdict: no type of Python says so


class Verdict(NamedTuple):
    """What a whole number is.

    `geographic`: its place is known from its digits. `plain`: no national prefix can be at its head, so that
    the digits are already as they are dialed.
    """

    why: Why
    iso: str
    geographic: bool
    plain: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The numbering plan of one calling code, for what is not read in one walk."""

    code: str
    main: str  # the region that has what no other region of the code has
    start: Step
    lengths: tuple[Why, ...]
    regions: re.Pattern[str]  # the heads of regions, a group of the region's name for each
    prefix: re.Pattern[str] | None
    transformed: str
    whole: re.Pattern[str]

    def verdict(self, national: str) -> Verdict | None:
        """Give what national digits are, or None when nobody has them."""
        step = self.start
        try:
            for digit in national:
                step = step[digit]
            found: Verdict = step[""]
        except KeyError:
            return None
        return found

    def region(self, national: str) -> str:
        """Name the region whose digits these would be if they were in use."""
        found = self.regions.match(national)
        return (found and found.lastgroup) or ""

    def without_prefix(self, national: str) -> str:
        """Take the national prefix and a carrier's code away, where the plan has them and they are there."""
        found = self.prefix.match(national) if self.prefix else None
        if not found:
            return national
        rest = national[found.end() :]
        groups = found.groups()
        if self.transformed and not (groups and groups[-1] is None):
            rest = found.expand(self.transformed) + rest
        if self.whole.fullmatch(national) and not self.whole.fullmatch(rest):
            return national
        return rest if self.lengths[len(rest)] in {Why.UNASSIGNED, Why.TOO_LONG} else national


@dataclass(frozen=True, kw_only=True)
class Table:
    """All plans; `start` is the step before the first digit of a calling code, with or without a +."""

    made_from: str
    start: Step
    plans: Mapping[str, Plan]
    outside: frozenset[str]


@cache
def table() -> Table:
    """Give the table that travels with the package."""
    file = importlib.resources.files("fastagi_server.numbering") / TABLE_FILE
    return read(json.loads(file.read_text("utf-8")))


def read(written: Mapping[str, Any]) -> Table:
    """Make the table from what make_table wrote."""
    verdicts = [
        Verdict(why=Why(why), iso=iso, geographic=geographic, plain=plain)
        for why, iso, geographic, plain in written["verdicts"]
    ]
    steps: list[Step] = []
    for row in written["steps"]:
        ways = {digit: steps[to] for digits, to in row.items() if digits for digit in digits}
        steps.append(ways | ({"": verdicts[row[""]]} if "" in row else {}))
    plans = {code: _plan(code, plan, steps) for code, plan in written["plans"].items()}
    root = _root(plans)
    return Table(
        made_from=written["made_from"],
        start={**root, "+": root},
        plans=plans,
        outside=frozenset(written["outside"]),
    )


def _plan(code: str, plan: Mapping[str, Any], steps: list[Step]) -> Plan:
    return Plan(
        code=code,
        main=plan["main"],
        start=steps[plan["start"]],
        lengths=tuple(Why(each) for each in plan["lengths"]),
        regions=re.compile(plan["regions"]),
        prefix=re.compile(plan["prefix"]) if plan["prefix"] else None,
        transformed=plan["transformed"],
        whole=re.compile(plan["whole"]),
    )


def _root(plans: Mapping[str, Plan]) -> Step:
    root: Step = {}
    for code, plan in plans.items():
        step = root
        for digit in code[:-1]:
            step = step.setdefault(digit, {})
        step[code[-1]] = plan.start
    return root
