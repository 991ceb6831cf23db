from __future__ import annotations

import json
from typing import Any

KEYS = ["raw", "e164", "iso", "country", "zones", "dialable", "why"]


def test_numbers_for_programs_are_one_array(discador: Any) -> None:
    told = discador("number", "--json", "52 55 5000 1003", "12")

    assert told.code == 0
    mexico, short = json.loads(told.out)
    assert list(mexico) == KEYS
    assert mexico == {
        "raw": "52 55 5000 1003",
        "e164": "+525550001003",
        "iso": "MX",
        "country": "mexico",
        "zones": ["America/Mexico_City"],
        "dialable": True,
        "why": "ok",
    }
    assert (short["e164"], short["country"], short["dialable"], short["why"]) == (
        None,
        None,
        False,
        "short_code",
    )


def test_one_number_is_an_array_too(discador: Any) -> None:
    assert len(json.loads(discador("number", "+525550001003", "--json").out)) == 1


def test_numbers_for_people(discador: Any) -> None:
    assert discador("number", "+525550001003", "12").out == (
        "+525550001003  +525550001003  mexico  may be dialed  America/Mexico_City\n"
        "12             -              -       short code\n"
    )


def test_a_number_of_everywhere_names_a_few_zones(discador: Any) -> None:
    line = discador("--lang", "pt", "number", "+19005551212").out

    assert "é de tarifa especial" in line
    assert line.count("America/") == 3
    assert " +" in line.split("tarifa especial")[1]


def test_no_number_is_asked_wrongly(discador: Any) -> None:
    assert discador("number").code == 2
