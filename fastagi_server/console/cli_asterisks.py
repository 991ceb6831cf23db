"""The commands about the Asterisks of the fleet: how they stand, and draining one for its maintenance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from fastagi_server.console import asterisks
from fastagi_server.console.said import said
from fastagi_server.console.session import Session

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `asterisk`."""

    @discador.group(help=say("help.asterisk"))
    def asterisk() -> None:
        pass

    @asterisk.command("list", help=say("help.asterisk.list"))
    @json_option
    @click.pass_obj
    def show(known: Session, /, *, as_json: bool) -> int:
        return asterisks.show(known, as_json=as_json)

    @asterisk.command(help=say("help.asterisk.drain"))
    @click.argument("name")
    @click.option("--why", required=True, callback=said, help=say("help.pacing.why"))
    @json_option
    @click.pass_obj
    def drain(known: Session, /, *, name: str, why: str, as_json: bool) -> int:
        return asterisks.drain(known, name, why=why, as_json=as_json)

    @asterisk.command(help=say("help.asterisk.resume"))
    @click.argument("name")
    @click.option("--why", required=True, callback=said, help=say("help.pacing.why"))
    @json_option
    @click.pass_obj
    def resume(known: Session, /, *, name: str, why: str, as_json: bool) -> int:
        return asterisks.resume(known, name, why=why, as_json=as_json)
