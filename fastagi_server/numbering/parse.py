"""Text becomes a Number: no text is an error, each one says what it is and why it may not be dialed.

Digits without + are international all the same: this file knows no home country, and guesses none. It asks
the table and never the library, so a number costs a microsecond and the process no metadata.
"""

from __future__ import annotations

from fastagi_server.numbering.americas import MAX_CODE_DIGITS
from fastagi_server.numbering.number import Number, Why, known
from fastagi_server.numbering.table import Plan, table
from fastagi_server.numbering.writing import LEAST_DIGITS, outside, parse_by

_LEAST_NATIONAL = 2
_TABLE = table()
_START = _TABLE.start


def parse(text: str) -> Number:
    """Give what the text is as a telephone number."""
    step = _START
    try:
        for each in text:
            step = step[each]
        why, iso, _, plain = step[""]
    except KeyError:
        return parse_by(judge, text)
    if not plain:
        return parse_by(judge, text)
    return known(text, why, text if text[0] == "+" else "+" + text, iso)


def judge(raw: str, digits: str) -> Number:
    """Ask the table about international digits."""
    if len(digits) < LEAST_DIGITS:
        return known(raw, Why.SHORT_CODE, "", "")
    plan = plan_of(digits)
    if plan is None:
        codes = (digits[:length] for length in range(1, MAX_CODE_DIGITS + 1))
        foreign = not _TABLE.outside.isdisjoint(codes)
        return outside(raw, digits) if foreign else known(raw, Why.NO_COUNTRY_CODE, "", "")
    national = digits[len(plan.code) :]
    if len(national) >= _LEAST_NATIONAL:
        national = plan.without_prefix(national)
    if len(national) < _LEAST_NATIONAL:
        return known(raw, Why.SHORT_CODE, "", "")
    found = plan.verdict(national)
    why, iso = (found.why, found.iso) if found else (plan.lengths[len(national)], plan.region(national))
    return known(raw, why, f"+{plan.code}{national}", iso)


def plan_of(digits: str) -> Plan | None:
    """Give the plan of the calling code at the head of international digits, if it is one of the Americas."""
    plans = _TABLE.plans
    return plans.get(digits[:1]) or plans.get(digits[:2]) or plans.get(digits[:3])
