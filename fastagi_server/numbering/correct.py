"""Outdated writings and today's, one row each. Digits in, digits out: nothing here knows which are valid.

A correction is tried only on what the numbering plan does not know, so that a number in use is never
turned into somebody else's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastagi_server.numbering.number import Rule


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A pattern of international digits and what they are today."""

    rule: Rule
    pattern: re.Pattern[str]
    today: str


CORRECTIONS = (
    # Until August 2019 mobiles abroad had 1 after 52; 01, 044 and 045 were dialed at home.
    Correction(
        rule=Rule.MEXICO_OLD_PREFIX,
        pattern=re.compile(r"52(?:1|01|044|045)([0-9]{10})", re.ASCII),
        today=r"52\1",
    ),
    # Mobiles got a 9 before their eight digits, area by area, until November 2016.
    Correction(
        rule=Rule.BRAZIL_NINTH_DIGIT,
        pattern=re.compile(r"55([1-9][1-9])([6-9][0-9]{7})", re.ASCII),
        today=r"55\g<1>9\2",
    ),
    # Fixed lines got 60 before their area digit in September 2021.
    Correction(
        rule=Rule.COLOMBIA_AREA_CODE,
        pattern=re.compile(r"57([1-8][0-9]{7})", re.ASCII),
        today=r"5760\1",
    ),
    # A mobile has 9 before its area code abroad, or 15 behind it at home; some write both.
    Correction(
        rule=Rule.ARGENTINA_MOBILE_TWICE,
        pattern=re.compile(r"549(0?[1-3][0-9]{11})", re.ASCII),
        today=r"54\1",
    ),
)
_BY_CODE: dict[str, list[Correction]] = {}
for _each in CORRECTIONS:
    _BY_CODE.setdefault(_each.pattern.pattern[:2], []).append(_each)


def correct(digits: str) -> tuple[str, Rule] | None:
    """Give today's digits and the rule that they follow, or None where no rule speaks of them."""
    for each in _BY_CODE.get(digits[:2], ()):
        found = each.pattern.fullmatch(digits)
        if found:
            return found.expand(each.today), each.rule
    return None
