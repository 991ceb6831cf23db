"""A list of numbers as people have it: CSV by whatever program, with or without a header.

This file knows text; which number may be called is judged elsewhere. Nothing in a list is an error of the
program: a row that is no number is a row with a reason.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from fastagi_server.telephony.errors import DiscadorError

NUMBER_COLUMNS = ("number", "numero", "phone", "telefono", "telefone", "tel", "celular", "did", "ddi")
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
        raise UnreadableListError(line=reader.line_num, why=str(error)) from error


def _decode(data: bytes) -> str:
    """Take UTF-8, with or without its mark; else what spreadsheets of the Americas write."""
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
            return names, names.index(known)
    for place, cell in enumerate(cells):
        if sum(char.isdigit() for char in cell) >= 7:  # noqa: PLR2004 - no shorter number can be international
            return [], place
    raise NoNumberColumnError(found=",".join(cells)[:80])


def _plain(text: str) -> str:
    """Give a column's name without accents and case: Número is numero."""
    split = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(char for char in split if not unicodedata.combining(char))
