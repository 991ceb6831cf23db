"""The command that writes the opt-out list with its evidence, as a table for people or lines for programs."""

from __future__ import annotations

import csv
import enum
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from fastagi_server.console import book, private
from fastagi_server.console.called import asked_number, instant
from fastagi_server.console.progress import watched
from fastagi_server.console.session import Session
from fastagi_server.store import optouts
from fastagi_server.telephony.record import OptOut

COLUMNS = ("number", "at", "source", "call", "digit", "who", "why")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(enum.StrEnum):
    """What the list is written as."""

    CSV = "csv"
    JSONL = "jsonl"


def export(known: Session, file: Path, *, kind: Format, number: str, since: str) -> None:
    """Write the list to a file, whole or not at all, or to standard output."""
    which = optouts.Which(
        number=asked_number(number),
        since=instant(since) if since else None,
    )
    if str(file) == "-":
        for text in _texts(known, which, kind):
            click.echo(text, nl=False)
        return
    with private.replacing(file, newline="") as out:
        count = _write(out, _texts(known, which, kind))
    click.echo(known.tongue.say("optout.exported", path=file, count=count - (kind is Format.CSV)))


def _write(out: TextIO, texts: Iterable[str]) -> int:
    """Write the texts and give how many lines they are."""
    lines = 0
    for text in texts:
        lines += text.count("\n")
        out.write(text)
    return lines


def _texts(known: Session, which: optouts.Which, kind: Format) -> Iterator[str]:
    """Give page after page, so that no read lasts and a million entries need no memory."""
    write: Callable[[Iterable[OptOut]], str] = _table if kind is Format.CSV else _lines
    if kind is Format.CSV:
        yield ",".join(COLUMNS) + "\n"
    for page in watched(_pages(known, which), known.tongue.say("progress.calls"), step=10):
        yield write(page)


def _pages(known: Session, which: optouts.Which) -> Iterator[list[OptOut]]:
    after = 0
    with book.reading(known) as ask_store:
        while page := ask_store(partial(optouts.page, which=which, after=after)):
            yield [entry for _, entry in page]
            after = page[-1][0]


def _table(entries: Iterable[OptOut]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for each in entries:
        told = _told(each)
        # A number is E.164; what people wrote may begin like a formula.
        told["who"], told["why"] = _inert(each.who), _inert(each.why)
        told["digit"] = _inert(each.digit or "")
        writer.writerow([told[column] or "" for column in COLUMNS])
    return text.getvalue()


def _lines(entries: Iterable[OptOut]) -> str:
    return "".join(json.dumps(_told(each), ensure_ascii=False) + "\n" for each in entries)


def _told(entry: OptOut) -> dict[str, str | None]:
    at = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
    return {**asdict(entry), "at": at.replace("+00:00", "Z")}


def _inert(cell: str) -> str:
    """Give a cell that a spreadsheet takes for text, and that stays on its line."""
    flat = cell.replace("\r", " ").replace("\n", " ")
    return f"'{flat}" if flat.startswith(_FORMULA) else flat
