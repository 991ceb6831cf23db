"""The commands that put numbers on the opt-out list: one by hand, or a file of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from fastagi_server.campaign.listing import Row, read_list
from fastagi_server.console import book, failing
from fastagi_server.console.codes import Code
from fastagi_server.console.errors import BadOptOutsError, NobodyOnTheListError
from fastagi_server.console.progress import watched
from fastagi_server.console.reason import reason
from fastagi_server.console.session import Session
from fastagi_server.desk.client import NobodyAtTheDeskError
from fastagi_server.numbering.parse import parse
from fastagi_server.store import optouts
from fastagi_server.store.chunks import chunks
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import IMPORT, OPERATOR, OptOut

SHOWN = 20
# So few that no call waits long for its turn.
CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A row that is no telephone number, and why."""

    line: int
    number: str
    why: str


def add(known: Session, text: str, *, why: str, as_json: bool) -> Code:
    """Put one number on the list, by a running engine or straight in the store; every engine hears of it."""
    read = parse(text)
    if not read.whole:
        raise BadInputError(field="NUMBER", value=text, expected="a telephone number with its country code")
    number = read.e164
    if not why.strip():
        raise BadInputError(field="--why", value=why, expected="a reason in words")
    was = book.read(known, lambda conn: optouts.contains(conn, number))
    who = book.user()
    try:
        told = book.answer(known, frames.Leave(number=number, who=who, why=why))
        if isinstance(told, frames.Failed):
            return failing.tell(known.tongue, told, as_json=as_json)
    except NobodyAtTheDeskError:
        entry = OptOut(number=number, at=known.clock.wall(), source=OPERATOR, who=who, why=why)
        book.write(known, lambda conn: optouts.add(conn, entry))
    says = known.tongue.say("optout.known" if was else "optout.added", number=number)
    told_programs = {"number": number, "new": not was, "who": who, "why": why}
    click.echo(json.dumps(told_programs, ensure_ascii=False) if as_json else says)
    return Code.DONE


def take(known: Session, file: Path, *, why: str, as_json: bool) -> Code:
    """Put every number of a list on it; one bad row, and nothing is done."""
    rows = watched(read_list(book.read_file(file)), known.tongue.say("progress.reading"))
    numbers, bad = _judged(rows)
    if not (numbers or bad):
        raise NobodyOnTheListError(path=str(file))
    new = 0
    if not bad:
        name = os.fsencode(file.name).decode("utf-8", "replace")
        new = _write(known, numbers, why or f"imported from {name}")
    if as_json:
        told = {"new": new, "known": 0 if bad else len(numbers) - new, "bad": [asdict(each) for each in bad]}
        click.echo(json.dumps(told, ensure_ascii=False))
    elif not bad:
        click.echo(known.tongue.say("optout.imported", new=new, known=len(numbers) - new))
    else:
        _tell(known, bad)
    if bad:
        raise BadOptOutsError(bad=len(bad))
    return Code.DONE


def _judged(rows: Iterable[Row]) -> tuple[Sequence[str], list[Bad]]:
    """Give the numbers, each once, and the rows that are none; what may not be dialed may be left alone."""
    numbers: dict[str, None] = {}
    bad = []
    for row in rows:
        number = parse(row.number)
        if not number.whole:
            bad.append(Bad(line=row.line, number=number.raw, why=str(number.why)))
        else:
            numbers[number.e164] = None
    return list(numbers), bad


def _write(known: Session, numbers: Sequence[str], why: str) -> int:
    """Write in chunks, or a long list would hold up the calls; a second time it goes on where it was.

    Give how many are new to the list.
    """
    at, who, new = known.clock.wall(), book.user(), 0
    with book.writing(known) as write:
        for chunk in chunks(watched(numbers, known.tongue.say("progress.writing")), CHUNK):
            new += write(partial(_add_all, numbers=chunk, at=at, who=who, why=why))
    return new


def _add_all(conn: Any, numbers: Sequence[str], at: float, who: str, why: str) -> int:
    new = [number for number in numbers if not optouts.contains(conn, number)]
    for number in new:
        optouts.add(conn, OptOut(number=number, at=at, source=IMPORT, who=who, why=why))
    return len(new)


def _tell(known: Session, bad: Sequence[Bad]) -> None:
    say = known.tongue.say
    for each in bad[:SHOWN]:
        why = reason(known.tongue, each.why)
        click.echo(say("did.bad", line=each.line, number=each.number, why=why), err=True)
    if len(bad) > SHOWN:
        click.echo(say("did.bad_more", more=len(bad) - SHOWN), err=True)
