"""What `discador number` tells of a number."""

from __future__ import annotations

import json

from fastagi_server.numbering.country import by_iso
from fastagi_server.numbering.describe import describe
from fastagi_server.telephony.country import Country, Texts

TEXTS = Texts(identification="i", optout="o", offer="p")
MEXICO = Country(slug="mexico", iso="MX", languages=("es-419",), texts=TEXTS)


def test_a_number_is_told_whole() -> None:
    expected = {
        "raw": "52 1 55 1234 5678",
        "e164": "+525512345678",
        "iso": "MX",
        "country": "mexico",
        "zones": ["America/Mexico_City"],
        "dialable": True,
        "why": "ok",
    }
    assert describe("52 1 55 1234 5678", [MEXICO]) == expected
    assert describe("52 1 55 1234 5678", by_iso([MEXICO])) == expected


def test_what_is_not_known_is_null() -> None:
    assert json.loads(json.dumps(describe("nobody", [MEXICO]))) == {
        "raw": "nobody",
        "e164": None,
        "iso": None,
        "country": None,
        "zones": [],
        "dialable": False,
        "why": "letter",
    }


def test_a_country_without_a_file_is_null_and_the_number_is_known() -> None:
    told = describe("+18005671234", [MEXICO])
    assert (told["iso"], told["country"], told["dialable"], told["why"]) == ("US", None, False, "toll_free")
