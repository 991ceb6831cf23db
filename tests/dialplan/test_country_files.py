"""The country files: each names every field of Country, each with its comment."""

from __future__ import annotations

import importlib.resources
from dataclasses import fields

import pytest
import yaml

from fastagi_server.telephony.country import AmdNumbers, Country, Texts

FOLDER = importlib.resources.files("fastagi_server.defaults.countries")
SLUGS = ("mexico", "usa", "brasil")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_field_stands_in_the_file(slug: str) -> None:
    found = yaml.safe_load(FOLDER.joinpath(f"{slug}.yml").read_text("utf-8"))

    assert set(found) == {each.name for each in fields(Country)}
    assert list(found["amd"]) == [each.name for each in fields(AmdNumbers)]
    assert list(found["texts"]) == [each.name for each in fields(Texts)]
    assert found["slug"] == slug


@pytest.mark.parametrize("slug", SLUGS)
def test_every_field_has_its_comment(slug: str) -> None:
    text = FOLDER.joinpath(f"{slug}.yml").read_text("utf-8")

    assert [each.name for each in fields(Country) if f"\n# {each.name}: " not in text] == []


def test_the_keys_are_those_of_the_guide_and_the_texts_say_them(countries: tuple[Country, ...]) -> None:
    keys = {each.slug: (each.connect_key, each.optout_key, each.repeat_key) for each in countries}

    assert keys == {"mexico": ("3", "9", "0"), "usa": ("1", "9", "0"), "brasil": ("1", "9", "0")}
    for country in countries:
        assert all(key in country.texts.offer for key in keys[country.slug])
        assert country.optout_key in country.texts.optout
    assert {each.slug: each.languages for each in countries} == {
        "mexico": ("es-419",),
        "usa": ("en-us",),
        "brasil": ("pt-br",),
    }


def test_nobody_is_thanked_in_the_usa(countries: tuple[Country, ...]) -> None:
    assert {each.slug for each in countries if each.thanks} == {"mexico", "brasil"}
