"""A tree becomes a dataclass; every mistake in it is noted with its line, and none hides another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastagi_server.config.document import Scalar, Table, parse
from fastagi_server.config.mistakes import Mistake, Place
from fastagi_server.config.read import Reader
from fastagi_server.config.schema import about, verify
from fastagi_server.telephony.country import Destination


def short(value: str) -> str | None:
    return None if len(value) < 5 else "short"


@dataclass(frozen=True, kw_only=True)
class Inner:
    port: int = field(default=1, metadata=about("d", why="w", least=1, most=9))
    secret: str = field(default="", repr=False, metadata=about("d", why="w", check=short, secret=True))
    pin: int = field(default=0, repr=False, metadata=about("d", why="w", secret=True))
    hidden: str = field(default="", repr=False, metadata=about("d", why="w", secret=True, in_file=False))

    def __post_init__(self) -> None:
        verify(self)


@dataclass(frozen=True, kw_only=True)
class Outer:
    name: str
    inner: Inner = field(default_factory=Inner, metadata=about("d", why="w"))
    words: tuple[str, ...] = field(default=(), metadata=about("d", why="w", each=short))
    table: Mapping[str, Inner] = field(default_factory=dict, metadata=about("d", why="w", names=short))
    lists: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict, metadata=about("d", why="w", each=short)
    )
    folder: Path | None = field(default=None, metadata=about("d", why="w"))
    place: Destination = field(default=Destination(context="c"), metadata=about("d", why="w"))


def read(text: str, kind: type[Any] = Outer) -> tuple[Any, list[str]]:
    mistakes: list[Mistake] = []
    tree = parse(text.encode(), file="f", mistakes=mistakes)
    value = Reader(mistakes=mistakes).read(kind, tree)
    return value, [str(each) for each in mistakes]


def test_what_is_given_is_taken_and_the_rest_is_default() -> None:
    value, mistakes = read(
        "name: n\ninner: {port: 5}\nwords: [a, b]\n"
        "table: {x: {port: 2}, y: {}}\nlists: {m: [+52, 7]}\nfolder: /x\n"
    )
    assert mistakes == []
    assert value == Outer(
        name="n",
        inner=Inner(port=5),
        words=("a", "b"),
        table={"x": Inner(port=2), "y": Inner()},
        lists={"m": ("+52", "7")},
        folder=Path("/x"),
    )


def test_every_mistake_is_noted_with_its_line() -> None:
    value, mistakes = read(
        "inner:\n  port: 10\n  prot: 1\nwords:\n  - a\n  - toolong\n  - [b]\n"
        "table:\n  toolong: {}\n  x: {port: yes}\nlists:\n  m: 5\nplace: {exten: 5}\n"
    )
    assert value is None
    assert mistakes == [
        "f:1: name is missing; it should be given as text",
        "f:3: inner.prot is not known here; did you mean port?",
        "f:2: inner.port is 10; it should be 1 to 9",
        "f:6: words.2 is toolong; it should be short",
        "f:7: words.3 is a list; it should be text",
        "f:9: table is 'toolong'; it should be named short",
        "f:10: table.x.port is yes; it should be a whole number, without quotes",
        "f:12: lists.m is 5; it should be a list, each text",
        "f:13: place.context is missing; it should be given as text",
    ]


def test_what_a_dataclass_says_of_itself_is_told_at_its_line() -> None:
    _, mistakes = read("name: n\nplace:\n  context: c\n  exten: 'a,b'\n")
    assert mistakes == ["f:4: place.exten is 'a,b'; it should be a plain dialplan name"]


def test_a_secrets_value_is_never_told() -> None:
    for text in ("secret: hunter2", "secret: [hunter2]", "secret: {hunter2: 1}", "pin: hunter2"):
        _, mistakes = read(f"name: n\ninner: {{{text}}}\n")
        assert len(mistakes) == 1
        assert "hunter2" not in mistakes[0]


def test_what_belongs_in_the_environment_is_refused_in_the_file() -> None:
    _, mistakes = read("name: n\ninner: {hidden: hunter2}\n")
    assert mistakes == [
        "f:2: inner.hidden is (hidden); it should be in the environment or in a file of its own, never here"
    ]


def test_what_belongs_in_the_environment_is_taken_from_there() -> None:
    tree = Table(Place(file="E"))
    tree.put("hidden", Scalar("hunter2", plain=False, place=Place(file="E")), Place(file="E"))
    value = Reader(mistakes=[]).read(Inner, tree)
    assert value == Inner(hidden="hunter2")
    assert "hunter2" not in repr(value)


def test_a_section_that_is_all_comments_is_an_empty_one() -> None:
    value, mistakes = read("name: n\ninner:\n  # port: 5\nwords:\ntable: ~\n")
    assert (value, mistakes) == (Outer(name="n"), [])


def test_quoted_nothing_is_no_section() -> None:
    assert read("name: n\ninner: ''\n")[1] == ["f:2: inner is ''; it should be a mapping"]


def test_empty_is_none_where_none_is_possible() -> None:
    for text in ("", "''", "null"):
        assert read(f"name: n\nfolder: {text}\n")[0] == Outer(name="n")
