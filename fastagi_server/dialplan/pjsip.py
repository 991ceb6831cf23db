"""A trunk's values in, a fragment of pjsip.conf out, and such a file read back.

This file does not know where the values come from; which of them becomes which option is in the template,
where a telephony engineer can read it. A value that could end its line or begin a comment is refused by name.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import jinja2

from fastagi_server.telephony.errors import BadInputError, DiscadorError

SECRET = "secret"  # noqa: S105 - its name, not its value
_TEMPLATE = "pjsip.conf.j2"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_HEAD = re.compile(r"\[(?P<name>[^\]]+)\]")
_HIDDEN = "(hidden)"


class UnreadableFragmentError(DiscadorError):
    """Line {number} of a pjsip.conf cannot be read: {line!r}."""

    def __init__(self, *, number: int, line: str) -> None:
        super().__init__(number=number, line=line)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of pjsip.conf; an option may stand there several times."""

    name: str
    options: tuple[tuple[str, str], ...]

    def of(self, option: str) -> tuple[str, ...]:
        """Give every value of an option, in order."""
        return tuple(value for name, value in self.options if name == option)


def render(name: str, values: Mapping[str, object], *, user_in_from: str, secret: str | None) -> str:
    """Give the sections of one trunk, its values by the names of its settings; no secret leaves it out."""
    if not _NAME.fullmatch(name):
        raise BadInputError(field="trunk", value=name, expected="small letters, digits, _ and -")
    for key, value in {**values, "user_in_from": user_in_from}.items():
        for each in value if isinstance(value, tuple) else (value,):
            _refuse_unsafe(f"trunks.{name}.pjsip.{key}", str(each), shown=str(each))
    _refuse_unsafe(f"trunks.{name}.pjsip.{SECRET}", secret or "", shown=_HIDDEN)
    trunk = SimpleNamespace(**values)
    own = f"discador-{name}" if trunk.bind else ""
    uri = _uri(trunk)
    return _template().render(
        name=name,
        t=trunk,
        transport=own or trunk.transport_name,
        uri=uri,
        client_uri=uri.replace("sip:", f"sip:{user_in_from or trunk.username}@", 1),
        user_in_from=user_in_from,
        secret=secret,
    )


@cache
def _template() -> jinja2.Template:
    folder = importlib.resources.files("fastagi_server.templates")
    environment = jinja2.Environment(  # noqa: S701 - pjsip.conf is no HTML; values are refused, not escaped
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["yes"] = lambda value: "yes" if value else "no"
    return environment.get_template(_TEMPLATE)


def _uri(trunk: SimpleNamespace) -> str:
    """Write where the carrier is: sip:host:port, the transport named unless it is SIP's own."""
    host = f"[{trunk.host}]" if ":" in trunk.host else trunk.host
    port = f":{trunk.port}" if trunk.port else ""
    # A ; would begin a comment.
    return f"sip:{host}{port}" + ("" if trunk.transport == "udp" else rf"\;transport={trunk.transport}")


def _refuse_unsafe(field: str, value: str, *, shown: str) -> None:
    if not value.isprintable() or ";" in value or value != value.strip():
        expected = "without control characters and ; and without a blank at an end"
        raise BadInputError(field=field, value=shown, expected=expected)


def read(text: str) -> tuple[Section, ...]:
    """Give the sections of a file as tame as ours: no templates, no includes, no block comments."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for number, line in _lines(text):
        if head := _HEAD.fullmatch(line):
            found.append((head["name"], []))
            continue
        option, equals, value = line.partition("=")
        if not equals or not found:
            raise UnreadableFragmentError(number=number, line=option)
        found[-1][1].append((option.strip(), value.strip()))
    return tuple(Section(name=name, options=tuple(options)) for name, options in found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give what is left of each line when comments are gone, with its number."""
    for number, line in enumerate(text.split("\n"), 1):
        kept = re.split(r"(?<!\\);", line)[0].replace(r"\;", ";").strip()
        if kept:
            yield number, kept
