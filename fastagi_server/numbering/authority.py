"""The library's own word on a number. The table is made from it and tried against it; no call waits for it.

This file alone asks phonenumbers at the time of a test; what it says is what parse() must say.
"""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType, ValidationResult

from fastagi_server.numbering.americas import CALLING_CODES, MAX_CODE_DIGITS
from fastagi_server.numbering.number import Number, Why
from fastagi_server.numbering.writing import LEAST_DIGITS, SHORT_CODE_DIGITS, outside, parse_by

KINDS = {
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
_LENGTHS = {
    ValidationResult.TOO_LONG: Why.TOO_LONG,
    ValidationResult.IS_POSSIBLE: Why.UNASSIGNED,
}
_EXCEPTIONS = {
    NumberParseException.INVALID_COUNTRY_CODE: Why.NO_COUNTRY_CODE,
    NumberParseException.TOO_LONG: Why.TOO_LONG,
}
_NANP = 1


def read(text: str) -> Number:
    """Give what the text is, as parse() does, by asking the library."""
    return parse_by(judge, text)


def judge(raw: str, digits: str) -> Number:
    """Ask the numbering plan about international digits."""
    if _outside(digits):
        return outside(raw, digits)
    try:
        found = phonenumbers.parse(f"+{digits}", None)
    except NumberParseException as wrong:
        return Number(raw=raw, why=_EXCEPTIONS.get(wrong.error_type, Why.SHORT_CODE))
    e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    iso = phonenumbers.region_code_for_number(found) or ""
    return Number(raw=raw, why=_why(found), e164=e164, iso=iso)


def length_means(national_digits: int, calling_code: int) -> Why:
    """Say why a number that the plan does not know is refused, by its length alone."""
    region = phonenumbers.region_code_for_country_code(calling_code)
    metadata = PhoneMetadata.metadata_for_region(region)
    stranger = phonenumbers.PhoneNumber(country_code=calling_code, national_number=int("1" * national_digits))
    assert metadata is not None
    return _unknown(national_digits, phonenumbers.is_possible_number_with_reason(stranger))


def _outside(digits: str) -> bool:
    """Say whether the digits begin with a calling code that is in use on another continent."""
    if len(digits) < LEAST_DIGITS:
        return False
    codes = (digits[:length] for length in range(1, MAX_CODE_DIGITS + 1))
    code = next((each for each in codes if int(each) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")
    return bool(code) and code not in CALLING_CODES


def _why(found: phonenumbers.PhoneNumber) -> Why:
    national = phonenumbers.national_significant_number(found)
    kind = KINDS.get(phonenumbers.number_type(found))
    if kind is None:
        return _unknown(len(national), phonenumbers.is_possible_number_with_reason(found))
    if kind is Why.OK and found.country_code == _NANP:
        return _north_american(national)
    return kind


def _unknown(national_digits: int, length: int) -> Why:
    """Say why the numbering plan does not know a number: its length, or that nobody has it."""
    if length in _LENGTHS:
        return _LENGTHS[length]
    return Why.SHORT_CODE if national_digits <= SHORT_CODE_DIGITS else Why.TOO_SHORT


def _north_american(national: str) -> Why:
    """Look at the exchange, which the library takes as any: N11 is a service, 555-01xx is for films."""
    exchange, line = national[3:6], national[6:]
    if exchange[1:] == "11":
        return Why.UNASSIGNED
    return Why.FICTITIOUS if exchange == "555" and line[:2] == "01" else Why.OK
