"""The commands that show the Asterisks of the fleet, and drain or resume one; the service has them."""

from __future__ import annotations

import json
from typing import Any

import click

from fastagi_server.console import book, failing
from fastagi_server.console.codes import Code
from fastagi_server.console.session import Session
from fastagi_server.telephony import frames


def show(known: Session, *, as_json: bool) -> Code:
    """Print how each of them stands."""
    return _told(known, frames.Fleet(), as_json=as_json)


def drain(known: Session, asterisk: str, *, why: str, as_json: bool) -> Code:
    """Have no new call go to one of them; those that are up there go on."""
    return _told(known, _order("drain", asterisk, why), as_json=as_json)


def resume(known: Session, asterisk: str, *, why: str, as_json: bool) -> Code:
    """Have calls go to one of them again."""
    return _told(known, _order("resume", asterisk, why), as_json=as_json)


def line(known: Session, name: str, standing: dict[str, Any]) -> str:
    """Give one of them as a line."""
    say = known.tongue.say
    link = say("asterisk.up" if standing["ready"] else "asterisk.down")
    waits = "asterisk.takes" if standing["ready"] else "asterisk.waits"
    takes = say("asterisk.drained" if standing["drained"] else waits)
    told = {each: standing[each] for each in ("up", "sent")}
    return say("asterisk.line", name=name, link=link, takes=takes, weight=f"{standing['weight']:g}", **told)


def _order(do: str, asterisk: str, why: str) -> frames.Fleet:
    return frames.Fleet(do=do, asterisk=asterisk, who=book.user(), why=why)


def _told(known: Session, order: frames.Fleet, *, as_json: bool) -> Code:
    told = book.answer(known, order)
    if isinstance(told, frames.Failed):
        return failing.tell(known.tongue, told, as_json=as_json)
    if as_json and isinstance(told, frames.FleetStanding):
        click.echo(json.dumps(told.asterisks))
    elif isinstance(told, frames.FleetStanding):
        for name, standing in told.asterisks.items():
            click.echo(line(known, name, standing))
    return Code.DONE
