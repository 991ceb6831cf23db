from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.telephony.country import AmdNumbers, Country, Destination, Texts, check_sound
from fastagi_server.telephony.errors import BadInputError

TEXTS = Texts(identification="Habla la tienda.", optout="Marque 9 para salir.", offer="Marque 3.")


def mexico(**changes: Any) -> Country:
    fields: dict[str, Any] = {
        "slug": "mexico",
        "iso": "MX",
        "languages": ("es-419",),
        "texts": TEXTS,
        "connect_key": "3",
    }
    return Country(**{**fields, **changes})


def test_a_country_names_its_context() -> None:
    assert mexico().context == "discador_mexico"


def test_amd_arguments_stand_in_the_order_of_the_application() -> None:
    assert AmdNumbers().arguments() == "2000,1500,700,3500,100,50,2,256"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Mexico!"),
        ("slug", "mexico\r\nexten"),
        ("iso", "mx"),
        ("connect_key", "33"),
        ("connect_key", "9"),
        ("optout_key", "a"),
        ("repeat_key", ""),
        ("languages", ()),
        ("offers", 0),
        ("offers", 10),
        ("wait_seconds", 0),
        ("code", "052"),
        ("code", "+52"),
        ("code", "1246"),
        ("cap", -1),
        ("cap", 1_000_001),
        ("zone", "America/Nowhere"),
        ("zone", "America"),
        ("zone", ""),
        ("zone", "../UTC"),
    ],
)
def test_what_a_country_cannot_be_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(BadInputError) as told:
        mexico(**{field: value})

    assert told.value.details["expected"]


def test_a_caller_ids_day_has_a_zone_and_no_cap_unless_one_is_given() -> None:
    assert (mexico().cap, mexico().zone, mexico().code) == (0, "UTC", "")
    usa = mexico(cap=100, zone="America/New_York", code="1")
    assert (usa.cap, usa.zone, usa.code) == (100, "America/New_York", "1")


@pytest.mark.parametrize("name", ["a,b", "a;b", "s\n", "", "${EVIL}", "a b"])
def test_a_destination_takes_only_plain_dialplan_names(name: str) -> None:
    with pytest.raises(BadInputError, match=r"destination\.context"):
        Destination(context=name)


@pytest.mark.parametrize("path", ["../secret", "a b", "x,y", "", "a\n"])
def test_a_sound_that_could_break_a_line_is_refused(path: str) -> None:
    with pytest.raises(BadInputError, match="sound"):
        check_sound(path)


def test_a_plain_sound_is_taken() -> None:
    assert check_sound("discador/mexico/offer") == "discador/mexico/offer"
