"""A list of numbers as people have it: CSV by whatever program, with or without a header.

This file knows text; which number may be called is judged elsewhere. Nothing in a list is an error of the
program: a row that is no number is a row with a reason.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from fastagi_server.telephony.errors import DiscadorError

NUMBER_COLUMNS = (
    *("number", "numero", "phone", "phone number", "mobile", "telefono", "movil", "telefone", "fone", "tel"),
    *("celular", "msisdn", "did", "ddi"),
)
# What a column of this file is, by the names that people give it.
_ALIASES = {"pais": "country", "iso": "country", "nota": "note", "notes": "note"}
_NOT_TEXT = {
    b"PK\x03\x04": "a workbook of Excel or LibreOffice",
    b"\xd0\xcf\x11\xe0": "a workbook of an old Excel",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}
MAX_BYTES = 256 * 1024 * 1024
_DELIMITERS = ",;\t|"


class NoNumberColumnError(DiscadorError):
    """The list has no column of numbers: its first line is {found!r}; name one of {expected}."""

    def __init__(self, *, found: str) -> None:
        super().__init__(found=found, expected=", ".join(NUMBER_COLUMNS))


class UnreadableListError(DiscadorError):
    """Line {line} of the list cannot be read: {why}."""

    def __init__(self, *, line: int, why: str) -> None:
        super().__init__(line=line, why=why)


class NotAListError(DiscadorError):
    """This is {kind}, not CSV; where it was made, save it as CSV UTF-8 and take that file."""

    def __init__(self, *, kind: str) -> None:
        super().__init__(kind=kind)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: where it stands, its number as written, and its other columns by name."""

    line: int
    number: str
    others: dict[str, str]


def read_list(data: bytes) -> Iterator[Row]:
    """Give the rows of a list; empty lines are passed over."""
    if len(data) > MAX_BYTES:
        raise UnreadableListError(line=0, why=f"it is larger than {MAX_BYTES // 2**20} MiB; split it")
    text = _decode(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first))
    column: int | None = None
    names: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if column is None:
                names, column = _columns(cells)
                if names:
                    continue
            number = cells[column].strip() if column < len(cells) else ""
            others = {
                name: cell.strip() for name, cell in zip(names, cells, strict=False) if name != names[column]
            }
            yield Row(line=reader.line_num, number=number, others=others)
    except csv.Error as error:
        longest = csv.field_size_limit()
        why = f"it has a cell of more than {longest} characters; look for a quote that is never closed"
        raise UnreadableListError(line=reader.line_num, why=why) from error


def _decode(data: bytes) -> str:
    """Take UTF-8, with or without its mark; else what spreadsheets of the Americas write."""
    for mark, kind in _NOT_TEXT.items():
        if data.startswith(mark):
            raise NotAListError(kind=kind)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:4096]:
        raise NotAListError(kind="a file of other bytes than text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(first: str) -> str:
    return max(_DELIMITERS, key=first.count)


def _columns(cells: list[str]) -> tuple[list[str], int]:
    """Give the columns' names and where the number is; no names when the first line is a row already."""
    names = [_plain(cell) for cell in cells]
    for known in NUMBER_COLUMNS:
        if known in names:
            return [_ALIASES.get(name, name) for name in names], names.index(known)
    for place, cell in enumerate(cells):
        if sum(char.isdigit() for char in cell) >= 7:  # noqa: PLR2004 - no shorter number can be international
            return [], place
    raise NoNumberColumnError(found=",".join(cells)[:80])


def _plain(text: str) -> str:
    """Give a column's name without accents, case and joints: Número is numero, phone_number phone number."""
    split = unicodedata.normalize("NFKD", text.strip().lower().replace("_", " ").replace("-", " "))
    return "".join(char for char in split if not unicodedata.combining(char))
