"""The commands about trunks: which there are, what one says, and its endpoint as a fragment of pjsip.conf."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from fastagi_server.config import trunk_secret
from fastagi_server.config.effective import effective
from fastagi_server.config.mistakes import path
from fastagi_server.config.pjsip import Pjsip
from fastagi_server.config.trunk import Trunk
from fastagi_server.console import private
from fastagi_server.console.cli_config import text
from fastagi_server.console.errors import NoEndpointError, UnknownTrunkError
from fastagi_server.console.session import Session
from fastagi_server.console.table import table
from fastagi_server.dialplan import pjsip
from fastagi_server.numbering.parse import parse
from fastagi_server.telephony.errors import BadInputError

_HEADS = ("name", "dial", "cps", "channels", "rings", "endpoint")


def listed(known: Session, *, as_json: bool) -> None:
    """Print the trunks, a line each."""
    trunks, say = known.settings.trunks, known.tongue.say
    if as_json:
        click.echo(json.dumps([_row(known, name, trunk) for name, trunk in trunks.items()]))
        return
    if not trunks:
        click.echo(say("trunk.none"))
        return
    rows: list[tuple[object, ...]] = [tuple(say(f"trunk.head.{head}") for head in _HEADS)]
    for name, trunk in trunks.items():
        usual = f" ({say('trunk.usual')})" if name == known.settings.usual_trunk else ""
        rings, endpoint = f"{trunk.ring_seconds} s", say("trunk.ours" if trunk.pjsip else "trunk.theirs")
        row = (f"{name}{usual}", trunk.dial, f"{trunk.cps:g}" if trunk.cps else "-", trunk.channels or "-")
        rows.append((*row, rings, endpoint))
    for line in table(rows):
        click.echo(line)
    for route, ways in known.settings.routes.items():
        told = [
            f"{name} {weight:g}" if weight else say("trunk.spare", trunk=name)
            for name, weight in ways.items()
        ]
        usual = f" ({say('trunk.usual')})" if route == known.settings.usual_trunk else ""
        click.echo(say("trunk.route", route=f"{route}{usual}", trunks=", ".join(told)))


def _row(known: Session, name: str, trunk: Trunk) -> dict[str, Any]:
    return {
        "name": name,
        "usual": name == known.settings.usual_trunk,
        "dial": trunk.dial,
        "cps": trunk.cps,
        "channels": trunk.channels,
        "ring_seconds": trunk.ring_seconds,
        "endpoint": trunk.pjsip is not None,
        "routes": {route: ways[name] for route, ways in known.settings.routes.items() if name in ways},
    }


def shown(known: Session, name: str, *, number: str, as_json: bool) -> None:
    """Print everything that a trunk says, and how it would dial and show a number."""
    trunk = _trunk(known, name)
    start = path("trunks", name) + "."
    every = {each.key: each.value for each in effective(known.loaded)}
    told = {key.removeprefix(start): value for key, value in every.items() if key.startswith(start)}
    as_dialed = _as_dialed(trunk, number) if number else {}
    secret = {"pjsip.secret": secret_place(name, trunk.pjsip)} if trunk.pjsip else {}
    if as_json:
        click.echo(json.dumps({"name": name, **told, **secret, **as_dialed}, ensure_ascii=False))
        return
    rows = {**told, **secret, **{known.tongue.say(f"trunk.{key}"): value for key, value in as_dialed.items()}}
    for line in table((key, text(value)) for key, value in rows.items()):
        click.echo(line)


def _as_dialed(trunk: Trunk, number: str) -> dict[str, str]:
    found = parse(number)
    if not found.e164:
        raise BadInputError(field="number", value=number, expected="a number such as +525512345678")
    return {"dials": trunk.channel(found.e164), "shows": trunk.shown(found.e164)}


def secret_place(name: str, endpoint: Pjsip) -> str:
    """Say where a secret is looked for, and never what it is."""
    if not endpoint.username:
        return ""
    file = "" if endpoint.secret_file is None else f", {endpoint.secret_file}"
    return f"${trunk_secret.variable(name)}{file}"


def render(known: Session, name: str, output: Path | None, *, secrets: bool) -> None:
    """Print the endpoints' fragment, or write it; only a file holds the secrets unless they are asked for."""
    chosen = {name: _trunk(known, name)} if name else known.settings.trunks
    wanted = {each: trunk.pjsip for each, trunk in chosen.items() if trunk.pjsip is not None}
    if not wanted:
        raise NoEndpointError(trunks=", ".join(chosen) or "none")
    parts = _parts(known, wanted, secrets=secrets or output is not None)
    rendered = "\n".join(parts)
    if output is None:
        click.echo(rendered, nl=False)
        return
    private.write(output, rendered)
    click.echo(known.tongue.say("trunk.written", path=output, trunks=", ".join(wanted)))


def _parts(known: Session, wanted: dict[str, Pjsip], *, secrets: bool) -> Iterator[str]:
    for name, endpoint in wanted.items():
        values = {each.name: getattr(endpoint, each.name) for each in dataclasses.fields(endpoint)}
        secret = trunk_secret.read(name, endpoint, known.env) if secrets else None
        yield pjsip.render(name, values, user_in_from=endpoint.user_in_from, secret=secret)


def _trunk(known: Session, name: str) -> Trunk:
    trunk = known.settings.trunks.get(name)
    if trunk is None:
        raise UnknownTrunkError(name=name, known=", ".join(known.settings.trunks) or "none")
    return trunk
