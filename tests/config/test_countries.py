"""Countries come one to a file; the operator's take the place of ours, and no two share numbers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from fastagi_server.config.countries import load
from fastagi_server.config.mistakes import SettingError
from fastagi_server.numbering.americas import CALLING_CODES
from fastagi_server.numbering.heads import heads
from fastagi_server.numbering.zones import _written
from fastagi_server.telephony.country import AmdNumbers, Answer, Country, Texts

NORWAY = """\
slug: norway
iso: NO
languages: [no, en]
texts:
  identification: Dette er en automatisk samtale.
  optout: Trykk 9.
  offer: Trykk 1.
"""


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(SettingError) as caught:
        load(folder)
    return [str(each).replace(f"{folder}/", "") for each in caught.value.mistakes]


def test_ours_are_there_in_the_order_of_their_slugs() -> None:
    slugs = [each.slug for each in load()]
    assert slugs == sorted(slugs)
    assert {"brasil", "mexico", "usa"} <= set(slugs)


@pytest.mark.parametrize(
    ("slug", "iso", "key"), [("brasil", "BR", "1"), ("mexico", "MX", "3"), ("usa", "US", "1")]
)
def test_the_guides_keys_are_ours(slug: str, iso: str, key: str) -> None:
    country = next(each for each in load() if each.slug == slug)
    assert (country.iso, country.connect_key) == (iso, key)
    assert (country.optout_key, country.repeat_key) == ("9", "0")


def test_the_operators_country_is_added_and_norway_is_not_false(tmp_path: Path) -> None:
    put(tmp_path, "norway.yml", NORWAY)
    before = load()
    after = load(tmp_path)
    (norway,) = set(after) - set(before)
    assert norway == Country(
        slug="norway",
        iso="NO",
        languages=("no", "en"),
        texts=Texts(identification="Dette er en automatisk samtale.", optout="Trykk 9.", offer="Trykk 1."),
    )
    assert [each.slug for each in after] == sorted(each.slug for each in after)


def test_a_file_of_the_same_name_takes_the_place_of_ours_whole(tmp_path: Path) -> None:
    text = NORWAY.replace("norway", "mexico").replace("NO", "MX")
    more = "connect_key: 5\namd: {greeting: 900}\nnotsure: hangup\noffers: 2\nthanks: yes\n"
    put(tmp_path, "mexico.yml", text + more)
    mexico = next(each for each in load(tmp_path) if each.slug == "mexico")
    assert (mexico.connect_key, mexico.offers, mexico.thanks) == ("5", 2, True)
    assert (mexico.notsure, mexico.amd) == (Answer.HANGUP, AmdNumbers(greeting=900))
    assert len(load(tmp_path)) == len(load())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "slug: norway",
            "slug: norge",
            "norway.yml:1: slug is 'norge'; it should be norway, the file's name",
        ),
        ("slug: norway\n", "", "norway.yml:1: slug is missing; it should be given as text"),
        ("iso: NO", "iso: no", "norway.yml:2: iso is 'no'; it should be two capitals of ISO 3166-1"),
        ("iso: NO", "iso: [NO]", "norway.yml:2: iso is a list; it should be text"),
        ("[no, en]", "[]", "norway.yml:3: languages is (); it should be at least one language"),
        ("[no, en]", "no", "norway.yml:3: languages is no; it should be a list, each text"),
        ("optout: ", "optoot: ", "norway.yml:6: texts.optoot is not known here; did you mean optout?"),
        ("Trykk 9.", "'  '", "norway.yml:6: texts.optout is '  '; it should be what the callee hears"),
        (
            "texts:",
            "conect_key: 1\ntexts:",
            "norway.yml:4: conect_key is not known here; did you mean connect_key?",
        ),
        (
            "texts:",
            "connect_key: A\ntexts:",
            "norway.yml:4: connect_key is 'A'; it should be one key of 0-9, * or #",
        ),
        (
            "texts:",
            "connect_key: 9\ntexts:",
            "norway.yml:4: connect_key is '9'; it should be three different keys",
        ),
        ("texts:", "offers: 99\ntexts:", "norway.yml:4: offers is 99; it should be 1 to 9"),
        (
            "texts:",
            "offers: true\ntexts:",
            "norway.yml:4: offers is true; it should be a whole number, without quotes",
        ),
        (
            "texts:",
            "amd: {greeting: -1}\ntexts:",
            "norway.yml:4: amd.greeting is -1; it should be 0 to 60000",
        ),
        (
            "texts:",
            "notsure: wait\ntexts:",
            "norway.yml:4: notsure is wait; it should be one of play, hangup",
        ),
        (
            "texts:",
            "slug: x\ntexts:",
            "norway.yml:4: slug is given twice; it should be there once (the first stands",
        ),
        ("texts:", "b: *a\ntexts:", "norway.yml:4: this is not YAML that we take: an alias (*)"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    put(tmp_path, "norway.yml", NORWAY.replace(old, new))
    assert any(each.startswith(told) for each in mistakes(tmp_path)), mistakes(tmp_path)


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, "norway.yml", NORWAY.replace("NO", "no"))
    put(tmp_path, "sweden.yml", "b: *a\n")
    put(tmp_path, "zz.yml", "slug: zz\n")
    assert {each.split(":")[0] for each in mistakes(tmp_path)} == {"norway.yml", "sweden.yml", "zz.yml"}


def test_two_countries_cannot_have_the_same_numbers(tmp_path: Path) -> None:
    put(tmp_path, "mx.yml", NORWAY.replace("norway", "mx").replace("NO", "MX"))
    (told,) = mistakes(tmp_path)
    assert told.startswith("mx.yml: iso is 'MX'; it should be no other file's; ")
    assert "mexico.yml has it" in told


def test_a_file_that_would_be_passed_over_is_told(tmp_path: Path) -> None:
    put(tmp_path, "norway.yaml", NORWAY)
    assert mistakes(tmp_path) == [
        "norway.yaml: this file cannot be used: it would not be read; a country's file ends in .yml"
    ]


def test_other_files_are_nobodys_country(tmp_path: Path) -> None:
    for name in (".norway.yml.swp", ".hidden.yml", "README", "norway.yml~"):
        put(tmp_path, name, "{")
    assert load(tmp_path) == load()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path / "nowhere")
    assert "No such file or directory" in told


def test_a_folder_named_like_a_country_is_told(tmp_path: Path) -> None:
    (tmp_path / "norway.yml").mkdir()
    (told,) = mistakes(tmp_path)
    assert "Is a directory" in told


def test_every_region_of_the_americas_has_its_country() -> None:
    regions = {iso for code in CALLING_CODES for iso in phonenumbers.region_codes_for_country_code(int(code))}
    found = {each.iso: each for each in load()}

    assert set(found) == regions
    assert len(regions) == 58
    for iso, country in found.items():
        assert country.code == str(phonenumbers.country_code_for_region(iso))


def test_a_caller_id_has_a_cap_in_the_usa_its_territories_and_canada_only() -> None:
    capped = {"US": 100, "CA": 100, "PR": 100, "VI": 100, "GU": 100, "AS": 100, "MP": 100}

    assert {each.iso: each.cap for each in load() if each.cap} == capped


def clock(zone: str) -> tuple[str, ...]:
    """Give a zone's hours: places with the same ones have the same day."""
    days = (datetime(2026, month, 1, 12, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    return tuple(str(day.utcoffset()) for day in days)


@pytest.mark.parametrize("country", load(), ids=lambda country: country.slug)
def test_a_caller_ids_day_is_a_day_of_the_country(country: Country) -> None:
    """The zone has the hours of one of those in which the country's own numbers are."""
    places, _ = _written()
    own = heads(country.iso)
    found = [names for digits, names in places.items() if digits.startswith(own) or own[0].startswith(digits)]
    assert clock(country.zone) in {clock(name) for names in found for name in names}


@pytest.mark.parametrize(
    ("slug", "iso", "zone", "language"),
    [
        ("usa", "US", "America/New_York", "en-us"),
        ("canada", "CA", "America/Toronto", "en-us"),
        ("mexico", "MX", "America/Mexico_City", "es-419"),
        ("brasil", "BR", "America/Sao_Paulo", "pt-br"),
        ("colombia", "CO", "America/Bogota", "es-419"),
        ("argentina", "AR", "America/Argentina/Buenos_Aires", "es-419"),
        ("haiti", "HT", "America/Port-au-Prince", "ht"),
        ("paraguay", "PY", "America/Asuncion", "es-419"),
        ("suriname", "SR", "America/Paramaribo", "nl"),
        ("guyane", "GF", "America/Cayenne", "fr-fr"),
        ("trinidad_y_tobago", "TT", "America/Port_of_Spain", "en-029"),
        ("greenland", "GL", "America/Nuuk", "da"),
    ],
)
def test_a_few_of_them_by_hand(slug: str, iso: str, zone: str, language: str) -> None:
    country = next(each for each in load() if each.slug == slug)
    assert (country.iso, country.zone, country.languages[0]) == (iso, zone, language)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("zone: Europe/Olso", "norway.yml:4: zone is 'Europe/Olso'; it should be an IANA name: "),
        ("cap: -1", "norway.yml:4: cap is -1; it should be 0 (no limit) to 1000000"),
        ("code: +47", "norway.yml:4: code is '+47'; it should be a calling code, 1 to 999"),
    ],
)
def test_a_wrong_cap_zone_or_code_is_told_with_its_line(tmp_path: Path, more: str, told: str) -> None:
    put(tmp_path, "norway.yml", NORWAY.replace("texts:", f"{more}\ntexts:"))
    assert any(each.startswith(told) for each in mistakes(tmp_path)), mistakes(tmp_path)
