"""The commands that show paces and brakes, pull one and release one; the running service has both."""

from __future__ import annotations

import json
from typing import Any

import click

from fastagi_server.console import book, braking, failing, stops
from fastagi_server.console.codes import Code
from fastagi_server.console.session import Session
from fastagi_server.console.why import why
from fastagi_server.desk.client import NobodyAtTheDeskError
from fastagi_server.pacing import scopes
from fastagi_server.store import campaigns
from fastagi_server.store.errors import UnknownCampaignError
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import DiscadorError

_FIGURES = (("pdd", "pdd_usual", " s"), ("originate", "originate_p95", " s"), ("load", "load", ""))


def show(known: Session, *, as_json: bool) -> Code:
    """Print each scope with its limit, its pace and its brake."""
    told = book.answer(known, frames.Pacing())
    if isinstance(told, frames.Failed):
        return failing.tell(known.tongue, told, as_json=as_json)
    if as_json and isinstance(told, frames.PacingStanding):
        queues = {f"queue:{name}": each for name, each in told.queues.items()}
        click.echo(json.dumps({**told.scopes, **queues}))
    elif isinstance(told, frames.PacingStanding):
        for scope, standing in told.scopes.items():
            click.echo(line(known, scope, standing))
            for each in details(known, standing):
                click.echo(each)
        for queue, standing in told.queues.items():
            click.echo(known.tongue.say("pacing.queue", queue=queue, **standing))
            if standing["why"]:
                click.echo(f"  {why(known.tongue, standing['why'])}")
    return Code.DONE


def stop(known: Session, scope: str, *, why: str, hang_up: bool, as_json: bool) -> Code:
    """Let nothing of a scope leave any more, at once; where nobody serves it is left in the store.

    Raises UnknownCampaignError where the store knows no campaign of that name: nothing would be stopped.
    """
    if (name := scopes.campaign_in(scope)) and _is_unknown(known, name):
        raise UnknownCampaignError(name=name)
    order = frames.Pacing(do="stop", scope=scope, who=book.user(), why=why, hang_up=hang_up)
    alone = False
    try:
        told = book.answer(known, order)
    except NobodyAtTheDeskError:
        alone, told = True, stops.stop(known, order)
    if isinstance(told, frames.Failed):
        return failing.tell(known.tongue, told, as_json=as_json)
    assert isinstance(told, frames.PacingStanding)
    ended = told.ended
    if as_json:
        click.echo(json.dumps({"stopped": scope, "ended": ended, "kept": told.kept}))
        return Code.DONE
    click.echo(known.tongue.say("pacing.pulled", scope=scope))
    if not told.kept:
        click.echo(known.tongue.say("pacing.pull_not_kept"))
    if alone:
        click.echo(known.tongue.say("pacing.pulled_alone"))
    elif hang_up:
        click.echo(known.tongue.say("pacing.ended", count=ended))
    return Code.DONE


def _is_unknown(known: Session, campaign: str) -> bool:
    """Say whether there surely is no such campaign; a store that is away keeps nobody from stopping one."""
    try:
        return book.read(known, lambda conn: campaigns.get(conn, campaign)) is None
    except DiscadorError:
        return False


def release(known: Session, scope: str, *, why: str, as_json: bool) -> Code:
    """Let calls of a stopped scope leave again; say whose stop that was, and what holds it all the same."""
    order = frames.Pacing(do="release", scope=scope, who=book.user(), why=why)
    try:
        told = book.answer(known, order)
    except NobodyAtTheDeskError:
        told = stops.release(known, order)
    if isinstance(told, frames.Failed):
        return failing.tell(known.tongue, told, as_json=as_json)
    assert isinstance(told, frames.PacingStanding)
    standing, freed = told.scopes.get(scope, {}), list(told.freed.values())
    holds = standing.get("whys", [])
    if as_json:
        said = {"released": scope, "freed": freed, "holds": holds, "kept": told.kept}
        click.echo(json.dumps(said))
        return Code.DONE
    click.echo(known.tongue.say("pacing.released", scope=scope))
    for each in freed:
        click.echo(known.tongue.say("pacing.freed", told=braking.reason(known.tongue, each)))
    if not told.kept:
        click.echo(known.tongue.say("pacing.release_not_kept"))
    for each in holds:
        still = braking.brake(known.tongue, each, english=standing["why"])
        click.echo(known.tongue.say("pacing.holds", told=still))
    return Code.DONE


def line(known: Session, scope: str, standing: dict[str, Any]) -> str:
    """Give one scope as a line."""
    none = known.tongue.say("pacing.none")
    rates = {name: none if standing[name] is None else f"{standing[name]:.2f}" for name in ("limit", "pace")}
    word = known.tongue.say(f"pacing.{standing['standing']}")
    part = standing.get("share")
    # A part that is the whole limit, as one engine alone has it, is not worth a word.
    share = "" if part in (None, standing["limit"]) else known.tongue.say("pacing.share", share=f"{part:.2f}")
    return known.tongue.say("pacing.line", scope=scope, **rates, share=share, standing=word)


def details(known: Session, standing: dict[str, Any]) -> list[str]:
    """Give why a scope is stopped, why its pace changed last, and what the pace sees, a line each."""
    whys = standing.get("whys", ())
    lines = [f"  {braking.brake(known.tongue, each, english=standing['why'])}" for each in whys]
    if standing["why"] and not whys:
        lines.append(f"  {standing['why']}")
    if standing.get("change"):
        lines.append(known.tongue.say("pacing.change", told=braking.change(known.tongue, standing["change"])))
    if figures := standing.get("figures"):
        none = known.tongue.say("pacing.none")
        shown = {
            name: none if figures.get(key) is None else f"{figures[key]:.2f}{unit}"
            for name, key, unit in _FIGURES
        }
        lines.append(known.tongue.say("pacing.figures", **shown))
    return lines
