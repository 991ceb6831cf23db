from __future__ import annotations

from collections import Counter
from random import Random

from fastagi_server.config import countries as country_files
from fastagi_server.loadtest.callees import BY_ENDING
from fastagi_server.loadtest.lists import COUNTRIES, MIX, callees, caller_ids, numbers
from fastagi_server.numbering.parse import parse

ISO = {each.slug: each.iso for each in country_files.load()}


def test_twenty_thousand_caller_ids_are_real_numbers_of_their_countries() -> None:
    dids = list(caller_ids(20_000))

    assert len(dids) == len({number for number, _ in dids}) == 20_000
    assert {country for _, country in dids} == set(COUNTRIES)
    assert [number for number, country in dids if parse(number).iso != ISO[country]] == []


def test_the_callees_are_dialable_each_once_and_spread_evenly() -> None:
    numbers = [parse(number) for number in callees(6000, Random(1))]

    assert all(number.dialable for number in numbers)
    assert len({number.e164 for number in numbers}) == 6000
    assert set(Counter(number.iso for number in numbers).values()) == {1000}


def test_a_list_of_some_of_the_countries() -> None:
    numbers = [parse(number) for number in callees(400, Random(1), countries=("usa", "mexico"))]

    assert len({number.e164 for number in numbers}) == 400
    assert Counter(number.iso for number in numbers) == {"US": 200, "MX": 200}


def test_a_list_of_chosen_endings() -> None:
    listed = list(numbers(600, ["40", "22"], Random(1)))

    assert len({parse(number).e164 for number in listed}) == 600
    assert set(Counter(number[-2:] for number in listed)) == {"40", "22"}
    assert 240 < sum(number.endswith("40") for number in listed) < 360


def test_the_same_seed_gives_the_same_list() -> None:
    assert list(callees(50, Random(3))) == list(callees(50, Random(3))) != list(callees(50, Random(4)))


def test_every_ending_of_the_mix_is_a_callee() -> None:
    assert set(MIX) <= set(BY_ENDING)
    assert sum(MIX.values()) == 100
