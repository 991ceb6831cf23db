"""The command that says how campaigns stand: by the engine where one serves, else by the store alone."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from fastagi_server.console import book, braking
from fastagi_server.console.campaigns import counted, state, tell_counts
from fastagi_server.console.codes import Code
from fastagi_server.console.session import Session
from fastagi_server.console.table import printable
from fastagi_server.console.why import why
from fastagi_server.desk.client import DeskLostError, NobodyAtTheDeskError
from fastagi_server.store import campaigns
from fastagi_server.store.errors import UnknownCampaignError
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import CampaignState

SECOND = 1.0


def status(known: Session, name: str, *, follow: bool, as_json: bool) -> Code:
    """Print how a campaign stands, or all that run; with `follow` a line a second until they are over."""
    names = [name] if name else _running(known)
    if not names:
        click.echo("[]" if as_json else known.tongue.say("campaign.none_running"))
        return Code.DONE
    if follow:
        return _follow(known, names, as_json=as_json)
    standings = [_whole(known, each) for each in names]
    if as_json:
        click.echo(json.dumps(standings[0] if name else standings))
        return Code.DONE
    for standing in standings:
        click.echo(_line(known, standing))
        tell_counts(known, standing)
        _tell_trunks(known, standing)
        if standing["channels"] and not standing["trunks"]:
            click.echo(known.tongue.say("campaign.channels", **standing))
        _tell_queues(known, standing)
        _tell_paused(known, standing)
        _tell_why_not(known, standing)
    return Code.DONE


def _running(known: Session) -> list[str]:
    found = book.read(known, campaigns.every)
    return [each.name for each in found if each.state is CampaignState.RUNNING]


def _follow(known: Session, names: list[str], *, as_json: bool) -> Code:
    try:
        while True:
            standings = [_now(known, each) for each in names]
            for each in standings:
                click.echo(json.dumps(each) if as_json else _clocked(known, each))
            if not any(map(_goes_on, standings)):
                break
            time.sleep(SECOND)
    except KeyboardInterrupt:
        return Code.INTERRUPTED
    for each in () if as_json else standings:
        _tell_paused(known, each)
    return Code.DONE


def _goes_on(standing: Mapping[str, Any]) -> bool:
    """Say whether there is more to see; where all who wait are in paused countries, midnight is far."""
    if standing["contacts"]["dialing"] or standing["prepared"]:
        return True
    pauses = standing["served"] and set(standing["countries"]) <= set(standing["paused"])
    return bool(standing["state"] == CampaignState.RUNNING and not (pauses and standing["countries"]))


def _now(known: Session, name: str) -> dict[str, Any]:
    """Give a standing that costs the store a look into its indexes."""
    with book.reading(known) as ask_store:
        kept = ask_store(lambda conn: campaigns.get(conn, name))
        if kept is None:
            raise UnknownCampaignError(name=name)
        queued, dialing = ask_store(lambda conn: campaigns.waiting(conn, name))
    contacts = {"queued": sum(queued.values()), "dialing": dialing}
    told = _engine(known, name, kept.state)
    # The engine's own `up` is of all campaigns, and its `waiting` are those that it has prepared.
    meant = {"up": dialing, "waiting": contacts["queued"], "prepared": told["waiting"]}
    return {**told, **meant, "contacts": contacts, "countries": queued}


def _whole(known: Session, name: str) -> dict[str, Any]:
    """Give a standing with everything that the store can count."""
    standing = _now(known, name)
    return {**standing, **counted(book.read(known, lambda conn: campaigns.counts(conn, name)))}


def _engine(known: Session, name: str, kept: CampaignState) -> dict[str, Any]:
    """Give the engine's word; where nobody serves, the store's with nothing up."""
    alone = {
        "campaign": name,
        "state": str(kept),
        "sent": 0,
        "up": 0,
        "waiting": 0,
        "paused": {},
        "skipped": {},
        "trunk": "",
        "trunk_up": 0,
        "channels": 0,
        "trunks": {},
        "queues": {},
        "why_not": "",
        "store_away_since": 0.0,
        "braked": {},
    }
    try:
        told = book.answer(known, frames.Campaigning(campaign=name, do="ask"))
    except (NobodyAtTheDeskError, DeskLostError):
        return {**alone, "served": False}
    # An engine with another store does not know the campaign; what our store says is true all the same.
    if not isinstance(told, frames.CampaignStanding):
        return {**alone, "served": False}
    return {**asdict(told), "served": True}


def _line(known: Session, standing: Mapping[str, Any]) -> str:
    told = {**standing, **standing["contacts"], "state": state(known, standing["state"])}
    line = known.tongue.say("campaign.line", **told)
    return line if standing["served"] else f"{line} {known.tongue.say('campaign.unserved')}"


def _clocked(known: Session, standing: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(known.clock.wall(), UTC).strftime("%H:%M:%SZ")
    paused = f"  {known.tongue.say('campaign.paused', countries=', '.join(standing['paused']))}"
    return f"{at}  {_line(known, standing)}{paused if standing['paused'] else ''}"


def _tell_paused(known: Session, standing: Mapping[str, Any]) -> None:
    for country, kept in standing["paused"].items():
        brake = standing.get("braked", {}).get(country)
        told = braking.brake(known.tongue, brake, english=kept) if brake else why(known.tongue, kept)
        click.echo(known.tongue.say("campaign.paused_why", country=country, why=told))


def _tell_trunks(known: Session, standing: Mapping[str, Any]) -> None:
    """Say of each trunk of a route whether it takes calls, and what it has."""
    say = known.tongue.say
    for trunk, told in standing["trunks"].items():
        refused = told["refused"]
        why = (
            known.tongue.sentence(refused["code"], refused["details"], refused["message"]) if refused else ""
        )
        line = say(
            "campaign.way",
            trunk=trunk,
            weight=f"{told['weight']:g}",
            takes=say(f"way.{told['takes']}"),
            up=told["up"],
            channels=told["channels"] or say("pacing.none"),
            sent=told["sent"],
        )
        click.echo(f"{line}: {printable(why)}" if why else line)


def _tell_queues(known: Session, standing: Mapping[str, Any]) -> None:
    """Say who is free in each queue, who was abandoned, and why calls wait."""
    for queue, told in standing["queues"].items():
        click.echo(known.tongue.say("pacing.queue", queue=queue, **told))
        for window in ("hour", "days"):
            pressed, abandoned = told[window]["pressed"], told[window]["abandoned"]
            if pressed:
                percent = f"{100 * abandoned / pressed:.1f}"
                counts = {"pressed": pressed, "abandoned": abandoned, "percent": percent}
                click.echo("  " + known.tongue.say(f"pacing.abandoned_{window}", **counts))
        if told["why"]:
            click.echo("  " + known.tongue.say("pacing.queue_waits", why=why(known.tongue, told["why"])))


def _tell_why_not(known: Session, standing: Mapping[str, Any]) -> None:
    """Say that no call may leave at all, and since when the store is away."""
    if not standing["why_not"]:
        return
    told = why(known.tongue, standing["why_not"])
    since = standing["store_away_since"]
    if not since:
        click.echo(known.tongue.say("campaign.why_not", why=told))
    else:
        at = datetime.fromtimestamp(since, UTC).strftime("%H:%M:%SZ")
        click.echo(known.tongue.say("campaign.why_not_since", why=told, at=at))
