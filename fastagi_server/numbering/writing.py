"""What is written, before anybody asks what it is: which text is digits at all, and which are asked twice.

This file knows no numbering plan; whom to ask, the table or the library, is an argument.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable

from fastagi_server.numbering.correct import correct
from fastagi_server.numbering.number import Number, Why

MAX_TEXT = 64
MAX_DIGITS = 18  # 15 of E.164, and room for a prefix that a correction takes away
LEAST_DIGITS = 3
SHORT_CODE_DIGITS = 6
_MAX_E164 = 15
_SEPARATORS = str.maketrans("", "", " .-()\N{NO-BREAK SPACE}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}")
_DIGITS = frozenset("0123456789")
# What a spreadsheet makes of a long number in a column that is not text: 5.25512E+12 has lost its end.
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[Ee]\+?[0-9]{1,3}", re.ASCII)
_UNKNOWN = {Why.UNASSIGNED, Why.TOO_LONG, Why.TOO_SHORT}
_CATEGORIES = {"C": Why.CONTROL_CHARACTER, "L": Why.LETTER}


def parse_by(ask: Callable[[str, str], Number], text: str) -> Number:
    """Read the text, asking what international digits are; the digits of a wrong writing are asked twice."""
    raw = text[:MAX_TEXT]
    if len(text) > MAX_TEXT:
        return Number(raw=raw, why=Why.TOO_LONG)
    digits = text.removeprefix("+")
    if not digits.isdecimal():
        digits = text.translate(_SEPARATORS).removeprefix("+")
    wrong = _unwritable(digits)
    if wrong:
        return Number(raw=raw, why=Why.ROUNDED if _ROUNDED.fullmatch(text.strip()) else wrong)
    number = ask(raw, digits)
    corrected = correct(digits) if number.why in _UNKNOWN else None
    if corrected is None:
        return number
    today, rule = corrected
    again = ask(raw, today)
    return number if again.why in _UNKNOWN else dataclasses.replace(again, rule=rule)


def digits_of(text: str) -> str:
    """Give the digits of a text that is nothing but digits and what is written between them, else nothing."""
    digits = text.translate(_SEPARATORS).removeprefix("+")
    return digits if digits.isascii() and digits.isdecimal() else ""


def outside(raw: str, digits: str) -> Number:
    """Give a number of another continent; its digits are kept as written, so that it may still opt out."""
    if len(digits) <= SHORT_CODE_DIGITS:
        return Number(raw=raw, why=Why.SHORT_CODE)  # 911 is nobody's number in India
    return Number(raw=raw, why=Why.OUTSIDE, e164=f"+{digits}" if len(digits) <= _MAX_E164 else "")


def _unwritable(digits: str) -> Why | None:
    """Say what keeps the text from being a number at all."""
    if not digits.isascii() or not digits.isdecimal():
        for each in digits:
            if each not in _DIGITS:
                return _CATEGORIES.get(unicodedata.category(each)[0], Why.CHARACTER)
        return Why.EMPTY
    if digits[0] == "0":
        return Why.NO_COUNTRY_CODE
    return Why.TOO_LONG if len(digits) > MAX_DIGITS else None
