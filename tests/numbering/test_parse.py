"""Text becomes a number that says what it is; nothing that is typed raises an error."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from fastagi_server.numbering.number import Number, Rule, Why
from fastagi_server.numbering.parse import judge, parse, plan_of
from fastagi_server.numbering.writing import MAX_TEXT

# fmt: off
AMERICAS = [
    "AG", "AI", "AR", "AW", "BB", "BM", "BO", "BQ", "BR", "BS", "BZ", "CA", "CL", "CO", "CR", "CU", "CW",
    "DM", "DO", "EC", "FK", "GD", "GF", "GL", "GP", "GT", "GY", "HN", "HT", "JM", "KN", "KY", "LC", "MQ",
    "MS", "MX", "NI", "PA", "PE", "PM", "PR", "PY", "SR", "SV", "SX", "TC", "TT", "US", "UY", "VC", "VE",
    "VG", "VI",
]
# fmt: on
DIALABLE = [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE]
REFUSED = {
    PhoneNumberType.TOLL_FREE: Why.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Why.PREMIUM,
    PhoneNumberType.SHARED_COST: Why.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: Why.PERSONAL,
    PhoneNumberType.PAGER: Why.PAGER,
    PhoneNumberType.UAN: Why.COMPANY_WIDE,
    PhoneNumberType.VOICEMAIL: Why.VOICEMAIL,
}


def example(region: str, kind: int) -> str | None:
    found = phonenumbers.example_number_for_type(region, kind)
    return found and phonenumbers.format_number(found, PhoneNumberFormat.E164)


@pytest.mark.parametrize("region", AMERICAS)
@pytest.mark.parametrize("kind", DIALABLE)
def test_the_examples_of_every_american_region_may_be_dialed(region: str, kind: int) -> None:
    text = example(region, kind)
    assert text is not None
    text = text.replace("5550123", "5670123")  # the library's example for the USA is one for films
    assert parse(text) == Number(raw=text, e164=text, iso=region, why=Why.OK)


@pytest.mark.parametrize("region", AMERICAS)
def test_what_costs_the_callee_or_reaches_nobody_is_refused(region: str) -> None:
    for kind, why in REFUSED.items():
        text = example(region, kind)
        assert text is None or parse(text).why is why


def test_every_refused_kind_was_met_somewhere_in_the_americas() -> None:
    met = {kind for kind in REFUSED for region in AMERICAS if example(region, kind)}
    assert met == set(REFUSED)


@pytest.mark.parametrize(
    "text",
    ["+525512345678", "525512345678", "+52 55 1234 5678", " 52-55.1234.5678 ", "(52) 55\u00a01234\u20115678"],
)
def test_separators_and_a_missing_plus_are_no_matter(text: str) -> None:
    assert parse(text) == Number(raw=text, e164="+525512345678", iso="MX", why=Why.OK)


@pytest.mark.parametrize(
    ("text", "e164", "iso", "rule"),
    [
        ("+52 1 55 1234 5678", "+525512345678", "MX", Rule.MEXICO_OLD_PREFIX),
        ("+52 01 55 1234 5678", "+525512345678", "MX", Rule.MEXICO_OLD_PREFIX),
        ("52 044 55 1234 5678", "+525512345678", "MX", Rule.MEXICO_OLD_PREFIX),
        ("52 045 55 1234 5678", "+525512345678", "MX", Rule.MEXICO_OLD_PREFIX),
        ("+55 11 8765 4321", "+5511987654321", "BR", Rule.BRAZIL_NINTH_DIGIT),
        ("+57 1 234 5678", "+576012345678", "CO", Rule.COLOMBIA_AREA_CODE),
        ("+55 0 15 11 98765 4321", "+5511987654321", "BR", None),
        ("+54 11 15 2345 6789", "+5491123456789", "AR", None),
        ("+54 0 11 15 2345 6789", "+5491123456789", "AR", None),
        ("+54 9 11 2345 6789", "+5491123456789", "AR", None),
        ("+54 9 11 15 2345 6789", "+5491123456789", "AR", Rule.ARGENTINA_MOBILE_TWICE),
        ("+54 9 0 351 15 234 5678", "+5493512345678", "AR", Rule.ARGENTINA_MOBILE_TWICE),
        ("+54 351 15 234 5678", "+5493512345678", "AR", None),
    ],
)
def test_outdated_writings_are_corrected(text: str, e164: str, iso: str, rule: Rule | None) -> None:
    assert parse(text) == Number(raw=text, e164=e164, iso=iso, why=Why.OK, rule=rule)


def test_a_correction_never_touches_a_number_in_use() -> None:
    assert parse("+551177654321").rule is None


def test_a_correction_that_leads_nowhere_is_not_made() -> None:
    found = parse("+52 1 00 0000 0000")
    assert (found.why, found.rule, found.e164) == (Why.TOO_LONG, None, "+5210000000000")


def test_what_is_refused_after_a_correction_says_so() -> None:
    found = parse("+52 01 800 123 4567")
    assert (found.why, found.rule) == (Why.TOLL_FREE, Rule.MEXICO_OLD_PREFIX)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("+12125671234", "US"),
        ("+14165671234", "CA"),
        ("+17875671234", "PR"),
        ("+13405671234", "VI"),
        ("+18095671234", "DO"),
        ("+18765671234", "JM"),
    ],
)
def test_the_north_american_plan_is_split_by_region(text: str, iso: str) -> None:
    assert parse(text).iso == iso


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Why.EMPTY),
        (" + ", Why.EMPTY),
        ("1800FLOWERS", Why.LETTER),
        ("+1 212 567 1234 x5", Why.LETTER),
        ("+1212567\n1234", Why.CONTROL_CHARACTER),
        ("+12125671234\r\n", Why.CONTROL_CHARACTER),
        ("+12125671234,,5", Why.CHARACTER),
        ("++12125671234", Why.CHARACTER),
        ("+1212567123\u0664", Why.CHARACTER),  # an Arabic digit, which the library would take
        ("0052 55 1234 5678", Why.NO_COUNTRY_CODE),
        ("044 55 1234 5678", Why.NO_COUNTRY_CODE),
        ("+999 123 4567", Why.NO_COUNTRY_CODE),
        ("911", Why.SHORT_CODE),
        ("+1 911", Why.SHORT_CODE),
        ("+52 066", Why.SHORT_CODE),
        ("+52 55 1234 567", Why.TOO_SHORT),
        ("+1 212 567 12345", Why.TOO_LONG),
        ("1" * 19, Why.TOO_LONG),
        ("+1 710 567 1234", Why.UNASSIGNED),
        ("+1 212 911 1234", Why.UNASSIGNED),
        ("+1 212 555 0100", Why.FICTITIOUS),
        ("+1 212 555 0199", Why.FICTITIOUS),
        ("+1 800 567 1234", Why.TOLL_FREE),
        ("+1 900 567 1234", Why.PREMIUM),
        ("+1 500 567 1234", Why.PERSONAL),
        ("+800 1234 5678", Why.OUTSIDE),
        ("+870 773 111 632", Why.OUTSIDE),
        ("+34 612 345 678", Why.OUTSIDE),
        ("+44", Why.SHORT_CODE),
        ("011 15 2345 6789", Why.NO_COUNTRY_CODE),
        ("+55 303 1234567", Why.SHARED_COST),
    ],
)
def test_a_refusal_says_why(text: str, why: Why) -> None:
    found = parse(text)
    assert (found.why, found.dialable) == (why, False)


def test_an_overlong_text_is_kept_in_part_only() -> None:
    assert parse("1" * 100_000) == Number(raw="1" * MAX_TEXT, why=Why.TOO_LONG)


def test_a_plan_is_found_by_its_calling_code() -> None:
    codes = [plan_of(digits) for digits in ("12125671234", "59899123456", "34612345678", "")]
    assert [plan.code if plan else None for plan in codes] == ["1", "598", None, None]


def test_international_digits_are_judged_without_looking_at_their_writing() -> None:
    assert judge("raw", "525512345678") == Number(raw="raw", e164="+525512345678", iso="MX", why=Why.OK)
    assert judge("raw", "01").why is Why.SHORT_CODE


def sane(number: Number, text: str) -> bool:
    shape = number.e164 == "" or (number.e164[0] == "+" and number.e164[1:].isdecimal())
    full = number.dialable <= bool(number.e164 and number.iso)
    return number.raw == text[:MAX_TEXT] and shape and full and len(number.iso) in {0, 2}


@given(st.text())
def test_any_text_gives_a_number_that_says_why(text: str) -> None:
    assert sane(parse(text), text)


@given(st.from_regex(r"\A\+?[0-9 .()-]{0,24}\Z"))
def test_anything_that_looks_like_a_number_gives_one_that_says_why(text: str) -> None:
    assert sane(parse(text), text)


@given(st.sampled_from(["1", "52", "521", "55", "54", "57", "56", "51"]), st.text("0123456789", max_size=13))
def test_what_may_be_dialed_is_the_same_when_read_again(prefix: str, rest: str) -> None:
    number = parse(prefix + rest)
    if number.dialable:
        again = parse(number.e164)
        assert (again.e164, again.iso, again.why, again.rule) == (number.e164, number.iso, Why.OK, None)
