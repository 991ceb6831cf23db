"""The commands about trunks and their options; the deeds are console/trunks.py's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import completing, trunks
from fastagi_server.console.session import Session

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
_FILE = click.Path(path_type=Path, readable=False)


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `trunk`."""

    @discador.group(help=say("help.trunk"))
    def trunk() -> None:
        pass

    @trunk.command("list", help=say("help.trunk.list"))
    @json_option
    @click.pass_obj
    def list_command(known: Session, /, *, as_json: bool) -> None:
        trunks.listed(known, as_json=as_json)

    @trunk.command("show", help=say("help.trunk.show"))
    @click.argument("name", shell_complete=completing.trunks)
    @click.option("--number", default="", help=say("help.trunk.show.number"))
    @json_option
    @click.pass_obj
    def show_command(known: Session, /, *, name: str, number: str, as_json: bool) -> None:
        trunks.shown(known, name, number=number, as_json=as_json)

    @trunk.command("render", help=say("help.trunk.render"))
    @click.argument("name", default="", shell_complete=completing.trunks)
    @click.option("--output", type=_FILE, help=say("help.trunk.render.output"))
    @click.option("--secrets", is_flag=True, help=say("help.trunk.render.secrets"))
    @click.pass_obj
    def render_command(known: Session, /, *, name: str, output: Path | None, secrets: bool) -> None:
        trunks.render(known, name, output, secrets=secrets)
