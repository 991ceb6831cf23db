"""Text becomes a Number: no text is an error, each one says what it is and why it may not be dialed.

Digits without + are international all the same: this file knows no home country, and guesses none.
"""

from __future__ import annotations

import dataclasses
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

from fastagi_server.numbering.correct import correct
from fastagi_server.numbering.number import Number, Why

MAX_TEXT = 64
MAX_DIGITS = 18  # 15 of E.164, and room for a prefix that a correction takes away
_SHORT_CODE_DIGITS = 6
_SEPARATORS = str.maketrans("", "", " .-()\N{NO-BREAK SPACE}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}")
_DIGITS = frozenset("0123456789")
_KINDS = {
    PhoneNumberType.FIXED_LINE: Why.OK,
    PhoneNumberType.MOBILE: Why.OK,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Why.OK,
    PhoneNumberType.VOIP: Why.OK,
    PhoneNumberType.TOLL_FREE: Why.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Why.PREMIUM,
    PhoneNumberType.SHARED_COST: Why.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: Why.PERSONAL,
    PhoneNumberType.PAGER: Why.PAGER,
    PhoneNumberType.UAN: Why.COMPANY_WIDE,
    PhoneNumberType.VOICEMAIL: Why.VOICEMAIL,
}
_UNKNOWN = {Why.UNASSIGNED, Why.TOO_LONG, Why.TOO_SHORT}
_NANP = 1
_NO_REGION = "001"  # the library's word for +800, +870 and their like


def parse(text: str) -> Number:
    """Give what the text is as a telephone number."""
    raw = text[:MAX_TEXT]
    if len(text) > MAX_TEXT:
        return Number(raw=raw, why=Why.TOO_LONG)
    digits = text.translate(_SEPARATORS).removeprefix("+")
    wrong = _unwritable(digits)
    if wrong:
        return Number(raw=raw, why=wrong)
    number = _judge(raw, digits)
    corrected = correct(digits) if number.why in _UNKNOWN else None
    if corrected is None:
        return number
    today, rule = corrected
    again = _judge(raw, today)
    return number if again.why in _UNKNOWN else dataclasses.replace(again, rule=rule)


def _unwritable(digits: str) -> Why | None:
    """Say what keeps the text from being a number at all."""
    for each in digits:
        if each not in _DIGITS:
            kind = unicodedata.category(each)
            return _CATEGORIES.get(kind[0], Why.CHARACTER)
    if not digits:
        return Why.EMPTY
    if digits[0] == "0":
        return Why.NO_COUNTRY_CODE
    return Why.TOO_LONG if len(digits) > MAX_DIGITS else None


_CATEGORIES = {"C": Why.CONTROL_CHARACTER, "L": Why.LETTER}
_LENGTHS = {
    ValidationResult.TOO_LONG: Why.TOO_LONG,
    ValidationResult.INVALID_COUNTRY_CODE: Why.NO_COUNTRY_CODE,
}
_TOO_SHORT = {
    ValidationResult.TOO_SHORT,
    ValidationResult.INVALID_LENGTH,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
}
_EXCEPTIONS = {
    NumberParseException.INVALID_COUNTRY_CODE: Why.NO_COUNTRY_CODE,
    NumberParseException.TOO_LONG: Why.TOO_LONG,
}


def _judge(raw: str, digits: str) -> Number:
    """Ask the numbering plan about international digits."""
    try:
        found = phonenumbers.parse(f"+{digits}", None)
    except NumberParseException as wrong:
        return Number(raw=raw, why=_EXCEPTIONS.get(wrong.error_type, Why.SHORT_CODE))
    e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(found) or ""
    iso = "" if region == _NO_REGION else region
    return Number(raw=raw, why=_why(found, iso), e164=e164, iso=iso)


def _why(found: phonenumbers.PhoneNumber, iso: str) -> Why:
    national = phonenumbers.national_significant_number(found)
    kind = _KINDS.get(phonenumbers.number_type(found))
    if kind is None:
        return _unknown(national, phonenumbers.is_possible_number_with_reason(found))
    if kind is not Why.OK:
        return kind
    if not iso:
        return Why.NO_REGION
    return _north_american(national) if found.country_code == _NANP else kind


def _unknown(national: str, length: int) -> Why:
    """Say why the numbering plan does not know a number: its length, or that nobody has it."""
    if length in _TOO_SHORT:
        return Why.SHORT_CODE if len(national) <= _SHORT_CODE_DIGITS else Why.TOO_SHORT
    return _LENGTHS.get(length, Why.UNASSIGNED)


def _north_american(national: str) -> Why:
    """Look at the exchange, which the library takes as any: N11 is a service, 555-01xx is for films."""
    exchange, line = national[3:6], national[6:]
    if exchange[1:] == "11":
        return Why.UNASSIGNED
    return Why.FICTITIOUS if exchange == "555" and line[:2] == "01" else Why.OK
