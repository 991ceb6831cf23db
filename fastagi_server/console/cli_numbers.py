"""The commands about numbers: what one is, and which of them are ours to show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import dids, numbers
from fastagi_server.console.session import Session
from fastagi_server.telephony.country import MAX_CAP

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
_FILE = click.Path(path_type=Path, readable=False)


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `number` and `did`."""

    @discador.command(help=say("help.number"))
    @click.argument("text", nargs=-1, required=True)
    @json_option
    @click.pass_obj
    def number(known: Session, /, *, text: tuple[str, ...], as_json: bool) -> int:
        return numbers.number(known, text, as_json=as_json)

    @discador.group(help=say("help.did"))
    def did() -> None:
        pass

    _reading(did, say, json_option)
    _writing(did, say, json_option)


def _reading(did: click.Group, say: Say, json_option: Option) -> None:
    @did.command("list", help=say("help.did.list"))
    @click.option("--country", default="", help=say("help.did.of_country"))
    @json_option
    @click.pass_obj
    def list_command(known: Session, /, **asked: Any) -> None:
        dids.inventory(known, **asked)

    @did.command(help=say("help.did.usage"))
    @click.option("--country", default="", help=say("help.did.of_country"))
    @json_option
    @click.pass_obj
    def usage(known: Session, /, **asked: Any) -> None:
        dids.usage(known, **asked)


def _writing(did: click.Group, say: Say, json_option: Option) -> None:
    @did.command("import", help=say("help.did.import"))
    @click.argument("file", type=_FILE)
    @click.option("--country", default="", help=say("help.did.import.country"))
    @click.option("--lab", is_flag=True, help=say("help.did.import.lab"))
    @click.option("--skip-bad", is_flag=True, help=say("help.did.import.skip_bad"))
    @json_option
    @click.pass_obj
    def import_command(known: Session, /, *, file: Path, **asked: Any) -> int:
        return dids.take(known, file, **asked)

    @did.command(help=say("help.did.limit"))
    @click.argument("country")
    @click.argument("cap", type=click.IntRange(0, MAX_CAP))
    @click.option("--who", required=True, help=say("help.did.who"))
    @click.pass_obj
    def limit(known: Session, /, **asked: Any) -> None:
        dids.limit(known, **asked)

    @did.command(help=say("help.did.reset"))
    @click.argument("country")
    @click.option("--who", required=True, help=say("help.did.who"))
    @click.option("--why", required=True, help=say("help.did.why"))
    @click.pass_obj
    def reset(known: Session, /, **asked: Any) -> None:
        dids.reset(known, **asked)
