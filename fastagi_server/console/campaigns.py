"""The commands that make campaigns and give the engine orders about them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fastagi_server.campaign.listing import read_list
from fastagi_server.compliance.gate import judge
from fastagi_server.console import book
from fastagi_server.console.codes import Code, of_error
from fastagi_server.console.errors import NobodyOnTheListError, UnknownTrunkError
from fastagi_server.console.reason import reason
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.numbering.country import by_iso
from fastagi_server.numbering.parse import parse
from fastagi_server.store import campaigns
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState, NewContact
from fastagi_server.telephony.errors import BadInputError

LONGEST_NAME = 79  # Asterisk cuts an account code here
Counts = Mapping[tuple[str, ContactState, str], int]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a new campaign is asked to be."""

    name: str
    file: Path
    trunk: str
    cps: float
    concurrency: int
    retries: int
    retry_seconds: int
    lab: bool
    as_json: bool


def create(known: Session, asked: Asked) -> None:
    """Keep a campaign with its whole list, or nothing."""
    book.check_lab(known, lab=asked.lab)
    campaign = _campaign(known, asked)
    countries = by_iso(known.countries)
    contacts = [judge(parse(row.number), countries) for row in read_list(book.read_file(asked.file))]
    if not contacts:
        raise NobodyOnTheListError(path=str(asked.file))
    counts = book.write(known, lambda conn: _keep(conn, campaign, contacts))
    told = counted(counts)
    if asked.as_json:
        click.echo(json.dumps({"campaign": campaign.name, **told}))
        return
    click.echo(known.tongue.say("campaign.created", name=campaign.name, **told["contacts"]))
    tell_counts(known, told)


def _campaign(known: Session, asked: Asked) -> Campaign:
    _check(asked)
    trunk = asked.trunk or known.settings.usual_trunk
    if trunk not in known.settings.trunks:
        raise UnknownTrunkError(name=trunk, known=", ".join(known.settings.trunks) or "none")
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


def _check(asked: Asked) -> None:
    """Refuse what only the first call would trip over: the name is the CDR's account code."""
    name = asked.name
    if not name.isprintable() or name != name.strip() or not 1 <= len(name) <= LONGEST_NAME:
        expected = f"1 to {LONGEST_NAME} letters, digits or signs, without blanks around them"
        raise BadInputError(field="campaign", value=name, expected=expected)
    if math.isnan(asked.cps):
        raise BadInputError(field="cps", value="nan", expected="calls per second, 0 for no limit")


def _keep(conn: Any, campaign: Campaign, contacts: list[NewContact]) -> Counts:
    campaigns.create(conn, campaign)
    campaigns.add(conn, campaign.name, contacts)
    return campaigns.counts(conn, campaign.name)


def counted(counts: Counts) -> dict[str, Any]:
    """Give a campaign's contacts by state, those who may be called by country, and refusals by reason."""
    contacts = {str(state): 0 for state in ContactState}
    countries: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    for (country, state, why), count in counts.items():
        contacts[str(state)] += count
        if state is ContactState.REFUSED:
            refusals[why] += count
        else:
            countries[country] += count
    return {
        "contacts": contacts,
        "countries": dict(sorted(countries.items())),
        "refusals": dict(refusals.most_common()),
    }


def tell_counts(known: Session, told: Mapping[str, Any]) -> None:
    """Print the countries, and the refusals with their reasons."""
    for line in table(told["countries"].items()):
        click.echo(f"  {line}")
    if told["refusals"]:
        click.echo(known.tongue.say("campaign.refusals"))
        rows = ((reason(known.tongue, why), count) for why, count in told["refusals"].items())
        for line in table(rows):
            click.echo(f"  {line}")


def order(known: Session, name: str, *, do: str, as_json: bool) -> Code:
    """Give the engine an order about a campaign and tell what it answers."""
    told = book.answer(known, frames.Campaigning(campaign=name, do=do))
    if isinstance(told, frames.Failed):
        return failed(known, told)
    if as_json:
        click.echo(json.dumps(asdict(told)))
    elif isinstance(told, frames.CampaignStanding):
        click.echo(known.tongue.say(f"campaign.{do}", name=name, state=state(known, told.state)))
    return Code.DONE


def failed(known: Session, told: frames.Failed) -> Code:
    """Tell why the engine did not, and give the exit code."""
    sentence = known.tongue.sentence(told.code, told.details, told.message)
    click.echo(known.tongue.say("error", sentence=sentence), err=True)
    return of_error(told.code)


def state(known: Session, word: str) -> str:
    """Give a campaign's state in the reader's language; a newer engine may know more states."""
    return known.tongue.say(f"state.{word}") if word in set(CampaignState) else word


def every(known: Session, *, as_json: bool) -> None:
    """Print every campaign, oldest first."""
    found = book.read(known, campaigns.every)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found]))
        return
    if not found:
        click.echo(known.tongue.say("campaign.none"))
    for line in table(_row(known, each) for each in found):
        click.echo(line)


def _row(known: Session, each: Campaign) -> tuple[object, ...]:
    made = datetime.fromtimestamp(each.created_at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    cps = f"{each.cps:g} CPS" if each.cps else "-"
    return (made, each.name, state(known, each.state), each.trunk, cps, "lab" if each.lab else "")
