"""The commands about the configuration: what is in force and where it came from, and whether it is right."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from fastagi_server.config.effective import DEFAULT, Effective, effective
from fastagi_server.console.session import Session
from fastagi_server.console.table import table

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
# A pool of caller IDs may be thousands; programs are told all of them.
_SHOWN = 3


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `config`."""

    @discador.group(help=say("help.config_group"))
    def config() -> None:
        pass

    @config.command("show", help=say("help.config.show"))
    @json_option
    @click.pass_obj
    def show_command(known: Session, /, *, as_json: bool) -> None:
        show(known, as_json=as_json)

    @config.command("check", help=say("help.config.check"))
    @json_option
    @click.pass_obj
    def check_command(known: Session, /, *, as_json: bool) -> None:
        check(known, as_json=as_json)


def show(known: Session, *, as_json: bool) -> None:
    """Print every setting in force with its place; secrets are hidden."""
    told = list(effective(known.loaded))
    if as_json:
        rows = [{"key": each.key, "value": each.value, "from": each.source} for each in told]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for line in table(_row(known, each) for each in told):
        click.echo(line)


def _row(known: Session, each: Effective) -> tuple[str, str, str]:
    source = known.tongue.say("config.default") if each.source == DEFAULT else each.source
    return each.key, text(each.value), source


def text(value: object) -> str:
    """Write a setting's value for people."""
    if value in ("", None, [], {}):
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        more = f" +{len(value) - _SHOWN}" if len(value) > _SHOWN else ""
        return ", ".join(str(each) for each in value[:_SHOWN]) + more
    return str(value)


def check(known: Session, *, as_json: bool) -> None:
    """Say that the configuration is right, and what it was read from; a wrong one is an error by itself."""
    loaded, say = known.loaded, known.tongue.say
    read = [str(each) for each in (loaded.file, loaded.dotenv) if each is not None]
    known.dialplan()
    if as_json:
        click.echo(json.dumps({"read": read, "countries": len(known.countries)}, ensure_ascii=False))
        return
    told = ", ".join(read) or say("config.nothing_read")
    click.echo(say("config.right", read=told, countries=len(known.countries)))
