"""A tree becomes a dataclass, by the dataclass's own types and limits; every mistake is noted, none raised.

This file knows no setting: Settings and Country are read by the same lines.
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from typing import Any, TypeVar

from fastagi_server.config import schema
from fastagi_server.config.document import Items, Node, Scalar, Table, kind_of
from fastagi_server.config.mistakes import HIDDEN, Mistake, Place, Wrong, did_you_mean, path, shown
from fastagi_server.config.scalars import NULLS, BadType, named, value_of
from fastagi_server.telephony.errors import BadInputError

Kind = TypeVar("Kind")


class _Wrong(enum.Enum):
    """What stands for a value whose mistake has been noted."""

    NOTED = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads trees and notes what is wrong with them."""

    mistakes: list[Mistake]

    def read(self, kind: type[Kind], tree: Table, key: str = "") -> Kind | None:
        """Give the dataclass that the tree describes, or None with the mistakes noted."""
        known = {each.name: each for each in schema.fields(kind)}
        self._refuse_unknown(known, tree, key)
        values: dict[str, Any] = {}
        for name, each in known.items():
            if name in tree.entries:
                values[name] = self._field(each, tree, key)
            elif each.required:
                expected = f"given as {named(each.hint)}"
                self.note(Wrong.MISSING, tree.place, key=path(key, name), expected=expected)
                values[name] = _Wrong.NOTED
        if _Wrong.NOTED in values.values():
            return None
        try:
            return kind(**values)
        except BadInputError as wrong:
            self.blame(wrong, tree, key)
            return None

    def note(self, wrong: Wrong, place: Place, *, key: str, value: str = "", expected: str) -> None:
        """Keep one mistake."""
        self.mistakes.append(Mistake(wrong=wrong, place=place, key=key, value=value, expected=expected))

    def blame(self, wrong: BadInputError, tree: Table, key: str) -> None:
        """Note what a dataclass said of itself, at the line where the field stands."""
        name = str(wrong.details["field"]).rpartition(".")[2]
        place = tree.keys.get(name, tree.place)
        value = wrong.details["value"]
        told = HIDDEN if value == HIDDEN else shown(value)
        self.note(Wrong.VALUE, place, key=path(key, name), value=told, expected=wrong.details["expected"])

    def _refuse_unknown(self, known: dict[str, schema.Field], tree: Table, key: str) -> None:
        for name, place in tree.keys.items():
            if name not in known:
                expected = did_you_mean(name, known)
                self.note(Wrong.UNKNOWN, place, key=path(key, name), expected=expected)

    def _field(self, each: schema.Field, tree: Table, parent: str) -> Any:
        node, key, about = tree.entries[each.name], path(parent, each.name), each.about
        written = node.place.line is not None and not node.place.variable
        if about and not about.in_file and written:
            expected = "in the environment or in a file of its own, never here"
            self.note(Wrong.VALUE, node.place, key=key, value=HIDDEN, expected=expected)
            return _Wrong.NOTED
        before = len(self.mistakes)
        value = self.value(each.hint, node, key, about)
        if about and about.secret:
            hide = [dataclasses.replace(each, value=HIDDEN) for each in self.mistakes[before:]]
            self.mistakes[before:] = hide
        if value is _Wrong.NOTED or about is None:
            return value
        right = about.fault(value)
        if right is None:
            return value
        told = HIDDEN if about.secret else kind_of(node)
        self.note(Wrong.VALUE, node.place, key=key, value=told, expected=right)
        return _Wrong.NOTED

    def value(self, hint: Any, node: Node, key: str, about: schema.About | None = None) -> Any:
        """Give the value of the type that the node describes, or the mark that its mistake is noted."""
        node = _opened(hint, node)
        inner = schema.optional(hint)
        if inner is not None:
            empty = isinstance(node, Scalar) and node.text in NULLS
            return None if empty else self.value(inner, node, key, about)
        if dataclasses.is_dataclass(hint) and isinstance(node, Table):
            read = self.read(hint, node, key)  # type: ignore[arg-type]
            return _Wrong.NOTED if read is None else read
        if schema.element(hint) and isinstance(node, Items):
            return self._items(schema.element(hint), node, key, about)
        if schema.member(hint) and isinstance(node, Table):
            return self._entries(schema.member(hint), node, key, about)
        try:
            return value_of(hint, node)
        except BadType as wrong:
            self.note(Wrong.VALUE, node.place, key=key, value=kind_of(node), expected=str(wrong))
            return _Wrong.NOTED

    def _items(self, hint: Any, node: Items, key: str, about: schema.About | None) -> Any:
        values = []
        for n, each in enumerate(node.items, 1):
            value = self.value(hint, each, path(key, str(n)), about)
            values.append(self._held(value, about.each if about else None, each, path(key, str(n))))
        return _Wrong.NOTED if _Wrong.NOTED in values else tuple(values)

    def _entries(self, hint: Any, node: Table, key: str, about: schema.About | None) -> Any:
        values: dict[str, Any] = {}
        for name, each in node.entries.items():
            value = self.value(hint, each, path(key, name), about)
            # The items of a list were held each by itself.
            check = about.each if about and not isinstance(value, tuple) else None
            values[name] = self._held(value, check, each, path(key, name))
            right = about.names(name) if about and about.names else None
            if right:
                self.note(Wrong.VALUE, node.keys[name], key=key, value=shown(name), expected=f"named {right}")
                values[name] = _Wrong.NOTED
        return _Wrong.NOTED if _Wrong.NOTED in values.values() else values

    def _held(self, value: Any, check: schema.Check | None, node: Node, key: str) -> Any:
        right = check(value) if check and value is not _Wrong.NOTED else None
        if right is None:
            return value
        self.note(Wrong.VALUE, node.place, key=key, value=kind_of(node), expected=right)
        return _Wrong.NOTED


def _opened(hint: Any, node: Node) -> Node:
    """Give a section whose lines are all comments as an empty one, which is what its writer meant."""
    if not isinstance(node, Scalar) or not node.plain or node.text not in NULLS:
        return node
    if schema.element(hint):
        return Items(node.place)
    return Table(node.place) if dataclasses.is_dataclass(hint) or schema.member(hint) else node
