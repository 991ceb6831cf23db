"""What a piece of text stands for, by the type that is wanted; YAML's own guesses are not asked.

This file does not know where the text stands.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastagi_server.config import schema
from fastagi_server.config.document import Node, Scalar

NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})", re.ASCII)  # 010 would be 8 to some and 10 to others
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


class BadType(Exception):  # noqa: N818 - the reader makes a mistake with a place of it
    """The text is no value of the type; its argument says what would be."""


def _text(node: Scalar) -> str:
    if node.plain and node.text in NULLS:
        raise BadType("text; '' if none is meant")
    return node.text


def _whole(node: Scalar) -> int:
    if not node.plain or not _WHOLE.fullmatch(node.text):
        raise BadType("a whole number, without quotes")
    return int(node.text)


def _number(node: Scalar) -> float:
    value = float(node.text) if node.plain and _NUMBER.fullmatch(node.text) else math.inf
    if not math.isfinite(value):
        raise BadType("a number, without quotes")
    return value


def _truth(node: Scalar) -> bool:
    word = node.text.lower()
    if not node.plain or word not in _TRUE | _FALSE:
        raise BadType("true or false, without quotes")
    return word in _TRUE


def _path(node: Scalar) -> Path:
    if _text(node) == "" or not node.text.isprintable():
        raise BadType("a path")
    return Path(node.text)


_SCALARS: dict[Any, Callable[[Scalar], Any]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _truth,
    Path: _path,
}


def value_of(hint: Any, node: Node) -> Any:
    """Give the value of the type that the text stands for."""
    if not isinstance(node, Scalar) or (hint not in _SCALARS and not _is_enum(hint)):
        raise BadType(named(hint))
    if not _is_enum(hint):
        return _SCALARS[hint](node)
    words = {str(each).lower(): each for each in hint}
    if node.text.lower() in words:
        return words[node.text.lower()]
    raise BadType(named(hint))


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, enum.StrEnum)


_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}


def named(hint: Any) -> str:
    """Give a type in words, as a mistake and the documentation tell it."""
    inner = schema.optional(hint)
    if inner is not None:
        return f"{named(inner)}, or empty"
    if schema.element(hint):
        return f"a list, each {named(schema.element(hint))}"
    if schema.member(hint):
        return f"a mapping of names, each to {named(schema.member(hint))}"
    if _is_enum(hint):
        return "one of " + ", ".join(str(each) or "''" for each in hint)
    return _NAMES.get(hint, "a mapping")
