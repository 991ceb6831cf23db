"""YAML into a tree that remembers its lines. This file alone imports yaml, and it knows no setting.

Nothing is guessed: a scalar stays the text that stands in the file, so NO is never False, 007 is never 7 and
an unquoted +525512345678 keeps its plus. Anchors, tags and second documents are refused, which leaves nothing
to expand and no object to build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from fastagi_server.config.mistakes import Mistake, Place, SettingError, Wrong, path, shown

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
# YAML's complaints may quote what stands there, and a secret may stand in the wrong place.
_QUOTED = re.compile(r"'[^'<][^']+'")
_TAGS_TAKEN = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


@dataclass(frozen=True)
class Scalar:
    """One piece of text; `plain` says that it stood without quotes."""

    text: str
    plain: bool
    place: Place


@dataclass(frozen=True)
class Items:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """A mapping; each key remembers where it stands."""

    place: Place
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)

    def put(self, key: str, value: Node, place: Place) -> None:
        """Add an entry, or take the place of one."""
        self.entries[key], self.keys[key] = value, place


Node = Scalar | Items | Table


def parse(raw: bytes, *, file: str, mistakes: list[Mistake]) -> Table:
    """Give the tree of one file; what can be read past goes to `mistakes`, what cannot is raised."""
    start = Place(file=file, line=1)
    if len(raw) > MAX_BYTES:
        raise _syntax(mistakes, start, f"{len(raw)} bytes", f"at most {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
        root = _Builder(file=file, mistakes=mistakes).build(yaml.parse(text, Loader=yaml.SafeLoader))
    except UnicodeDecodeError as wrong:
        place = Place(file=file, line=raw.count(b"\n", 0, wrong.start) + 1)
        raise _syntax(mistakes, place, f"byte 0x{raw[wrong.start]:02x}", "UTF-8") from None
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        place = Place(file=file, line=mark.line + 1) if mark else start
        told = _QUOTED.sub("'…'", wrong.problem or "it cannot be read")
        raise _syntax(mistakes, place, told, "YAML") from None
    except yaml.reader.ReaderError as wrong:
        place = Place(file=file, line=text.count("\n", 0, wrong.position) + 1)
        raise _syntax(mistakes, place, "a control character", "text without any") from None
    except _Refused as wrong:
        raise _syntax(mistakes, wrong.place, wrong.value, wrong.expected) from None
    if root is None or (isinstance(root, Scalar) and root.plain and not root.text):
        return Table(start)
    if not isinstance(root, Table):
        raise _syntax(mistakes, root.place, kind_of(root), "a mapping of names to values")
    return root


def kind_of(node: Node) -> str:
    """Give a node as a mistake shows it: a scalar as it was written, or only the kind of what is larger."""
    if isinstance(node, Scalar):
        quoted = shown(node.text)
        return quoted[1:-1] if node.plain and quoted[1:-1] == node.text != "" else quoted
    return "a list" if isinstance(node, Items) else "a mapping"


class _Refused(Exception):  # noqa: N818 - it never leaves this file
    """Something that YAML allows and we do not."""

    def __init__(self, place: Place, value: str, expected: str) -> None:
        super().__init__(value)
        self.place, self.value, self.expected = place, value, expected


def _syntax(mistakes: list[Mistake], place: Place, value: str, expected: str) -> SettingError:
    last = Mistake(wrong=Wrong.SYNTAX, place=place, value=value, expected=expected)
    return SettingError((*mistakes, last))


@dataclass(kw_only=True)
class _Builder:
    """Puts events together with a stack of its own, so that deep nesting meets a limit and not Python's."""

    file: str
    mistakes: list[Mistake]
    root: Node | None = None
    open: list[tuple[Items | Table, str]] = field(default_factory=list)  # a container and its key path
    key: tuple[str, Place] | None = None  # the key of the innermost table that waits for its value

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            assert event.start_mark is not None  # every event of a parsed text has one
            place = Place(file=self.file, line=event.start_mark.line + 1)
            if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                raise _Refused(place, "a second document", "one document")
            if isinstance(event, yaml.AliasEvent):
                raise _Refused(place, "an alias (*)", "written out where it is used")
            if isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
            elif isinstance(event, yaml.NodeEvent):
                self._node(event, place)
        return self.root

    def _node(self, event: yaml.NodeEvent, place: Place) -> None:
        if getattr(event, "tag", None) not in _TAGS_TAKEN:
            raise _Refused(place, "a tag (!)", "a value without one")
        container = self.open[-1][0] if self.open else None
        if isinstance(container, Table) and self.key is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused(place, "a list or mapping as a key", "a name")
            self.key = (event.value, place)
            return
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(event.value, event.style is None and event.tag is None, place)
        else:
            node = Items(place) if isinstance(event, yaml.SequenceStartEvent) else Table(place)
        name = self._attach(node)
        if not isinstance(node, Scalar):
            if len(self.open) == MAX_DEPTH:
                raise _Refused(place, f"more than {MAX_DEPTH} levels", "flatter")
            self.open.append((node, name))

    def _attach(self, node: Node) -> str:
        """Put a node where it belongs and give its key path."""
        if not self.open:
            self.root = node
            return ""
        container, parent = self.open[-1]
        if isinstance(container, Items):
            container.items.append(node)
            return path(parent, str(len(container.items)))
        assert self.key is not None
        (key, place), self.key = self.key, None
        name = path(parent, key)
        if key in container.entries:
            expected = f"there once (the first stands on line {container.keys[key].line})"
            self.mistakes.append(Mistake(wrong=Wrong.TWICE, place=place, key=name, expected=expected))
        else:
            container.put(key, node, place)
        return name
