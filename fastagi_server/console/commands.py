"""What each command does between its arguments and its exit code. It knows no click beyond echo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import findings, story
from fastagi_server.console.session import Session
from fastagi_server.desk.client import NobodyAtTheDeskError, ask
from fastagi_server.dialplan.read import read
from fastagi_server.store import calls, migrate, optouts, reader
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import frames
from fastagi_server.telephony.record import Record

NOT_DONE = 1


def serve(known: Session) -> None:
    """Serve, and say when the doors are open."""

    def ready(fastagi: str) -> None:
        click.echo(known.tongue.say("serve.ready", fastagi=fastagi, desk=known.settings.desk))

    known.actions.serve(known.settings, known.countries, ready)


def call(known: Session, *, as_json: bool, **asked: str) -> int:
    """Ring one number and tell its story; 1 when it was not dialed."""
    teller = _Teller(known, as_json=as_json)
    dial = frames.Dial(**asked)
    try:
        for frame in ask(known.settings.desk, dial):
            if teller.tell(frame):
                break
    except NobodyAtTheDeskError:
        if not as_json:
            click.echo(known.tongue.say("call.alone"))
        known.actions.call(known.settings, known.countries, dial, teller.tell)
    return teller.code


class _Teller:
    """Prints the frames of one call; `code` is the exit code so far."""

    def __init__(self, known: Session, *, as_json: bool) -> None:
        self._tongue = known.tongue
        self._as_json = as_json
        self._began = 0.0
        self.code = NOT_DONE

    def tell(self, frame: frames.Frame) -> bool:
        """Print a frame and say whether it was the last."""
        over = isinstance(frame, frames.Closed | frames.Failed)
        if isinstance(frame, frames.Closed):
            self.code = 0
        if self._as_json:
            click.echo(frames.encode(frame).decode())
        else:
            click.echo(self._line(frame), err=isinstance(frame, frames.Failed))
        return over

    def _line(self, frame: frames.Frame) -> str:
        say = self._tongue.say
        match frame:
            case frames.Placed():
                return say("call.placed", **asdict(frame))
            case frames.Happened():
                self._began = self._began or frame.at
                return story.line(frame, self._began, self._tongue)
            case frames.Closed():
                return say("call.closed", disposition=frame.record["disposition"], why=frame.record["why"])
            case frames.Failed():
                sentence = self._tongue.sentence(frame.code, frame.details, frame.message)
                return say("error", sentence=sentence)
            case _:
                return frames.encode(frame).decode()


def render(known: Session, output: Path | None) -> None:
    """Print the dialplan, or write it."""
    text = known.dialplan()
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(known.tongue.say("render.written", path=output, contexts=len(read(text))))


def apply(known: Session) -> None:
    """Put the dialplan in force."""
    contexts = known.actions.apply(known.settings, known.dialplan())
    click.echo(known.tongue.say("apply.done", contexts=contexts, path=known.settings.dialplan.path))


def upgrade(known: Session) -> None:
    """Bring the store to the newest schema."""
    migrate.upgrade(known.settings.database_url)
    click.echo(known.tongue.say("db.upgraded", revision=migrate.head()))


def check(known: Session, *, as_json: bool) -> int:
    """Print every finding; 1 when any is bad."""
    found = [
        *findings.of_settings(known.settings, known.countries),
        *known.actions.check(known.settings, known.countries, known.dialplan()),
    ]
    bad = [each for each in found if not each.good]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=str))
    else:
        for each in found:
            click.echo(findings.line(each, known.tongue))
        click.echo(known.tongue.say("check.summary", bad=len(bad), all=len(found)))
    return NOT_DONE if bad else 0


def calls_list(known: Session, *, limit: int, as_json: bool) -> None:
    """Print the newest calls."""
    records = _read(known, lambda conn: calls.recent(conn, limit))
    if as_json:
        click.echo(json.dumps([frames.record_json(record) for record in records]))
    elif not records:
        click.echo(known.tongue.say("calls.none"))
    for record in () if as_json else records:
        click.echo(_row(record))


def optouts_list(known: Session, *, as_json: bool) -> None:
    """Print the opt-out list with its evidence."""
    entries = _read(known, optouts.entries)
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries]))
    elif not entries:
        click.echo(known.tongue.say("optouts.none"))
    for entry in () if as_json else entries:
        click.echo(f"{_when(entry.at)}  {entry.number:<16} {entry.source:<9} {entry.call or '-'}")


def _read(known: Session, question: Any) -> Any:
    database = open_database(known.settings.database_url)
    try:
        return reader.read(database, question)
    finally:
        database.dispose()


def _row(record: Record) -> str:
    return "  ".join(_cells(record))


def _cells(record: Record) -> Iterator[str]:
    yield _when(record.begun_at)
    yield f"{record.number:<16}"
    yield f"{record.country:<10}"
    yield f"{record.disposition or record.state:<14}"
    yield record.why or ""


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
