"""The commands that list and delete campaigns, and give the engine orders about them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from fastagi_server.console import book, failing
from fastagi_server.console.codes import Code
from fastagi_server.console.errors import NotConfirmedError
from fastagi_server.console.reason import reason
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.store import campaigns
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState

Counts = Mapping[tuple[str, ContactState, str], int]


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
    if do == "stop" and _is_done(known, name):
        # Marked as stopped it would look as if somebody were left to call.
        done = frames.CampaignStanding(
            campaign=name, state=str(CampaignState.DONE), sent=0, up=0, waiting=0, paused={}, skipped={}
        )
        said = known.tongue.say("campaign.stop_done", name=name)
        click.echo(json.dumps(asdict(done)) if as_json else said)
        return Code.DONE
    told = book.answer(known, frames.Campaigning(campaign=name, do=do))
    if isinstance(told, frames.Failed):
        return failing.tell(known.tongue, told, as_json=as_json)
    if as_json:
        click.echo(json.dumps(asdict(told)))
    elif isinstance(told, frames.CampaignStanding):
        click.echo(known.tongue.say(f"campaign.{do}", name=name, state=state(known, told.state)))
    return Code.DONE


def _is_done(known: Session, name: str) -> bool:
    kept = book.read(known, lambda conn: campaigns.get(conn, name))
    return kept is not None and kept.state is CampaignState.DONE


def state(known: Session, word: str) -> str:
    """Give a campaign's state in the reader's language; a newer engine may know more states."""
    return known.tongue.say(f"state.{word}") if word in set(CampaignState) else word


def remove(known: Session, name: str, *, yes: bool, as_json: bool) -> None:
    """Delete a campaign and its list once somebody has said so; the records of its calls stay."""
    if not yes:
        # Nobody can be asked through a pipe, and silence is no yes.
        asked = sys.stdin.isatty() and click.confirm(
            known.tongue.say("campaign.delete_sure", name=name), err=True
        )
        if not asked:
            raise NotConfirmedError(name=name)
    book.write(known, lambda conn: campaigns.remove(conn, name))
    told = json.dumps({"campaign": name, "deleted": True}, ensure_ascii=False)
    click.echo(told if as_json else known.tongue.say("campaign.deleted", name=name))
    book.forget(known, "campaign_deleted", who=book.user(), campaign=name)


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
