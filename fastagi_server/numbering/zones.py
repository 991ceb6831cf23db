"""The time zones in which a number's callee may be: all candidates, for a call must be allowed in each.

People move and take their numbers along: what is said here is what the numbering plan presumes.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from fastagi_server.numbering.americas import ZONES_FILE
from fastagi_server.numbering.number import Number
from fastagi_server.numbering.parse import plan_of

Zones = tuple[str, ...]


def zones(number: Number) -> Zones:
    """Give the IANA names of the zones, none when the number is not known in the Americas."""
    digits = number.e164[1:]
    plan = plan_of(digits)
    found = plan and plan.verdict(digits[len(plan.code) :])
    if not plan or not found:
        return ()
    places, nationwide = _written()
    if not found.geographic:
        return nationwide[plan.code]
    heads = (digits[:length] for length in range(len(digits), 0, -1))
    return next(places[head] for head in heads if head in places)


@cache
def _written() -> tuple[Mapping[str, Zones], Mapping[str, Zones]]:
    file = importlib.resources.files("fastagi_server.numbering") / ZONES_FILE
    written = json.loads(file.read_text("utf-8"))
    return _by_digits(written["places"]), _by_digits(written["nationwide"])


def _by_digits(written: Mapping[str, Any]) -> dict[str, Zones]:
    return {digits: tuple(names.split()) for names, heads in written.items() for digits in heads.split()}
