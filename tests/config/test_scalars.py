"""Text is a value of the type that is wanted, or it is not; nothing is turned into something near."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.config.document import Items, Scalar
from fastagi_server.config.mistakes import Place
from fastagi_server.config.scalars import BadType, named, value_of

HERE = Place(file="f", line=1)


class Colour(enum.StrEnum):
    NONE = ""
    RED = "RED"


def take(hint: Any, text: str, *, plain: bool = True) -> Any:
    return value_of(hint, Scalar(text, plain, HERE))


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (str, "NO", "NO"),
        (str, "007", "007"),
        (str, "true", "true"),
        (int, "5038", 5038),
        (int, "-1", -1),
        (int, "0", 0),
        (float, "1.5", 1.5),
        (float, "30", 30.0),
        (float, "1e2", 100.0),
        (bool, "true", True),
        (bool, "No", False),
        (bool, "off", False),
        (Path, "/etc/x", Path("/etc/x")),
        (Colour, "red", Colour.RED),
        (Colour, "RED", Colour.RED),
    ],
)
def test_text_that_is_right_becomes_the_value(hint: Any, text: str, value: object) -> None:
    taken = take(hint, text)
    assert taken == value
    assert type(taken) is type(value)


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (str, ""),
        (str, "null"),
        (str, "~"),
        (int, "true"),
        (int, "yes"),
        (int, "1.0"),
        (int, "010"),
        (int, "0x10"),
        (int, "1_000"),
        (int, "\u0663"),
        (int, "9" * 5000),
        (float, "nan"),
        (float, ".inf"),
        (float, "1e999"),
        (float, "1e400"),
        (bool, "1"),
        (bool, "0"),
        (bool, "y"),
        (Path, "a\x00b"),
        (Colour, "blue"),
    ],
)
def test_text_of_another_type_is_refused(hint: Any, text: str) -> None:
    with pytest.raises(BadType):
        take(hint, text)


@pytest.mark.parametrize(("hint", "text"), [(int, "5"), (float, "1.5"), (bool, "true"), (Path, "")])
def test_quotes_make_it_text_and_nothing_else(hint: Any, text: str) -> None:
    with pytest.raises(BadType):
        take(hint, text, plain=False)


def test_quoted_nothing_is_text() -> None:
    assert take(str, "", plain=False) == ""
    assert take(Colour, "", plain=False) is Colour.NONE


@pytest.mark.parametrize("hint", [str, int, float, bool, Path, Colour])
def test_a_list_is_no_scalar(hint: Any) -> None:
    with pytest.raises(BadType):
        value_of(hint, Items(HERE))


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_every_whole_number_is_read_as_written(number: int) -> None:
    assert take(int, str(number)) == number


@given(st.text(), st.booleans(), st.sampled_from([str, int, float, bool, Path, Colour]))
def test_any_text_is_taken_or_refused_and_nothing_else(text: str, plain: bool, hint: Any) -> None:
    try:
        taken = take(hint, text, plain=plain)
    except BadType as wrong:
        assert str(wrong)  # noqa: PT017 - either is right
    else:
        assert isinstance(taken, hint)


def test_types_have_names_in_words() -> None:
    assert named(tuple[str, ...]) == "a list, each text"
    assert named(Mapping[str, int]) == "a mapping of names, each to a whole number"
    assert named(Path | None) == "a path, or empty"
    assert named(Colour) == "one of '', RED"
