"""A pattern takes the digits that Python's re takes, and refuses what it does not know."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.numbering.pattern import END, Pattern
from fastagi_server.telephony.errors import BadInputError

SIMPLE = st.sampled_from([r"\d", "[2-9]", "[13-57]", "0", "7"])
TEXTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda ways: f"(?:{'|'.join(ways)})"),
        inner.map(lambda part: f"({part})?"),
        st.tuples(inner, st.integers(0, 2), st.integers(0, 2)).map(
            lambda each: f"(?:{each[0]}){{{each[1]},{each[1] + each[2]}}}"
        ),
        inner.map(lambda part: f"(?:{part}){{2}}"),
    ),
    max_leaves=6,
)


def takes(text: str, digits: str) -> bool:
    pattern = Pattern(text)
    here = pattern.first
    for digit in digits:
        here = pattern.step(here, digit)
    return END in here


@given(TEXTS, st.text("012579", max_size=8))
def test_what_re_takes_is_taken_and_nothing_else(text: str, digits: str) -> None:
    assert takes(text, digits) is bool(re.fullmatch(text, digits))


@pytest.mark.parametrize(
    ("text", "digits", "taken"),
    [("", "", True), ("", "1", False), (r"11\d{2}", "1190", True), (r"1(?:2|3[4-6])?", "136", True)],
)
def test_by_hand(text: str, digits: str, *, taken: bool) -> None:
    assert takes(text, digits) is taken


@pytest.mark.parametrize("text", ["1*", "1+", ".", "a", "(1", "1)", "$", "1{2", "[^1]", r"\1", "?", "(?=1)"])
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="pattern"):
        Pattern(text)
