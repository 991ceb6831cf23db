"""Why a call showed the caller ID that it showed, and whether a number would be shown now."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import click

from fastagi_server.callerid.day import day_of
from fastagi_server.callerid.pool import near_cap
from fastagi_server.console import book
from fastagi_server.console.called import when
from fastagi_server.console.retiring import Which, numbers_of
from fastagi_server.console.session import Session
from fastagi_server.console.why import why
from fastagi_server.store import calls, dids, rests
from fastagi_server.store.errors import UnknownCallError
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import RestKind


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a number stands in a country now; `state` is the fixed word for whether it would be shown."""

    number: str
    country: str
    state: str
    period: str = ""
    uses: int = 0
    cap: int = 0
    until: float | None = None
    who: str = ""
    why: str = ""


def explain(known: Session, what: str, *, country: str, as_json: bool) -> None:
    """Say why a call showed its number, or whether a number would be chosen now."""
    if is_call_id(what):
        _of_call(known, CallId(what), as_json=as_json)
        return
    place = book.country(known, country) if country else None
    (number,) = numbers_of(Which(numbers=[what], file=None, country=country), place)
    asked = [place] if place else list(known.countries)
    told = book.read(known, lambda conn: _standings(conn, number, asked, known.clock.wall()))
    if not told:
        told = [Standing(number=number, country=place.slug if place else "-", state="not_owned")]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in told]))
        return
    for each in told:
        state, until = f"did.why.{each.state}", "" if each.until is None else when(each.until)
        if each.state == RestKind.QUARANTINE and not until:
            state = "did.why.quarantine.open"
        says = known.tongue.say(state, **{**asdict(each), "until": until})
        click.echo(f"{each.number}  {each.country}  {says}")


def _of_call(known: Session, call: CallId, *, as_json: bool) -> None:
    record = book.read(known, lambda conn: calls.get(conn, call))
    if record is None:
        raise UnknownCallError(call=call)
    kept = record.callerid_why
    if as_json:
        told = {"call": call, "country": record.country, "callerid": record.callerid, "why": kept}
        click.echo(json.dumps(told))
        return
    says = why(known.tongue, kept) if kept else known.tongue.say("did.why.named")
    click.echo(f"{record.callerid}  {record.country}  {says}")


def _standings(conn: Any, number: str, countries: list[Country], now: float) -> list[Standing]:
    marks = dids.marks_of(conn, number)
    return [
        _standing(conn, number, country, now, retired=marks[country.slug].retired)
        for country in countries
        if country.slug in marks
    ]


def _standing(conn: Any, number: str, country: Country, now: float, *, retired: bool) -> Standing:
    slug = country.slug
    if retired:
        return Standing(number=number, country=slug, state="retired")
    limit = dids.limits(conn).get(slug)
    period = dids.period(conn, slug, day_of(now, country.zone))
    known: dict[str, Any] = {
        "number": number,
        "country": slug,
        "period": period,
        "uses": dids.used(conn, number=number, country=slug, period=period),
        "cap": country.cap if limit is None else limit.cap,
    }
    for rest in rests.every(conn, now, slug):
        if rest.number == number and rest.since <= now:
            return Standing(**known, state=str(rest.kind), until=rest.until, who=rest.who, why=rest.why)
    if not known["cap"] or known["uses"] < near_cap(known["cap"]):
        return Standing(**known, state="free")
    return Standing(**known, state="near_cap" if known["uses"] < known["cap"] else "at_cap")
