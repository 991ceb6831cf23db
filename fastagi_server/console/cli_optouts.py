"""The commands about the opt-out list: put a number on it, a file of them, and write it down for others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import exporting, optouts
from fastagi_server.console.said import said
from fastagi_server.console.session import Session

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
_FILE = click.Path(path_type=Path, readable=False)
_FORMATS = click.Choice([str(each) for each in exporting.Format])


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `optout`."""

    @discador.group(help=say("help.optout"))
    def optout() -> None:
        pass

    @optout.command("add", help=say("help.optout.add"))
    @click.argument("number")
    @click.option("--why", required=True, callback=said, help=say("help.optout.why"))
    @json_option
    @click.pass_obj
    def add_command(known: Session, /, *, number: str, why: str, as_json: bool) -> int:
        return optouts.add(known, number, why=why, as_json=as_json)

    @optout.command("import", help=say("help.optout.import"))
    @click.argument("file", type=_FILE)
    @click.option("--why", default="", help=say("help.optout.import.why"))
    @json_option
    @click.pass_obj
    def import_command(known: Session, /, *, file: Path, why: str, as_json: bool) -> int:
        return optouts.take(known, file, why=why, as_json=as_json)

    @optout.command("export", help=say("help.optout.export"))
    @click.argument("file", type=click.Path(path_type=Path, readable=False, allow_dash=True))
    @click.option("--format", "kind", type=_FORMATS, default="csv", help=say("help.optout.format"))
    @click.option("--number", default="", help=say("help.optout.number"))
    @click.option("--since", default="", help=say("help.optout.since"))
    @click.pass_obj
    def export(known: Session, /, *, file: Path, kind: str, number: str, since: str) -> None:
        exporting.export(known, file, kind=exporting.Format(kind), number=number, since=since)
