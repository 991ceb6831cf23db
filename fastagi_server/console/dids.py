"""The commands about our caller IDs: import, list, usage, limit, reset."""

from __future__ import annotations

import json
import os
import pwd
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fastagi_server.callerid.day import day_of
from fastagi_server.campaign.listing import Row, read_list
from fastagi_server.console import book
from fastagi_server.console.codes import Code
from fastagi_server.console.reason import NO_COUNTRY, reason
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.numbering.number import Number, Why
from fastagi_server.numbering.parse import parse
from fastagi_server.store import dids
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import Did, Limit, Use

SHOWN = 20
# A number that nobody may ring without cost to him may still be shown; a fictitious one in the lab only.
_MAY_SHOW = {Why.OK, Why.TOLL_FREE}
_LAB_MAY_SHOW = _MAY_SHOW | {Why.FICTITIOUS}


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A row that is no caller ID, and why."""

    line: int
    number: str
    why: str
    country: str = ""


@dataclass(kw_only=True)
class _Judge:
    """Makes caller IDs of rows; `bad` are the rows that are none."""

    countries: Mapping[str, Country]
    country: str
    lab: bool
    bad: list[Bad] = field(default_factory=list)

    def good(self, rows: Iterator[Row]) -> list[Did]:
        """Give the caller IDs among the rows."""
        return [did for row in rows if (did := self._did(row)) is not None]

    def _did(self, row: Row) -> Did | None:
        number = parse(row.number)
        slug = self.country or self._country(row, number)
        why = self._why_not(number) or ("" if slug else NO_COUNTRY)
        if why:
            country = row.others.get("country") or number.iso
            self.bad.append(Bad(line=row.line, number=number.raw, why=why, country=country))
            return None
        return Did(number=number.e164, country=slug, note=row.others.get("note", ""), lab=self.lab)

    def _why_not(self, number: Number) -> str:
        may = _LAB_MAY_SHOW if self.lab else _MAY_SHOW
        return "" if number.why in may and number.e164 else str(number.why)

    def _country(self, row: Row, number: Number) -> str:
        """Give the slug of the row's own word, else of the number; empty where there is none."""
        word = row.others.get("country", "").lower() or number.iso.lower()
        known = self.countries.get(word)
        return known.slug if known else ""


def take(known: Session, file: Path, *, country: str, lab: bool, skip_bad: bool, as_json: bool) -> Code:
    """Import a list, all of it or nothing unless the bad rows may be skipped."""
    book.check_lab(known, lab=lab)
    names = {name: each for each in known.countries for name in (each.slug, each.iso.lower())}
    slug = book.country(known, country).slug if country else ""
    judge = _Judge(countries=names, country=slug, lab=lab)
    good = judge.good(read_list(book.read_file(file)))
    refused = bool(judge.bad) and not skip_bad
    new = old = 0
    if good and not refused:
        new, old = book.write(known, lambda conn: dids.add(conn, good, known.clock.wall()))
    counted = Counter(did.country for did in good) if not refused else Counter[str]()
    if as_json:
        bad = [asdict(each) for each in judge.bad]
        click.echo(json.dumps({"new": new, "owned": old, "countries": dict(counted), "bad": bad}))
    else:
        _tell_bad(known, judge.bad)
        _tell_import(known, new=new, old=old, bad=len(judge.bad), counted=counted, refused=refused)
    if new or old:
        book.forget(known, "import", who=_user(), file=str(file), new=new, owned=old, lab=lab)
    return Code.ASKED_WRONGLY if refused else Code.DONE


def _user() -> str:
    """Name who runs this command, by the system's word and not by what the environment claims."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _tell_bad(known: Session, bad: list[Bad]) -> None:
    for each in bad[:SHOWN]:
        why = reason(known.tongue, each.why, each.country)
        click.echo(known.tongue.say("did.bad", line=each.line, number=each.number, why=why), err=True)
    if len(bad) > SHOWN:
        click.echo(known.tongue.say("did.bad_more", more=len(bad) - SHOWN), err=True)


def _tell_import(
    known: Session, *, new: int, old: int, bad: int, counted: Counter[str], refused: bool
) -> None:
    say = known.tongue.say
    if refused:
        click.echo(say("error", sentence=say("did.refused", bad=bad)), err=True)
        return
    click.echo(say("did.imported", new=new, old=old))
    for line in table((slug, count) for slug, count in sorted(counted.items())):
        click.echo(f"  {line}")
    if bad:
        click.echo(say("did.skipped", bad=bad))


def inventory(known: Session, *, country: str, as_json: bool) -> None:
    """Print the caller IDs that we own."""
    slug = book.country(known, country).slug if country else None
    owned = book.read(known, lambda conn: dids.owned(conn, slug))
    if as_json:
        click.echo(json.dumps([asdict(did) for did in owned]))
    elif not owned:
        click.echo(known.tongue.say("did.none"))
    for line in (
        () if as_json else table((d.number, d.country, "lab" if d.lab else "", d.note) for d in owned)
    ):
        click.echo(line)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A country's caller IDs in its present period; `left` is None where there is no cap."""

    country: str
    zone: str
    period: str
    cap: int
    numbers: int
    uses: int
    left: int | None
    at_cap: int
    dids: list[dict[str, Any]]


