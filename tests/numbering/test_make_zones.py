"""Our own words on zones take the place of the library's, longer digits included."""

from __future__ import annotations

import zoneinfo
from typing import Any

import pytest
from phonenumbers.tzdata import TIMEZONE_DATA

from fastagi_server.numbering.make_zones import NATIONWIDE, PLACES, RENAMED, make


@pytest.fixture(scope="module")
def places() -> dict[str, tuple[str, ...]]:
    made: Any = make()
    return {d: tuple(names.split()) for names, heads in made["places"].items() for d in heads.split()}


def test_no_longer_digits_of_the_librarys_outlive_ours(places: dict[str, tuple[str, ...]]) -> None:
    for head, names in PLACES.items():
        assert {d: n for d, n in places.items() if d.startswith(head)} == {head: names}


def test_the_rest_is_the_librarys(places: dict[str, tuple[str, ...]]) -> None:
    rest = {digits: names for digits, names in places.items() if digits not in PLACES}
    assert len(rest) > 1_000
    for digits, names in rest.items():
        assert names == tuple(RENAMED.get(name, name) for name in TIMEZONE_DATA[digits])


def test_we_differ_where_we_say_so_only_and_by_names_that_exist() -> None:
    ours = [name for names in (*PLACES.values(), *NATIONWIDE.values()) for name in names]
    assert {*ours, *RENAMED.values()} <= zoneinfo.available_timezones()
    assert all(TIMEZONE_DATA.get(digits) != names for digits, names in {**PLACES, **NATIONWIDE}.items())
