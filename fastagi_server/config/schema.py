"""A setting is a dataclass field that carries its paragraph: meaning, unit, default, and why that default.

The paragraphs are data: the commented file and the documentation page are written from them, and the same
limits check a value wherever it comes from. This file knows no setting.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastagi_server.config.mistakes import HIDDEN
from fastagi_server.telephony.errors import BadInputError

Check = Callable[[Any], str | None]
_KEY = "setting"


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of a setting beside its name, type and default.

    `check` gives what would be right, or None where the value is; `each` does so for every value inside a
    list or mapping, and `names` for every name of a mapping; `env` is the variable's name where it is
    not the usual one; `in_file` is False for what may stand in the environment only.
    """

    doc: str
    why: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    check: Check | None = None
    each: Check | None = None
    names: Check | None = None
    secret: bool = False
    in_file: bool = True
    env: str = ""
    example: Any = None

    def fault(self, value: object) -> str | None:
        """Say what would be right, or None where the value is."""
        least, most = self.least, self.most
        if isinstance(value, int | float) and least is not None and value < least:
            return f"{least:g} or more" if most is None else f"{least:g} to {most:g}"
        if isinstance(value, int | float) and most is not None and value > most:
            return f"at most {most:g}" if least is None else f"{least:g} to {most:g}"
        if isinstance(value, Mapping):
            wrong = (self.names(name) for name in value) if self.names else iter(())
            return next((right for right in wrong if right), None) or self._inside(value.values())
        if isinstance(value, tuple):
            return self._inside(value)
        return self.check(value) if self.check else None

    def _inside(self, values: Iterable[object]) -> str | None:
        for value in values:
            right = self._inside(value) if isinstance(value, tuple) else self.each and self.each(value)
            if right:
                return right
        return None

    def shown(self, value: object) -> object:
        """Give the value as an error may hold it."""
        return HIDDEN if self.secret and value else value


def about(doc: str, **more: Any) -> dict[str, About]:
    """Give the metadata of a field: its paragraph. A secret's field must say repr=False itself."""
    return {_KEY: About(doc=doc, **more)}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a dataclass as the reader and the writer see it; `about` is None for foreign dataclasses."""

    name: str
    hint: Any
    required: bool
    default: Any
    about: About | None


def fields(kind: type[Any]) -> tuple[Field, ...]:
    """Give the fields of a dataclass with their types resolved."""
    hints = typing.get_type_hints(kind)
    return tuple(_field(each, hints[each.name]) for each in dataclasses.fields(kind))


def _field(each: dataclasses.Field[Any], hint: object) -> Field:
    factory, default = each.default_factory, each.default
    required = factory is dataclasses.MISSING and default is dataclasses.MISSING
    value = factory() if factory is not dataclasses.MISSING else default
    return Field(
        name=each.name,
        hint=hint,
        required=required,
        default=None if required else value,
        about=each.metadata.get(_KEY),
    )


def verify(value: Any) -> None:
    """Hold a dataclass made by hand to its limits; for use as, or in, __post_init__."""
    for each in dataclasses.fields(value):
        told: About | None = each.metadata.get(_KEY)
        held = getattr(value, each.name)
        expected = told.fault(held) if told else None
        if told and expected:
            raise BadInputError(field=each.name, value=told.shown(held), expected=expected)


def optional(hint: Any) -> Any | None:
    """Give X for `X | None`, and None for every other type."""
    if typing.get_origin(hint) not in {types.UnionType, typing.Union}:
        return None
    inner = [each for each in typing.get_args(hint) if each is not type(None)]
    return inner[0]


def element(hint: Any) -> Any | None:
    """Give X for `tuple[X, ...]`, and None for every other type."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else None


def member(hint: Any) -> Any | None:
    """Give X for `Mapping[str, X]`, and None for every other type."""
    return typing.get_args(hint)[1] if typing.get_origin(hint) is Mapping else None
