from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.ivr.answers import About, Lent
from fastagi_server.numbering.number import Why
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.country import Country, Texts

MEXICO = Country(
    slug="mexico",
    iso="MX",
    languages=("es-419",),
    texts=Texts(identification="a", optout="b", offer="c"),
    connect_key="3",
)


def test_a_number_that_may_be_called_is_told_whole_and_yes_comes_last() -> None:
    told = About(number=parse("525512345678"), country=MEXICO).variables()

    assert list(told.items()) == [
        ("DISCADOR_COUNTRY", "mexico"),
        ("DISCADOR_ISO", "MX"),
        ("DISCADOR_E164", "+525512345678"),
        ("DISCADOR_CONNECT_KEY", "3"),
        ("DISCADOR_OPTOUT_KEY", "9"),
        ("DISCADOR_REPEAT_KEY", "0"),
        ("DISCADOR_WHY", ""),
        ("DISCADOR_DIALABLE", "yes"),
    ]


@pytest.mark.parametrize(
    ("text", "country", "why", "e164"),
    [
        ("911", None, "short_code", ""),
        ("", None, "empty", ""),
        ("0115215512345678", None, "no_country_code", ""),
        ("+18005551234", None, "toll_free", "+18005551234"),
        ("+56221234567", None, "no_country", "+56221234567"),
    ],
)
def test_every_no_has_its_word(text: str, country: Country | None, why: str, e164: str) -> None:
    told = About(number=parse(text), country=country).variables()

    assert (told["DISCADOR_DIALABLE"], told["DISCADOR_WHY"]) == ("no", why)
    assert told["DISCADOR_E164"] == e164


def test_what_is_not_known_is_emptied_so_that_no_earlier_answer_stays() -> None:
    told = About(number=parse("911"), country=None).variables()

    assert {name for name, value in told.items() if not value} == {
        "DISCADOR_COUNTRY",
        "DISCADOR_ISO",
        "DISCADOR_E164",
        "DISCADOR_CONNECT_KEY",
        "DISCADOR_OPTOUT_KEY",
        "DISCADOR_REPEAT_KEY",
    }


def test_a_caller_id_comes_last_and_its_reason_in_one_line() -> None:
    told = Lent(callerid="+13055560001", why="least used\nof 2", country="usa").variables()

    assert list(told.items()) == [
        ("DISCADOR_COUNTRY", "usa"),
        ("DISCADOR_CALLERID_WHY", "least used of 2"),
        ("DISCADOR_CALLERID", "+13055560001"),
    ]


def test_the_reference_knows_every_word_of_why() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dialplan.md").read_text("utf-8")
    words = [*Why, "no_country", "opted_out"]

    assert [word for word in words if word is not Why.OK and f"`{word}`" not in page] == []
