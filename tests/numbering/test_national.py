from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.numbering.national import parse_in, parse_near
from fastagi_server.numbering.number import Why
from fastagi_server.numbering.parse import parse


@pytest.mark.parametrize(
    ("text", "iso", "e164"),
    [
        ("5072891234", "US", "+15072891234"),
        ("(507) 289-1234", "US", "+15072891234"),
        ("1 507 289 1234", "US", "+15072891234"),
        ("+1 507 289 1234", "US", "+15072891234"),
        ("5512345678", "MX", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("52 55 1234 5678", "MX", "+525512345678"),
        ("011 15 2345 6789", "AR", "+5491123456789"),
        ("0 15 11 98765 4321", "BR", "+5511987654321"),
        ("11 8765 4321", "BR", "+5511987654321"),
        ("1 234 5678", "CO", "+576012345678"),
        ("2891234", "PA", "+5072891234"),
        ("5072891234", "PA", "+5072891234"),
    ],
)
def test_a_number_without_plus_is_of_the_named_country(text: str, iso: str, e164: str) -> None:
    number = parse_in(text, iso)

    assert (number.raw, number.e164, number.iso, number.why) == (text, e164, iso, Why.OK)


@pytest.mark.parametrize(
    ("text", "iso", "why"),
    [
        ("+525512345678", "US", Why.OTHER_COUNTRY),
        ("525512345678", "US", Why.OTHER_COUNTRY),
        ("4165671234", "US", Why.OTHER_COUNTRY),  # Toronto
        ("12125671234", "MX", Why.OTHER_COUNTRY),
        ("911", "US", Why.SHORT_CODE),
        ("1 800 567 1234", "US", Why.TOLL_FREE),
        ("8005671234", "US", Why.TOLL_FREE),
        ("2125550100", "US", Why.FICTITIOUS),
        ("1234567", "US", Why.TOO_SHORT),
        ("", "US", Why.EMPTY),
        ("12125671234x5", "US", Why.LETTER),
        ("5.25512E+12", "MX", Why.ROUNDED),
    ],
)
def test_what_contradicts_or_cannot_be_dialed_says_why(text: str, iso: str, why: Why) -> None:
    assert parse_in(text, iso).why is why


def test_near_a_country_the_world_is_not_refused() -> None:
    assert parse_near("525512345678", "US") == parse("525512345678")


def test_a_region_without_a_plan_of_its_own_is_read_as_the_world_reads() -> None:
    assert parse_in("+590590271234", "BL") == parse("+590590271234")


@given(st.text(max_size=80), st.sampled_from(["US", "MX", "BR", "AR", "XX"]))
def test_no_text_is_an_error(text: str, iso: str) -> None:
    assert parse_in(text, iso).why in set(Why)


@given(st.from_regex(r"[0-9]{6,12}", fullmatch=True), st.sampled_from(["US", "MX", "AR", "CO", "DO", "PE"]))
def test_what_is_accepted_is_what_the_library_reads(text: str, iso: str) -> None:
    number = parse_in(text, iso)
    if not number.dialable or number.rule is not None:
        return
    library = phonenumbers.parse(text, iso)
    told = phonenumbers.format_number(library, phonenumbers.PhoneNumberFormat.E164)
    if number.e164 != told:
        # The library keeps what it cannot place; we place it in the world, if it is in the same country.
        assert not phonenumbers.is_valid_number_for_region(library, iso)
