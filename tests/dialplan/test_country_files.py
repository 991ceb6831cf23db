"""The country files: each names every field of Country; one, Mexico's, explains them all."""

from __future__ import annotations

import importlib.resources
from dataclasses import fields

import pytest
import yaml

from fastagi_server.telephony.country import AmdNumbers, Country, Texts

FOLDER = importlib.resources.files("fastagi_server.defaults.countries")
SLUGS = sorted(file.name[:-4] for file in FOLDER.iterdir() if file.name.endswith(".yml"))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_field_stands_in_the_file(slug: str) -> None:
    found = yaml.safe_load(FOLDER.joinpath(f"{slug}.yml").read_text("utf-8"))

    assert set(found) == {each.name for each in fields(Country)}
    assert list(found["amd"]) == [each.name for each in fields(AmdNumbers)]
    assert list(found["texts"]) == [each.name for each in fields(Texts)]
    assert found["slug"] == slug


def test_one_file_explains_every_field() -> None:
    text = FOLDER.joinpath("mexico.yml").read_text("utf-8")

    assert [each.name for each in fields(Country) if f"\n# {each.name}: " not in text] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_file_says_that_the_company_in_it_is_nobodys(slug: str) -> None:
    found = yaml.safe_load(FOLDER.joinpath(f"{slug}.yml").read_text("utf-8"))
    text = FOLDER.joinpath(f"{slug}.yml").read_text("utf-8")

    placeholder = text.partition('# "')[2].partition('" stands for the company that calls')[0]
    assert placeholder
    assert placeholder in found["texts"]["identification"]


def test_the_keys_are_those_of_the_guide_and_the_texts_say_them(every: tuple[Country, ...]) -> None:
    for country in every:
        keys = (country.connect_key, country.optout_key, country.repeat_key)
        assert keys == ("3" if country.slug == "mexico" else "1", "9", "0")
        assert all(key in country.texts.offer for key in keys), country.slug
        assert country.optout_key in country.texts.optout, country.slug


def test_every_country_speaks_its_own_words(every: tuple[Country, ...]) -> None:
    assert len({each.texts for each in every}) == len(every)


def test_nobody_is_thanked_in_the_usa_its_territories_and_canada(every: tuple[Country, ...]) -> None:
    quiet = {"US", "CA", "PR", "VI", "GU", "AS", "MP"}

    assert {each.iso for each in every if not each.thanks} == quiet
