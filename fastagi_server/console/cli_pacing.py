"""The commands about pacing: how fast calls go out, what stops them, the proof that limits were kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from fastagi_server.console import certificate as certificates
from fastagi_server.console import pacing as paces
from fastagi_server.console.said import said
from fastagi_server.console.session import Session
from fastagi_server.pacing import scopes

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `pacing`."""

    @discador.group(help=say("help.pacing"))
    def pacing() -> None:
        pass

    @pacing.command(help=say("help.pacing.show"))
    @json_option
    @click.pass_obj
    def show(known: Session, /, *, as_json: bool) -> int:
        return paces.show(known, as_json=as_json)

    @pacing.command(help=say("help.pacing.release"))
    @click.argument("scope")
    @click.option("--why", required=True, callback=said, help=say("help.pacing.why"))
    @json_option
    @click.pass_obj
    def release(known: Session, /, *, scope: str, why: str, as_json: bool) -> int:
        return paces.release(known, scope, why=why, as_json=as_json)

    @pacing.command(help=say("help.pacing.stop"))
    @click.argument("scope", default=scopes.CLUSTER)
    # Nothing said is no reason to go on dialing: who pulls a brake is never refused for his words.
    @click.option("--why", default="", help=say("help.pacing.why"))
    @click.option("--hang-up", is_flag=True, help=say("help.pacing.hang_up"))
    @json_option
    @click.pass_obj
    def stop(known: Session, /, *, scope: str, why: str, hang_up: bool, as_json: bool) -> int:
        return paces.stop(known, scope, why=why, hang_up=hang_up, as_json=as_json)

    @pacing.command(help=say("help.pacing.certificate"))
    @click.option("--since", default="", help=say("help.pacing.since"))
    @click.option("--until", default="", help=say("help.pacing.until"))
    @click.option("--csv", "as_csv", is_flag=True, help=say("help.pacing.csv"))
    @json_option
    @click.pass_obj
    def certificate(known: Session, /, *, since: str, until: str, as_csv: bool, as_json: bool) -> int:
        return certificates.certificate(known, since=since, until=until, as_csv=as_csv, as_json=as_json)
