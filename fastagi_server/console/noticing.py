"""The command that prints what people are told once, newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from fastagi_server.console import book, braking
from fastagi_server.console.called import when
from fastagi_server.console.session import Session
from fastagi_server.console.table import printable
from fastagi_server.store import notices
from fastagi_server.telephony.notice import Kind, Notice


def listed(known: Session, *, limit: int, as_json: bool) -> None:
    """Print the newest notices."""
    told = book.read(known, lambda conn: notices.recent(conn, limit))
    if as_json:
        click.echo(json.dumps([asdict(notice) for notice in told]))
    elif not told:
        click.echo(known.tongue.say("notices.none"))
    for notice in () if as_json else told:
        click.echo(f"{when(notice.at)}  {_said(known, notice)}")


def _said(known: Session, notice: Notice) -> str:
    if notice.kind is Kind.FAILED_OVER:
        key = "notice.failed_over" if notice.says["others"] else "notice.failed_over_to_none"
        return known.tongue.say(key, **notice.says, told=_told(known, notice.says))
    if notice.kind not in (Kind.STOPPED, Kind.LET_GO):
        return known.tongue.say(f"notice.{notice.kind}", **notice.says)
    told = braking.reason(known.tongue, notice.says)
    itself = notice.kind is Kind.LET_GO and not notice.says["who"]
    key = "notice.let_go_itself" if itself else f"notice.{notice.kind}"
    return printable(known.tongue.say(key, **notice.says, told=told))


def _told(known: Session, says: Mapping[str, Any]) -> str:
    """Say why a trunk has no calls: what stops it in its numbers, or why it must not be used."""
    refused = says.get("refused")
    if not refused:
        return braking.reason(known.tongue, says)
    return printable(known.tongue.sentence(refused["code"], refused["details"], refused["message"]))
