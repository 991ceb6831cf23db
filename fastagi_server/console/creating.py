"""The command that makes a campaign of a list: every row is judged, and kept with its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from fastagi_server.campaign.listing import Row, read_list
from fastagi_server.compliance.gate import judge
from fastagi_server.console import book
from fastagi_server.console.campaigns import Counts, counted, tell_counts
from fastagi_server.console.errors import (
    NobodyOnTheListError,
    NobodyToCallError,
    NoTrunkError,
    UnknownTrunkError,
)
from fastagi_server.console.progress import watched
from fastagi_server.console.reason import refused_line
from fastagi_server.console.session import Session
from fastagi_server.numbering.country import by_iso, by_name, named
from fastagi_server.numbering.national import parse_in
from fastagi_server.numbering.parse import parse
from fastagi_server.store import campaigns, refusals
from fastagi_server.telephony.campaign import (
    Campaign,
    CampaignState,
    ContactState,
    NewContact,
    No,
    RefusedRow,
    check_name,
)
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a new campaign is asked to be."""

    name: str
    file: Path
    country: str
    trunk: str
    cps: float
    concurrency: int
    retries: int
    retry_seconds: int
    lab: bool
    as_json: bool


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What a list came to; of those to call so many have left it already."""

    counts: Counts
    refused: list[RefusedRow]
    opted_out: int


@dataclass(frozen=True, kw_only=True)
class _Judge:
    """Judges rows; `country` is where those are that do not say it themselves, None where nobody says."""

    by_name: Mapping[str, Country]
    by_iso: Mapping[str, Country]
    country: Country | None

    def __call__(self, row: Row) -> NewContact:
        """Judge one row."""
        word = row.others.get("country", "")
        home = named(word, self.by_name) if word else self.country
        if word and home is None:
            return NewContact(
                raw=row.number[:64],
                number="",
                country="",
                state=ContactState.REFUSED,
                why=f"{No.NO_COUNTRY}: {word[:40]}",
                line=row.line,
            )
        number = parse_in(row.number, home.iso) if home else parse(row.number)
        return replace(judge(number, self.by_iso), line=row.line)


def create(known: Session, asked: Asked) -> None:
    """Keep a campaign with its whole list, or nothing."""
    book.check_lab(known, lab=asked.lab)
    campaign = _campaign(known, asked)
    contacts = list(_contacts(known, asked))
    if not contacts:
        raise NobodyOnTheListError(path=str(asked.file))
    if not any(each.state is ContactState.QUEUED for each in contacts):
        first = _rows(contacts)
        if not asked.as_json:
            _tell_refused(known, first)
        raise NobodyToCallError(
            path=str(asked.file), rows=len(contacts), name=asked.name, first_refused=_for_programs(first)
        )
    kept = book.write(known, lambda conn: _keep(known, conn, campaign, contacts))
    told, refused = counted(kept.counts), kept.refused
    if asked.as_json:
        more = {"opted_out": kept.opted_out, "first_refused": _for_programs(refused)}
        click.echo(json.dumps({"campaign": campaign.name, **told, **more}))
        return
    click.echo(known.tongue.say("campaign.created", name=campaign.name, **told["contacts"]))
    if kept.opted_out:
        click.echo(known.tongue.say("campaign.opted_out", count=kept.opted_out))
    tell_counts(known, told)
    _tell_refused(known, refused)
    if told["contacts"]["refused"] > len(refused):
        click.echo(known.tongue.say("campaign.refused_more", name=campaign.name))


def _contacts(known: Session, asked: Asked) -> Iterator[NewContact]:
    home = book.country(known, asked.country) if asked.country else None
    judged = _Judge(by_name=by_name(known.countries), by_iso=by_iso(known.countries), country=home)
    rows = read_list(book.read_file(asked.file))
    return map(judged, watched(rows, known.tongue.say("progress.reading")))


def _campaign(known: Session, asked: Asked) -> Campaign:
    check_name(asked.name)
    if math.isnan(asked.cps):
        raise BadInputError(field="cps", value="nan", expected="calls per second, 0 for no limit")
    trunk = asked.trunk or known.settings.usual_trunk
    if not trunk:
        raise NoTrunkError
    if not known.settings.ways(trunk):
        names = ", ".join((*known.settings.trunks, *known.settings.routes)) or "none"
        raise UnknownTrunkError(name=trunk, known=names)
    return Campaign(
        name=asked.name,
        trunk=trunk,
        cps=asked.cps,
        concurrency=asked.concurrency,
        retries=asked.retries,
        retry_seconds=asked.retry_seconds,
        lab=asked.lab,
        state=CampaignState.READY,
        created_at=known.clock.wall(),
    )


def _keep(known: Session, conn: Any, campaign: Campaign, contacts: Sequence[NewContact]) -> _Kept:
    campaigns.create(conn, campaign)
    campaigns.add(conn, campaign.name, watched(contacts, known.tongue.say("progress.writing")))
    return _Kept(
        counts=campaigns.counts(conn, campaign.name),
        refused=refusals.rows(conn, campaign.name, limit=SHOWN),
        opted_out=refusals.opted_out(conn, campaign.name),
    )


def _rows(contacts: Sequence[NewContact]) -> list[RefusedRow]:
    return [RefusedRow(id=0, line=each.line, raw=each.raw, why=each.why) for each in contacts[:SHOWN]]


def _for_programs(rows: Sequence[RefusedRow]) -> list[dict[str, Any]]:
    return [{"line": each.line, "raw": each.raw, "why": each.why} for each in rows]


def _tell_refused(known: Session, rows: Sequence[RefusedRow]) -> None:
    for each in rows:
        click.echo(refused_line(known.tongue, each), err=True)
