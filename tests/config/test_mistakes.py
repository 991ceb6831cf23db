"""Mistakes are told all at once, in the order in which they stand, and never move a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.config.mistakes import Mistake, Place, SettingError, Wrong, did_you_mean, path, shown
from fastagi_server.telephony.errors import DiscadorError


def mistake(file: str, line: int | None, key: str) -> Mistake:
    place = Place(file=file, line=line)
    return Mistake(wrong=Wrong.VALUE, place=place, key=key, value="1", expected="2")


def test_all_mistakes_are_told_in_the_order_in_which_they_stand() -> None:
    wrong = SettingError([mistake("env", None, "c"), mistake("a.yml", 9, "b"), mistake("a.yml", 2, "a")])
    assert str(wrong) == (
        "Mistakes in the configuration: 3.\n"
        "  a.yml:2: a is 1; it should be 2\n"
        "  a.yml:9: b is 1; it should be 2\n"
        "  env: c is 1; it should be 2"
    )
    assert isinstance(wrong, DiscadorError)


@pytest.mark.parametrize("wrong", list(Wrong))
def test_every_way_to_be_wrong_has_its_sentence(wrong: Wrong) -> None:
    told = str(Mistake(wrong=wrong, place=Place(file="f"), key="k", value="v", expected="right"))
    assert told.startswith("f: ")
    assert "right" in told


def test_a_remedy_is_the_nearest_name_or_all_of_them() -> None:
    assert did_you_mean("prot", {"port", "host"}) == "did you mean port?"
    assert did_you_mean("zzz", {"port", "host"}) == "known: host, port"
    assert did_you_mean("zzz", ()) == "known: none"


def test_a_path_grows_by_a_key() -> None:
    assert path("", "trunks") == "trunks"
    assert path("trunks", "carrier") == "trunks.carrier"


@given(st.text(max_size=300))
def test_what_is_shown_is_short_and_moves_no_terminal(text: str) -> None:
    for told in (shown(text), path("", text)):
        assert told.isprintable()
        assert 0 < len(told) <= 60
