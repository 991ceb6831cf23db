from __future__ import annotations

import phonenumbers
import pytest

from fastagi_server.numbering.area import area_of


@pytest.mark.parametrize(
    ("number", "area"),
    [
        ("+12125551234", "+1212"),
        ("+18095551234", "+1809"),
        ("+525512345678", "+5255"),
        ("+526141234567", "+52614"),
        ("+5511987654321", "+5511"),
        ("+551123456789", "+5511"),
        ("+541123456789", "+5411"),
        ("+5491123456789", "+5411"),
        ("+542214567890", "+54221"),
        ("+5492901123456", "+542901"),
        ("+576012345678", "+57601"),
        ("+5112345678", "+511"),
        ("+5144123456", "+5144"),
        ("+56221234567", "+562"),
        ("+56451234567", "+5645"),
        ("+582121234567", "+58212"),
        ("+59322123456", "+5932"),
        ("+59122123456", "+5912"),
    ],
)
def test_a_number_of_a_place_tells_its_area(number: str, area: str) -> None:
    assert area_of(number) == area


@pytest.mark.parametrize(
    "number",
    [
        *("+18005551234", "+19005551234", "+15225551234", "+573101234567", "+51912345678", "+56912345678"),
        *("+584121234567", "+593991234567", "+59171234567", "+50221234567", "+44", "+1", "+", ""),
    ],
)
def test_a_number_of_no_place_tells_none(number: str) -> None:
    assert area_of(number) == ""


@pytest.mark.parametrize(
    "region", ["US", "CA", "DO", "PR", "JM", "MX", "BR", "AR", "CO", "PE", "CL", "VE", "EC", "BO"]
)
def test_where_the_library_knows_an_area_code_ours_is_the_same(region: str) -> None:
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    ]
    for number in found:
        length = phonenumbers.length_of_geographical_area_code(number)
        national = phonenumbers.national_significant_number(number)
        # A mobile of Argentina has the area behind its 9, and Chile's area codes the library does not know.
        if length and not national.startswith("9"):
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            assert area_of(e164) == f"+{number.country_code}{national[:length]}"
