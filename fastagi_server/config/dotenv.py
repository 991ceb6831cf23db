"""A .env file's lines as text with their places; a line that could be meant in two ways is a mistake.

Nothing is filled in and nothing is run. This file knows no setting; what a line holds is never told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastagi_server.config.mistakes import Mistake, Place, Wrong, shown

MAX_BYTES = 1 << 16
_LINE = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)", re.ASCII)
_BLANK = re.compile(r"[ \t]*(#.*)?")
_COMMENT = re.compile(r"(^|[ \t]+)#.*")
_SINGLE = re.compile(r"'([^']*)'[ \t]*(#.*)?")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\["\\$`])*)"[ \t]*(#.*)?')
_ESCAPE = re.compile(r"\\([\"\\$`])")
_FILLED = re.compile(r"\$[{(]|`")


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a variable was given, and where."""

    text: str
    place: Place


class _Odd(Exception):  # noqa: N818 - it never leaves this file
    """A line that is not taken; its arguments say what it is and what would be right."""

    def __init__(self, value: str, expected: str) -> None:
        super().__init__(value, expected)
        self.value, self.expected = value, expected


def parse(raw: bytes, *, file: str, mistakes: list[Mistake]) -> dict[str, Given]:
    """Give the variables of a .env file; every line that is not taken goes to `mistakes`."""
    given: dict[str, Given] = {}
    for number, line in _lines(raw, file, mistakes):
        place = Place(file=file, line=number)
        try:
            name, text = _variable(line)
        except _Odd as odd:
            wrong = Mistake(wrong=Wrong.LINE, place=place, value=odd.value, expected=odd.expected)
            mistakes.append(wrong)
            continue
        if name in given:
            expected = f"there once (the first stands on line {given[name].place.line})"
            mistakes.append(Mistake(wrong=Wrong.TWICE, place=place, key=name, expected=expected))
        else:
            given[name] = Given(text=text, place=Place(file=file, line=number, variable=name))
    return given


def _lines(raw: bytes, file: str, mistakes: list[Mistake]) -> Iterator[tuple[int, str]]:
    if len(raw) > MAX_BYTES:
        expected = f"a file of at most {MAX_BYTES} bytes"
        wrong = Mistake(wrong=Wrong.FILE, place=Place(file=file), value="it is too long", expected=expected)
        mistakes.append(wrong)
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as odd:
        place = Place(file=file, line=raw.count(b"\n", 0, odd.start) + 1)
        value = f"byte 0x{raw[odd.start]:02x}"
        mistakes.append(Mistake(wrong=Wrong.LINE, place=place, value=value, expected="UTF-8"))
        return
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.removesuffix("\r").strip(" \t")
        if not _BLANK.fullmatch(stripped):
            yield number, stripped


def _variable(line: str) -> tuple[str, str]:
    if not line.replace("\t", " ").isprintable():
        raise _Odd("a character that is not printed", "text without any")
    found = _LINE.fullmatch(line)
    if found is None:
        name, assigned, _ = line.partition("=")
        # Without a sign of what it is, the whole line may be a secret that went astray.
        raise _Odd(f"the name {shown(name.strip())}" if assigned else "a line without =", "NAME=VALUE")
    name, rest = found.groups()
    try:
        return name, _value(rest)
    except _Odd as odd:
        raise _Odd(f"{name} with {odd.value}", odd.expected) from None


def _value(rest: str) -> str:
    if rest.startswith("'"):
        single = _SINGLE.fullmatch(rest)
        if single is None:
            raise _Odd("a quote that is not closed, or more after it", "NAME='VALUE' on one line")
        return single[1]
    if rest.startswith('"'):
        double = _DOUBLE.fullmatch(rest)
        if double is None:
            expected = r'NAME="VALUE" on one line, with no backslash but \\ \" \$ \`'
            raise _Odd("a quote that is not closed, or more after it, or another backslash", expected)
        _refuse_filling(_ESCAPE.sub("", double[1]))
        return _ESCAPE.sub(r"\1", double[1])
    text = _COMMENT.sub("", rest, count=1)
    _refuse_filling(text)
    return text


def _refuse_filling(text: str) -> None:
    if _FILLED.search(text):
        raise _Odd("${, $( or `", "written out, or in single quotes: nothing is filled in or run here")
