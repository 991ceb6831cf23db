"""What is no digits is never asked about; a wrong writing is asked about twice."""

from __future__ import annotations

import pytest

from fastagi_server.numbering.number import Number, Rule, Why
from fastagi_server.numbering.writing import outside, parse_by


class Oracle:
    """Knows some digits, and remembers what it was asked."""

    def __init__(self, *good: str) -> None:
        self.good, self.asked = good, list[str]()

    def __call__(self, raw: str, digits: str) -> Number:
        self.asked.append(digits)
        return Number(raw=raw, why=Why.OK if digits in self.good else Why.TOO_LONG)


def test_digits_are_asked_about_once_when_they_are_known() -> None:
    oracle = Oracle("5215512345678")
    assert parse_by(oracle, "+52 1 55-1234.5678").dialable
    assert oracle.asked == ["5215512345678"]


def test_an_outdated_writing_is_asked_about_again_as_it_is_written_today() -> None:
    oracle = Oracle("525512345678")
    assert parse_by(oracle, "5215512345678").rule is Rule.MEXICO_OLD_PREFIX
    assert oracle.asked == ["5215512345678", "525512345678"]


def test_a_correction_that_nobody_knows_is_not_made() -> None:
    assert parse_by(Oracle(), "5215512345678") == Number(raw="5215512345678", why=Why.TOO_LONG)


@pytest.mark.parametrize("text", ["", "+", "x", "05512345678", "1" * 19, "1" * 65, "12\u06643", "1\n"])
def test_what_is_no_digits_is_not_asked_about(text: str) -> None:
    oracle = Oracle()
    assert not parse_by(oracle, text).dialable
    assert oracle.asked == []


def test_another_continents_digits_are_kept_as_far_as_a_number_can_have_them() -> None:
    assert outside("34612345678", "34612345678").e164 == "+34612345678"
    assert outside("911", "911") == Number(raw="911", why=Why.SHORT_CODE)
    assert outside("3" * 16, "3" * 16).e164 == ""
