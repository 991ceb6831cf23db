"""A number's country is the configured one of its region."""

from __future__ import annotations

import pytest

from fastagi_server.numbering.country import by_iso, by_name, country_of, named
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.country import Country, Texts

TEXTS = Texts(identification="i", optout="o", offer="p")
MEXICO = Country(slug="mexico", iso="MX", languages=("es-419",), texts=TEXTS)
USA = Country(slug="usa", iso="US", languages=("en-us",), texts=TEXTS)


def test_a_number_belongs_to_the_country_of_its_region() -> None:
    assert country_of(parse("+525512345678"), [USA, MEXICO]) is MEXICO


def test_a_dict_by_iso_serves_whoever_asks_often() -> None:
    known = by_iso([USA, MEXICO])
    assert country_of(parse("+525512345678"), known) is MEXICO
    assert country_of(parse("+14165671234"), known) is None
    assert country_of(parse(""), known) is None


def test_canada_is_not_the_usa() -> None:
    assert country_of(parse("+14165671234"), [USA, MEXICO]) is None


def test_a_territory_is_not_its_state_yet() -> None:
    assert country_of(parse("+17875671234"), [USA, MEXICO]) is None


def test_what_is_no_number_has_no_country() -> None:
    assert country_of(parse("nobody"), [USA, MEXICO]) is None


@pytest.mark.parametrize("name", ["mexico", "Mexico", "México", "MX", "mx", " mx "])
def test_a_country_goes_by_its_slug_and_by_its_code(name: str) -> None:
    assert named(name, by_name([USA, MEXICO])) is MEXICO


@pytest.mark.parametrize("name", ["", "m", "mex", "mexico_", "+52", "\x00"])
def test_a_word_that_is_no_country_of_ours(name: str) -> None:
    assert named(name, by_name([USA, MEXICO])) is None
