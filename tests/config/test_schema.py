"""A field carries its paragraph and its limits, and both are found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from fastagi_server.config.mistakes import HIDDEN
from fastagi_server.config.schema import About, about, element, fields, member, optional, verify
from fastagi_server.telephony.errors import BadInputError


def small(value: str) -> str | None:
    return None if value.islower() else "small letters"


@dataclass(frozen=True, kw_only=True)
class Sample:
    count: int = field(default=1, metadata=about("d", why="w", unit="u", least=1, most=9))
    key: str = field(default="", repr=False, metadata=about("d", why="w", check=lambda _: None, secret=True))
    words: tuple[str, ...] = field(default=(), metadata=about("d", why="w", each=small))
    table: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict, metadata=about("d", why="w", names=small, each=small)
    )
    foreign: str = field(metadata={})

    def __post_init__(self) -> None:
        verify(self)


def test_fields_tell_types_defaults_and_paragraphs() -> None:
    count, *_, foreign = fields(Sample)
    assert (count.name, count.hint, count.required, count.default) == ("count", int, False, 1)
    assert count.about == About(doc="d", why="w", unit="u", least=1, most=9)
    assert (foreign.required, foreign.about) == (True, None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"count": 0}, "1 to 9"),
        ({"count": 10}, "1 to 9"),
        ({"words": ("a", "B")}, "small letters"),
        ({"table": {"A": ()}}, "small letters"),
        ({"table": {"a": ("b", "C")}}, "small letters"),
    ],
)
def test_a_value_made_by_hand_is_held_to_its_limits(values: dict[str, object], expected: str) -> None:
    with pytest.raises(BadInputError, match=expected):
        Sample(foreign="", **values)  # type: ignore[arg-type]


def test_what_is_within_its_limits_is_taken() -> None:
    sample = Sample(foreign="", count=9, words=("a",), table={"a": ("b",)})
    assert sample.table == {"a": ("b",)}


@pytest.mark.parametrize(
    ("told", "value", "expected"),
    [
        (About(doc="", why="", least=1), 0, "1 or more"),
        (About(doc="", why="", most=1), 2, "at most 1"),
        (About(doc="", why="", least=0.5, most=2), 0.1, "0.5 to 2"),
        (About(doc="", why=""), 5, None),
    ],
)
def test_limits_say_what_would_be_right(told: About, value: float, expected: str | None) -> None:
    assert told.fault(value) == expected


def test_a_secret_is_not_part_of_the_error() -> None:
    told = About(doc="", why="", check=lambda _: "another", secret=True)
    assert told.shown("hunter2") == HIDDEN
    assert About(doc="", why="").shown("open") == "open"


def test_types_are_taken_apart() -> None:
    assert (optional(int | None), optional(int)) == (int, None)
    assert (element(tuple[str, ...]), element(str)) == (str, None)
    assert (member(Mapping[str, int]), member(int)) == (int, None)