def usage(known: Session, *, country: str, as_json: bool) -> None:
    """Print what was used today, a line a country, or a line a number of one country."""
    asked = [book.country(known, country)] if country else list(known.countries)
    told = book.read(known, lambda conn: _usages(conn, asked, known.clock.wall()))
    shown = [each for each in told if each.numbers or country]
    say = known.tongue.say
    if as_json:
        click.echo(json.dumps([asdict(each) for each in shown]))
    elif not shown:
        click.echo(say("did.none"))
    else:
        for line in _usage_lines(known, shown, numbers=bool(country)):
            click.echo(line)


def _usage_lines(known: Session, shown: list[Usage], *, numbers: bool) -> Iterator[str]:
    say, none = known.tongue.say, known.tongue.say("did.no_cap")
    heads = ("country", "zone", "period", "numbers", "uses", "cap", "left", "at_cap")
    rows: list[tuple[object, ...]] = [tuple(say(f"did.head.{head}") for head in heads)]
    for each in shown:
        left = none if each.left is None else each.left
        place = (each.country, each.zone, each.period)
        rows.append((*place, each.numbers, each.uses, each.cap or none, left, each.at_cap))
    yield from table(rows)
    if numbers:
        yield ""
        rows = [tuple(say(f"did.head.{head}") for head in ("number", "uses", "left", "last"))]
        for did in shown[0].dids:
            left = none if did["left"] is None else did["left"]
            rows.append((did["number"], did["uses"], left, _when(did["last_at"])))
        yield from table(rows)


def _usages(conn: Any, countries: list[Country], now: float) -> list[Usage]:
    limits = dids.limits(conn)
    told = []
    for country in countries:
        period = dids.period(conn, country.slug, day_of(now, country.zone))
        limit = limits.get(country.slug)
        uses = dids.usage(conn, {country.slug: period})
        told.append(_usage(country, period, country.cap if limit is None else limit.cap, uses))
    return told


def _usage(country: Country, period: str, cap: int, uses: list[Use]) -> Usage:
    numbers = [
        {
            "number": use.number,
            "uses": use.uses,
            "left": max(0, cap - use.uses) if cap else None,
            "last_at": use.last_at,
        }
        for use in uses
    ]
    return Usage(
        country=country.slug,
        zone=country.zone,
        period=period,
        cap=cap,
        numbers=len(uses),
        uses=sum(use.uses for use in uses),
        left=sum(max(0, cap - use.uses) for use in uses) if cap else None,
        at_cap=sum(use.uses >= cap for use in uses) if cap else 0,
        dids=numbers,
    )


def limit(known: Session, *, country: str, cap: int, who: str) -> None:
    """Keep a country's cap in place of its file's."""
    place = book.country(known, country)
    new = Limit(country=place.slug, cap=cap, who=who, at=known.clock.wall())
    book.write(known, lambda conn: dids.set_limit(conn, new))
    told = cap or known.tongue.say("did.no_cap")
    click.echo(known.tongue.say("did.limited", country=place.slug, cap=told, who=who))
    book.forget(known, "limit", who=who, country=place.slug, cap=cap)


def reset(known: Session, *, country: str, who: str, why: str) -> None:
    """Begin a new counting period of the same day."""
    place = book.country(known, country)
    now = known.clock.wall()
    day = day_of(now, place.zone)

    def begin(conn: Any) -> str:
        dids.reset(conn, country=place.slug, day=day, who=who, why=why, at=now)
        return dids.period(conn, place.slug, day)

    period = book.write(known, begin)
    click.echo(known.tongue.say("did.reset", country=place.slug, period=period, who=who))
    book.forget(known, "reset", who=who, why=why, country=place.slug, period=period)


def _when(at: float | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
