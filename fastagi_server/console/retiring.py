"""The commands that take a caller ID out of use and back again; what was shown stays in the records."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fastagi_server.campaign.listing import read_list
from fastagi_server.console import book
from fastagi_server.console.errors import NobodyOnTheListError, NotOwnedError
from fastagi_server.console.session import Session
from fastagi_server.numbering.national import parse_near
from fastagi_server.numbering.parse import parse
from fastagi_server.store import dids
from fastagi_server.telephony.country import Country

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Which:
    """Which numbers are meant: those of the command line and those of a list, in one country or in all."""

    numbers: Sequence[str]
    file: Path | None
    country: str


def retire(known: Session, which: Which, *, as_json: bool) -> None:
    """Show these numbers no more, from now on."""
    now = known.clock.wall()
    change(
        known,
        which,
        lambda conn, number, slug: dids.retire(conn, number, now, country=slug),
        done="retired",
        as_json=as_json,
    )


def restore(known: Session, which: Which, *, lab: bool | None, as_json: bool) -> None:
    """Show retired numbers again, with a new lab mark if one is asked for."""
    book.check_lab(known, lab=bool(lab))
    change(
        known,
        which,
        lambda conn, number, slug: dids.restore(conn, number, country=slug, lab=lab),
        done="restored",
        as_json=as_json,
    )


def change(
    known: Session,
    which: Which,
    deed: Callable[[Any, str, str | None], bool],
    *,
    done: str,
    as_json: bool,
) -> None:
    """Do a deed to every number that is meant, or to none; `done` says what was done, in the log's word."""
    place = book.country(known, which.country) if which.country else None
    numbers = numbers_of(which, place)
    slug = place.slug if place else None

    def work(conn: Any) -> None:
        missing = [number for number in numbers if not deed(conn, number, slug)]
        if missing:
            more = f" +{len(missing) - SHOWN}" if len(missing) > SHOWN else ""
            raise NotOwnedError(numbers=", ".join(missing[:SHOWN]) + more)

    book.change_dids(known, work)
    told = known.tongue.say(f"did.{done}", count=len(numbers))
    click.echo(json.dumps({done: numbers}) if as_json else told)
    book.forget(known, done, who=book.user(), count=len(numbers), first=numbers[:SHOWN])


def numbers_of(which: Which, place: Country | None) -> list[str]:
    """Give the numbers in E.164, each once; what is no number is kept as written, so that it is told."""
    texts = list(which.numbers)
    if which.file is not None:
        texts += [row.number for row in read_list(book.read_file(which.file))]
    if not texts:
        raise NobodyOnTheListError(path=str(which.file or "-"))
    read = (parse_near(text, place.iso) if place else parse(text) for text in texts)
    return list(dict.fromkeys(number.e164 or number.raw for number in read))
