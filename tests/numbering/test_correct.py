"""Outdated writings become today's; everything else is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.numbering.correct import CORRECTIONS, correct
from fastagi_server.numbering.number import Rule


@pytest.mark.parametrize(
    ("old", "today", "rule"),
    [
        ("5215512345678", "525512345678", Rule.MEXICO_OLD_PREFIX),
        ("52015512345678", "525512345678", Rule.MEXICO_OLD_PREFIX),
        ("520445512345678", "525512345678", Rule.MEXICO_OLD_PREFIX),
        ("520455512345678", "525512345678", Rule.MEXICO_OLD_PREFIX),
        ("551187654321", "5511987654321", Rule.BRAZIL_NINTH_DIGIT),
        ("5712345678", "576012345678", Rule.COLOMBIA_AREA_CODE),
        ("549111523456789", "54111523456789", Rule.ARGENTINA_MOBILE_TWICE),
    ],
)
def test_an_old_writing_becomes_todays(old: str, today: str, rule: Rule) -> None:
    assert correct(old) == (today, rule)


@pytest.mark.parametrize(
    "digits",
    ["525512345678", "52155123456789", "551132654321", "5511987654321", "576012345678", "12125551234", ""],
)
def test_what_no_rule_speaks_of_is_left_alone(digits: str) -> None:
    assert correct(digits) is None


def test_every_rule_has_one_correction() -> None:
    assert sorted(each.rule for each in CORRECTIONS) == sorted(Rule)


@given(st.text("0123456789", max_size=20))
def test_a_correction_is_never_corrected_again(digits: str) -> None:
    once = correct(digits)
    assert once is None or correct(once[0]) is None
