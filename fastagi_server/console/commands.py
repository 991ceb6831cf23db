"""What each command does between its arguments and its exit code. It knows no click beyond echo."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

import click

from fastagi_server.console import book, failing, findings, story
from fastagi_server.console.actions import Level
from fastagi_server.console.called import when
from fastagi_server.console.codes import Code, of_error
from fastagi_server.console.progress import line
from fastagi_server.console.session import Session
from fastagi_server.console.why import why
from fastagi_server.desk.client import NobodyAtTheDeskError
from fastagi_server.store import optouts
from fastagi_server.store.revision import HEAD
from fastagi_server.telephony import frames
from fastagi_server.telephony.campaign import check_name

# A call has left when one of these is known of it.
_LEFT = ("dialed_at", "ringing_at", "answered_at", "amd_at")
# The store holds people's numbers: its file is for its owner and group.
_PRIVATE = 0o027


def serve(known: Session) -> None:
    """Serve, and say when the doors are open."""

    def ready(fastagi: str) -> None:
        click.echo(known.tongue.say("serve.ready", fastagi=fastagi, desk=known.settings.desk))

    known.actions.serve(known.settings, known.countries, ready)


def call(known: Session, *, as_json: bool, **asked: str) -> int:
    """Ring one number and tell its story; the exit code says whether it was dialed."""
    check_name(asked["campaign"])
    teller = _Teller(known, as_json=as_json)
    dial = frames.Dial(**asked)
    left = "call.left_service"
    try:
        try:
            _follow(book.at_desk(known, dial), teller)
        except NobodyAtTheDeskError:
            left = "call.left_alone"
            if not as_json:
                click.echo(known.tongue.say("call.alone"))
            known.actions.call(known.settings, known.countries, dial, teller.tell)
    except KeyboardInterrupt:
        if teller.placed:
            click.echo(known.tongue.say(left), err=True)
        return Code.INTERRUPTED
    if teller.unheard is not None:
        raise teller.unheard
    return teller.code


def _follow(told: Iterator[frames.Frame], teller: _Teller) -> None:
    """Tell frames until the last one, or until nobody reads; the service follows the call anyway."""
    for frame in told:
        if teller.tell(frame) or teller.unheard is not None:
            return


class _Teller:
    """Prints the frames of one call; `code` is the exit code so far.

    `unheard` is why nobody reads any more: a call that this command itself carries is followed all the same.
    """

    def __init__(self, known: Session, *, as_json: bool) -> None:
        self._tongue = known.tongue
        self._as_json = as_json
        self._began = 0.0
        self.placed = False
        self.code = Code.NOT_DONE
        self.unheard: BrokenPipeError | None = None

    def tell(self, frame: frames.Frame) -> bool:
        """Print a frame and say whether it was the last."""
        match frame:
            case frames.Placed():
                self.placed = True
            case frames.Closed() if any(frame.record.get(instant) for instant in _LEFT):
                self.code = Code.DONE
            case frames.Failed():
                self.code = of_error(frame.code)
        if self.unheard is None:
            self._print(frame)
        return isinstance(frame, frames.Closed | frames.Failed)

    def _print(self, frame: frames.Frame) -> None:
        try:
            if self._as_json:
                click.echo(frames.encode(frame).decode())
            elif not isinstance(frame, frames.Failed):
                click.echo(self._line(frame))
            if isinstance(frame, frames.Failed):
                failing.tell(self._tongue, frame, as_json=self._as_json)
        except BrokenPipeError as error:
            self.unheard = error

    def _line(self, frame: frames.Frame) -> str:
        say = self._tongue.say
        match frame:
            case frames.Placed():
                return say("call.placed", **asdict(frame))
            case frames.Happened():
                self._began = self._began or frame.at
                return story.line(frame, self._began, self._tongue)
            case frames.Closed():
                return say(
                    "call.closed",
                    disposition=frame.record["disposition"],
                    why=why(self._tongue, frame.record["why"] or ""),
                )
            case _:
                return frames.encode(frame).decode()


def upgrade(known: Session, *, as_json: bool) -> None:
    """Bring the store to the newest schema."""
    from fastagi_server.store import migrate  # noqa: PLC0415 - Alembic is slow to load, and nobody else needs it

    before = os.umask(_PRIVATE)
    try:
        with line() as show:
            if show is not None:
                show(known.tongue.say("progress.upgrading"))
            migrate.upgrade(known.settings.database_url, applied=show and partial(_applied, known, show))
    finally:
        os.umask(before)
    told = json.dumps({"revision": HEAD})
    click.echo(told if as_json else known.tongue.say("db.upgraded", revision=HEAD))


def _applied(known: Session, show: Callable[[str], None], revision: str) -> None:
    show(known.tongue.say("progress.upgraded", revision=revision, head=HEAD))


def check(known: Session, *, as_json: bool) -> int:
    """Print every finding; 1 when any is bad."""
    found = known.actions.check(known.settings, known.countries, known.dialplan())
    levels = Counter(each.level for each in found)
    if as_json:
        told = [findings.for_programs(each, known.tongue) for each in found]
        click.echo(json.dumps(told, default=failing.plain))
    else:
        for each in found:
            click.echo(findings.line(each, known.tongue))
        bad, notes = levels[Level.BAD], levels[Level.NOTE]
        click.echo(known.tongue.say("check.summary", bad=bad, notes=notes, all=len(found)))
    return Code.NOT_DONE if levels[Level.BAD] else Code.DONE


def optouts_list(known: Session, *, as_json: bool) -> None:
    """Print the opt-out list with its evidence."""
    entries = book.read(known, optouts.entries)
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries]))
    elif not entries:
        click.echo(known.tongue.say("optouts.none"))
    for entry in () if as_json else entries:
        click.echo(f"{when(entry.at)}  {entry.number:<16} {entry.source:<9} {entry.call or '-'}")
