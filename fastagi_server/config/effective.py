"""The settings in force, one after the other, each with the place that it came from and no secret.

This file knows no setting: it walks the schema beside the tree that was read.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastagi_server.config import schema
from fastagi_server.config.document import Table
from fastagi_server.config.environment import fleet_variable
from fastagi_server.config.load import Loaded
from fastagi_server.config.mistakes import HIDDEN, Place, path

DEFAULT = "default"
_PASSWORD = "***"  # noqa: S105 - it stands where one was
# An address that is not plainly of this shape might show its password in another place: it is hidden whole.
_ADDRESS = re.compile(r"([a-z0-9+]+://)(?:([^:/?#@]*)(:[^@/?#]*)?@)?([^@?#]*)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Effective:
    """One setting: its key path, its value as JSON takes it, and the place that it came from."""

    key: str
    value: Any
    source: str


def effective(loaded: Loaded) -> Iterator[Effective]:
    """Give every setting in force."""
    asterisks = {"asterisk": loaded.settings.asterisk}
    asterisks |= {f"fleet.{name}": each for name, each in loaded.settings.fleet.items()}
    sources = {
        f"{key}.secret": str(each.secret_file or f"${fleet_variable(key.rpartition('.')[2])}")
        for key, each in asterisks.items()
    }
    for each in _section(loaded.settings, (), loaded.tree):
        source = sources.get(each.key)
        if source and each.value and each.source == DEFAULT:
            yield dataclasses.replace(each, source=source)
        else:
            yield each


def _section(value: Any, keys: tuple[str, ...], tree: Table) -> Iterator[Effective]:
    for each in schema.fields(type(value)):
        secret = each.about is not None and each.about.secret
        yield from _value(getattr(value, each.name), (*keys, each.name), tree, secret=secret)


def _value(value: Any, keys: tuple[str, ...], tree: Table, *, secret: bool) -> Iterator[Effective]:
    if dataclasses.is_dataclass(value) and not secret:
        yield from _section(value, keys, tree)
    elif isinstance(value, Mapping) and value and not secret:
        for name, inner in value.items():
            yield from _value(inner, (*keys, name), tree, secret=False)
    else:
        key = ""
        for part in keys:
            key = path(key, part)
        yield Effective(
            key=key, value=_hidden(value) if secret else _plain(value), source=_source(tree, keys)
        )


def _source(tree: Table, keys: tuple[str, ...]) -> str:
    node: object = tree
    place: Place | None = None
    for key in keys:
        if not isinstance(node, Table) or key not in node.keys:
            return DEFAULT
        place, node = node.keys[key], node.entries[key]
    if place is None:
        return DEFAULT
    return f"${place.variable}" if place.variable and place.line is None else str(place)


def _hidden(value: object) -> str:
    """Give an address without its password, and anything else not at all."""
    if value in ("", None, ()):
        return ""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return HIDDEN
    scheme, user, password, rest = found.groups()
    # Redis takes a lone word for its password, and an escaped colon hides one.
    if user and not password and (scheme.startswith("redis") or "%" in user):
        user = _PASSWORD
    told = "" if user is None else f"{user}{':' + _PASSWORD if password else ''}@"
    return f"{scheme}{told}{rest}"


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum | Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value
