"""The command that lists calls, newest first. It knows no click beyond echo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from fastagi_server.console import book
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.console.why import why
from fastagi_server.numbering.parse import parse
from fastagi_server.store import calls
from fastagi_server.telephony import frames
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Record

HEADS = ("when", "number", "country", "campaign", "callerid", "outcome", "why")


def listed(
    known: Session, *, limit: int, campaign: str, number: str, since: str, outcome: str, as_json: bool
) -> None:
    """Print the newest calls of a choice."""
    which = calls.Which(
        campaign=campaign,
        number=asked_number(number),
        since=instant(since) if since else None,
        outcome=Disposition(outcome) if outcome else None,
    )
    records = book.read(known, lambda conn: calls.recent(conn, limit, which))
    if as_json:
        click.echo(json.dumps([frames.record_json(record) for record in records]))
        return
    if not records:
        click.echo(known.tongue.say("calls.none" if which == calls.EVERY else "calls.none_such"))
        return
    for line in table(_rows(known, records)):
        click.echo(line)


def _rows(known: Session, records: list[Record]) -> Iterator[tuple[str, ...]]:
    yield tuple(known.tongue.say(f"calls.head.{head}") for head in HEADS)
    for each in records:
        ended = str(each.disposition or each.state)
        place = (when(each.begun_at), each.number, each.country, each.campaign, each.callerid)
        yield (*place, ended, why(known.tongue, each.why or ""))


def asked_number(text: str) -> str:
    """Give the E.164 of the number that is asked for, empty where none is."""
    if not text:
        return ""
    number = parse(text)
    if not number.whole:
        expected = "a telephone number with its country code"
        raise BadInputError(field="--number", value=text, expected=expected)
    return number.e164


def instant(text: str, field: str = "--since") -> float:
    """Read a day or an instant; what names no zone is UTC, as everything that is printed."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        expected = "a day such as 2026-11-23 or an instant such as 2026-11-23T18:00, in UTC"
        raise BadInputError(field=field, value=text, expected=expected) from None


def when(at: float) -> str:
    """Give an instant as people read it, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
