"""The environment, and below it a .env file, as layers above YAML: a variable is the text of one setting.

This file knows no setting: names come from the schema, as DISCADOR_ and the key path in capitals, or the name
that the setting gives itself. What a variable holds is checked by the reader like everything else.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from fastagi_server.config import schema
from fastagi_server.config.document import Items, Node, Scalar, Table
from fastagi_server.config.dotenv import Given
from fastagi_server.config.mistakes import Mistake, Place, Wrong

PREFIX = "DISCADOR_"
CONFIG = "DISCADOR_CONFIG"
_BITS = {"1": "true", "0": "false"}
# Nearer than this is a slip of the pen; what is farther may be somebody else's (an orchestrator sets
# DISCADOR_SERVICE_HOST and DISCADOR_PORT for a service named discador) and is left alone.
_SLIP = 0.9
_NEAR = 0.6
_PASSWORD = re.compile(r"://[^@]*:[^@]+@|password=", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of the environment and the setting that it sets."""

    name: str
    keys: tuple[str, ...]
    hint: Any
    secret: bool = False

    def holds_secret(self, text: str) -> bool:
        """Say whether the text is a secret; an address is one only with a password in it."""
        return self.secret and bool(text) and ("://" not in text or bool(_PASSWORD.search(text)))


def variables(kind: type[Any], keys: tuple[str, ...] = ()) -> Iterator[Variable]:
    """Give the variables of a dataclass of settings; a mapping of names has none."""
    for each in schema.fields(kind):
        here = (*keys, each.name)
        if each.about and dataclasses.is_dataclass(each.hint):
            yield from variables(each.hint, here)  # type: ignore[arg-type]
        elif schema.member(each.hint) is None:
            own, secret = (each.about.env, each.about.secret) if each.about else ("", False)
            name = own or PREFIX + "_".join(here).upper()
            yield Variable(name=name, keys=here, hint=each.hint, secret=secret)


def fleet_variable(name: str) -> str:
    """Name the variable that holds the secret of one more Asterisk; the schema knows that of the first."""
    return f"{PREFIX}FLEET_{name.upper().replace('-', '_')}_SECRET"


def overlay(
    kind: type[Any],
    tree: Table,
    env: Mapping[str, str],
    mistakes: list[Mistake],
    dotenv: Mapping[str, Given] = MappingProxyType({}),
) -> None:
    """Lay what the .env file sets over the tree, and over it the environment; an empty one is not set."""
    known = {each.name: each for each in variables(kind)}
    for name, each in known.items():
        if env.get(name):
            _lay(tree, each, env[name], Place(file=name, variable=name))
        elif name in dotenv and dotenv[name].text:
            _lay(tree, each, dotenv[name].text, dotenv[name].place)
    for name in sorted(set(env) - known.keys() - {CONFIG}):
        near = difflib.get_close_matches(name, known, n=1, cutoff=_SLIP)
        if name.startswith(PREFIX) and near:
            place = Place(file="the environment")
            expected = f"did you mean {near[0]}?"
            mistakes.append(Mistake(wrong=Wrong.UNKNOWN, place=place, key=name, expected=expected))
    mistakes.extend(_strange(dotenv, known))


def _strange(dotenv: Mapping[str, Given], known: Mapping[str, Variable]) -> Iterator[Mistake]:
    """Tell what a .env file names in vain: it is ours, so every DISCADOR_ and every near miss is a slip.

    Other names are left alone: docker-compose and others may read the same file.
    """
    for name in dotenv.keys() - known.keys():
        place = replace(dotenv[name].place, variable="")
        ours = name.upper().startswith(PREFIX)
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=_NEAR if ours else _SLIP)
        if name == CONFIG:
            expected = "it belongs into the environment, because it decides which .env is read"
        elif near:
            expected = f"did you mean {near[0]}?"
        elif ours:
            expected = "docs/configuration.md names every variable"
        else:
            continue
        yield Mistake(wrong=Wrong.UNKNOWN, place=place, key=name, expected=expected)


def _lay(tree: Table, variable: Variable, text: str, place: Place) -> None:
    for key in variable.keys[:-1]:
        inner = tree.entries.get(key)
        if not isinstance(inner, Table):
            if inner is not None and not (isinstance(inner, Scalar) and inner.plain and not inner.text):
                return  # a section that is no mapping is a mistake of its own, and the reader tells it
            inner = Table(place)
            tree.put(key, inner, place)
        tree = inner
    tree.put(variable.keys[-1], _node(variable.hint, text, place), place)


def _node(hint: Any, text: str, place: Place) -> Node:
    if schema.element(hint):
        parts = (part.strip() for part in text.split(","))
        return Items(place, [Scalar(part, plain=False, place=place) for part in parts if part])
    word = _BITS.get(text, text) if hint is bool else text
    inner = schema.optional(hint) or hint
    textual = inner is str or (isinstance(inner, type) and issubclass(inner, enum.Enum))
    return Scalar(word, plain=not textual, place=place)
