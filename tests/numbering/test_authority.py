"""The library's word, in our words."""

from __future__ import annotations

import pytest

from fastagi_server.numbering.authority import judge, length_means, read
from fastagi_server.numbering.number import Number, Rule, Why


@pytest.mark.parametrize(
    ("digits", "why", "e164", "iso"),
    [
        ("525512345678", Why.OK, "+525512345678", "MX"),
        ("12129111234", Why.UNASSIGNED, "+12129111234", "US"),
        ("12125550100", Why.FICTITIOUS, "+12125550100", "US"),
        ("18005671234", Why.TOLL_FREE, "+18005671234", "US"),
        ("17105671234", Why.UNASSIGNED, "+17105671234", ""),
        ("52551234567", Why.TOO_SHORT, "+52551234567", "MX"),
        ("1911", Why.SHORT_CODE, "+1911", ""),
        ("34612345678", Why.OUTSIDE, "+34612345678", ""),
        ("9991234567", Why.NO_COUNTRY_CODE, "", ""),
        ("34", Why.SHORT_CODE, "", ""),
    ],
)
def test_the_librarys_findings_become_ours(digits: str, why: Why, e164: str, iso: str) -> None:
    assert judge(digits, digits) == Number(raw=digits, why=why, e164=e164, iso=iso)


def test_it_reads_what_parse_reads() -> None:
    assert read("52 1 55 1234 5678").rule is Rule.MEXICO_OLD_PREFIX
    assert read("").why is Why.EMPTY


@pytest.mark.parametrize(
    ("length", "why"), [(3, Why.SHORT_CODE), (9, Why.TOO_SHORT), (10, Why.UNASSIGNED), (11, Why.TOO_LONG)]
)
def test_a_length_alone_says_why_a_number_is_unknown(length: int, why: Why) -> None:
    assert length_means(length, 52) is why
