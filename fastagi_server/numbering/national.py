"""Numbers as people write them at home: without + they are of the country that was named, not of the world.

This file knows no list and no campaign; who named the country, and what follows from a contradiction, is
somebody else's affair.
"""

from __future__ import annotations

import dataclasses

from fastagi_server.numbering.number import Number, Why
from fastagi_server.numbering.parse import judge, parse
from fastagi_server.numbering.table import table
from fastagi_server.numbering.writing import MAX_TEXT, digits_of, parse_by

_CODES = {iso: code for code, plan in table().plans.items() for iso in (plan.main, *plan.regions.groupindex)}
_LEAST_DIGITS = 5  # the shortest national numbers of the Americas; less is 911 and the like
# What may have another meaning when it is read as a number of the world.
_NOT_A_NUMBER_THERE = {Why.UNASSIGNED, Why.TOO_LONG, Why.TOO_SHORT, Why.SHORT_CODE}


def parse_near(text: str, iso: str) -> Number:
    """Give what the text is where people of that region write it: their own number, else one of the world.

    5072891234 is a number of Minnesota in the USA, and one of Panama where no country is named.
    """
    code, digits = _CODES.get(iso), digits_of(text)
    if code is None or not digits or len(text) > MAX_TEXT or text.lstrip().startswith("+"):
        return parse(text)
    if len(digits) < _LEAST_DIGITS:
        return parse(text)
    home = dataclasses.replace(parse_by(judge, f"+{code}{digits}"), raw=text)
    if home.why not in _NOT_A_NUMBER_THERE:
        return home
    abroad = parse(text)
    return abroad if abroad.dialable or abroad.iso == iso else home


def parse_in(text: str, iso: str) -> Number:
    """Give what the text is as a number of that region; one that may be dialed elsewhere is refused."""
    number = parse_near(text, iso)
    if number.dialable and iso in _CODES and number.iso != iso:
        return dataclasses.replace(number, why=Why.OTHER_COUNTRY)
    return number
