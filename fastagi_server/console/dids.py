"""The commands about our caller IDs: list, usage, limit, reset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import click

from fastagi_server.callerid.day import day_of
from fastagi_server.console import book
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.store import dids, leases
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import Limit, Use


def inventory(known: Session, *, country: str, retired: bool, as_json: bool) -> None:
    """Print the caller IDs that we own, or those that are not shown any more."""
    slug = book.country(known, country).slug if country else None
    which = dids.retired if retired else dids.owned
    owned = book.read(known, lambda conn: which(conn, slug))
    if as_json:
        click.echo(json.dumps([asdict(did) for did in owned]))
    elif not owned:
        click.echo(known.tongue.say("did.none_retired" if retired else "did.none"))
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
        uses = leases.without_reserved(conn, dids.usage(conn, {country.slug: period}), country.slug, period)
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


def limit(known: Session, *, country: str, cap: int, who: str, as_json: bool) -> None:
    """Keep a country's cap in place of its file's."""
    place = book.country(known, country)
    new = Limit(country=place.slug, cap=cap, who=who, at=known.clock.wall())
    book.change_dids(known, lambda conn: dids.set_limit(conn, new))
    told = cap or known.tongue.say("did.no_cap")
    line = known.tongue.say("did.limited", country=place.slug, cap=told, who=who)
    click.echo(json.dumps(asdict(new)) if as_json else line)
    book.forget(known, "limit", who=who, country=place.slug, cap=cap)


def reset(known: Session, *, country: str, who: str, why: str, as_json: bool) -> None:
    """Begin a new counting period of the same day."""
    place = book.country(known, country)
    now = known.clock.wall()
    day = day_of(now, place.zone)

    def begin(conn: Any) -> str:
        dids.reset(conn, country=place.slug, day=day, who=who, why=why, at=now)
        return dids.period(conn, place.slug, day)

    period = book.change_dids(known, begin)
    told = {"country": place.slug, "period": period, "who": who, "why": why, "at": now}
    line = known.tongue.say("did.reset", country=place.slug, period=period, who=who)
    click.echo(json.dumps(told) if as_json else line)
    book.forget(known, "reset", who=who, why=why, country=place.slug, period=period)


def _when(at: float | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
