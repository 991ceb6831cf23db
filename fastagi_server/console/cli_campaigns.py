"""The commands about campaigns: a list of people, and what came of calling them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import campaigns, completing, creating, refused, reporting, standing
from fastagi_server.console.session import Session

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
_FILE = click.Path(path_type=Path, readable=False)
_MAX_CPS = 1000
_CALLS = click.IntRange(0, 100_000)
_RETRIES = click.IntRange(0, 100)
_SECONDS = click.IntRange(0, 365 * 24 * 3600)


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `campaign`."""

    @discador.group(help=say("help.campaign"))
    def campaign() -> None:
        pass

    _making(campaign, say, json_option)
    _looking(campaign, say, json_option)


def _making(campaign: click.Group, say: Say, json_option: Option) -> None:
    @campaign.command(help=say("help.campaign.create"))
    @click.argument("name")
    @click.option("--list", "file", type=_FILE, required=True, help=say("help.campaign.list_file"))
    @click.option(
        "--country", default="", help=say("help.campaign.country"), shell_complete=completing.countries
    )
    @click.option("--trunk", default="", help=say("help.call.trunk"), shell_complete=completing.ways)
    @click.option("--cps", type=click.FloatRange(0, _MAX_CPS), default=0, help=say("help.campaign.cps"))
    @click.option("--concurrency", type=_CALLS, default=0, help=say("help.campaign.concurrency"))
    @click.option("--retries", type=_RETRIES, default=0, help=say("help.campaign.retries"))
    @click.option("--retry-seconds", type=_SECONDS, default=3600, help=say("help.campaign.retry_seconds"))
    @click.option("--lab", is_flag=True, help=say("help.campaign.lab"))
    @json_option
    @click.pass_obj
    def create(known: Session, /, **asked: Any) -> None:
        creating.create(known, creating.Asked(**asked))

    @campaign.command(help=say("help.campaign.start"))
    @click.argument("name", shell_complete=completing.campaigns)
    @json_option
    @click.pass_obj
    def start(known: Session, /, *, name: str, as_json: bool) -> int:
        return campaigns.order(known, name, do="start", as_json=as_json)

    @campaign.command(help=say("help.campaign.stop"))
    @click.argument("name", shell_complete=completing.campaigns)
    @json_option
    @click.pass_obj
    def stop(known: Session, /, *, name: str, as_json: bool) -> int:
        return campaigns.order(known, name, do="stop", as_json=as_json)

    @campaign.command(help=say("help.campaign.delete"))
    @click.argument("name", shell_complete=completing.campaigns)
    @click.option("--yes", is_flag=True, help=say("help.campaign.yes"))
    @json_option
    @click.pass_obj
    def delete(known: Session, /, *, name: str, yes: bool, as_json: bool) -> None:
        campaigns.remove(known, name, yes=yes, as_json=as_json)


def _looking(campaign: click.Group, say: Say, json_option: Option) -> None:
    @campaign.command("refused", help=say("help.campaign.refused"))
    @click.argument("name", shell_complete=completing.campaigns)
    @click.option("--csv", "as_csv", is_flag=True, help=say("help.campaign.csv"))
    @json_option
    @click.pass_obj
    def refused_command(known: Session, /, *, name: str, as_csv: bool, as_json: bool) -> None:
        refused.refused(known, name, as_json=as_json, as_csv=as_csv)

    @campaign.command("list", help=say("help.campaign.list"))
    @json_option
    @click.pass_obj
    def list_command(known: Session, /, *, as_json: bool) -> None:
        campaigns.every(known, as_json=as_json)

    @campaign.command(help=say("help.campaign.status"))
    @click.argument("name", default="", shell_complete=completing.campaigns)
    @click.option("--follow", is_flag=True, help=say("help.campaign.follow"))
    @json_option
    @click.pass_obj
    def status(known: Session, /, *, name: str, follow: bool, as_json: bool) -> int:
        return standing.status(known, name, follow=follow, as_json=as_json)

    @campaign.command(help=say("help.campaign.report"))
    @click.argument("name", shell_complete=completing.campaigns)
    @click.option("--output", type=_FILE, help=say("help.render.output"))
    @json_option
    @click.pass_obj
    def report(known: Session, /, *, name: str, output: Path | None, as_json: bool) -> None:
        reporting.report(known, name, output=output, as_json=as_json)
