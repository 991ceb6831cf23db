"""The command that lists the rows of a campaign that nobody is called for, each with its line and reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import partial

import click

from fastagi_server.console import book
from fastagi_server.console.reason import reason, refused_line
from fastagi_server.console.session import Session
from fastagi_server.store import campaigns, refusals
from fastagi_server.store.errors import UnknownCampaignError
from fastagi_server.telephony.campaign import RefusedRow


def refused(known: Session, name: str, *, as_json: bool, as_csv: bool) -> None:
    """Print the refused rows in their list's order."""
    with book.reading(known) as ask_store:
        if ask_store(lambda conn: campaigns.get(conn, name)) is None:
            raise UnknownCampaignError(name=name)
        rows = list(_rows(ask_store, name))
    if as_json:
        told = [{"line": each.line, "raw": each.raw, "why": each.why} for each in rows]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if as_csv:
        click.echo(_csv(known, rows), nl=False)
        return
    if not rows:
        click.echo(known.tongue.say("campaign.none_refused", name=name))
    for each in rows:
        click.echo(refused_line(known.tongue, each))


def _rows(ask_store: book.Ask, name: str) -> Iterator[RefusedRow]:
    """Read page after page, so that no read lasts."""
    page = ask_store(lambda conn: refusals.rows(conn, name))
    while page:
        yield from page
        page = ask_store(partial(refusals.rows, campaign=name, after=page[-1].id))


def _csv(known: Session, rows: list[RefusedRow]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("line", "number", "code", "why"))
    for each in rows:
        writer.writerow((each.line or "", _inert(each.raw), each.why, reason(known.tongue, each.why)))
    return text.getvalue()


def _inert(cell: str) -> str:
    """Give a cell that a spreadsheet takes for text: what came in a list may be a formula."""
    formula = cell[:1] in ("=", "@", "-", "\t", "\r") or (cell[:1] == "+" and not cell[1:2].isdigit())
    return f"'{cell}" if formula else cell
