"""A number's zones are the library's, but for what the library has wrong."""

from __future__ import annotations

import zoneinfo

import phonenumbers
import pytest
from phonenumbers.timezone import time_zones_for_number

from fastagi_server.numbering.make_zones import NATIONWIDE, PLACES, RENAMED
from fastagi_server.numbering.parse import parse
from fastagi_server.numbering.zones import zones


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+12125671234", {"America/New_York"}),
        ("+525512345678", {"America/Mexico_City"}),
        ("+5511987654321", {"America/Sao_Paulo"}),
        ("+5591987654321", {"America/Belem"}),
        ("+5593987654321", {"America/Belem"}),
        ("+5594987654321", {"America/Belem"}),
        ("+5592987654321", {"America/Manaus"}),
        ("+50588881234", {"America/Managua"}),
        ("+50522221234", {"America/Managua"}),
        ("+56221234567", {"America/Santiago"}),
        ("+56961234567", {"America/Santiago", "America/Punta_Arenas", "Pacific/Easter"}),
        ("+56612212345", {"America/Punta_Arenas"}),
        ("+56322100226", {"America/Santiago", "Pacific/Easter"}),
        ("+593991234567", {"America/Guayaquil", "Pacific/Galapagos"}),
        ("+5491123456789", {"America/Argentina/Buenos_Aires"}),
        ("+59322345678", {"America/Guayaquil"}),
    ],
)
def test_where_a_number_may_be(text: str, expected: set[str]) -> None:
    assert set(zones(parse(text))) == expected


@pytest.mark.parametrize("text", ["", "nobody", "+34612345678", "+17105671234", "911"])
def test_what_is_not_known_is_nowhere(text: str) -> None:
    assert zones(parse(text)) == ()


def overridden(number: phonenumbers.PhoneNumber) -> bool:
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    return digits.startswith((*PLACES, *NATIONWIDE))


def test_elsewhere_the_zones_are_the_librarys(sample: list[str]) -> None:
    asked = 0
    for text in sample[:100_000:5]:
        number = phonenumbers.parse(text, None)
        if not overridden(number):
            asked += 1
            expected = [RENAMED.get(name, name) for name in time_zones_for_number(number)]
            assert list(zones(parse(text))) == expected, text
    assert asked > 15_000


def test_every_zone_is_one_that_python_knows(sample: list[str]) -> None:
    named = {name for text in sample[:20_000] for name in zones(parse(text))}
    assert len(named) > 60
    assert named <= zoneinfo.available_timezones()
