"""The commands about the dialplan: print it, look for its faults, put it in force. No click beyond echo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from fastagi_server.console.codes import Code
from fastagi_server.console.errors import CannotReadError, CannotWriteError, FaultyDialplanError
from fastagi_server.console.owned import callable_from_here
from fastagi_server.console.session import Session, dialplan_settings
from fastagi_server.console.sounds import missing
from fastagi_server.dialplan.check import Fault, Wrong, faults, played, sounds
from fastagi_server.dialplan.read import UnreadableDialplanError, read


def render(known: Session, output: Path | None) -> None:
    """Print the dialplan, or write it."""
    text = known.dialplan()
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotWriteError(path=str(output), why=error.strerror or str(error)) from error
    click.echo(known.tongue.say("render.written", path=output, contexts=len(read(text))))


def check(known: Session, file: Path | None, *, as_json: bool) -> int:
    """Print every fault of the dialplan, or of a file, with its remedy; 1 when there is any."""
    text = known.dialplan() if file is None else _read(file)
    say = known.tongue.say
    silent = _silent(known, text)
    found = list(_faults(known, text, silent))
    if as_json:
        told = [{"wrong": fault.wrong, "says": fault.says} for fault in found]
        click.echo(json.dumps(told, default=str))
        return Code.NOT_DONE if found else Code.DONE
    for fault in found:
        click.echo(f"{say('check.bad'):<5} {say(f'fault.{fault.wrong}', **fault.says)}")
        click.echo(f"      {say('check.remedy', remedy=say(f'fault.{fault.wrong}.remedy', **fault.says))}")
    if known.settings.dialplan.sounds_folder is None:
        click.echo(say("render.sounds_unseen"))
    if silent.countries:
        click.echo(say("render.silent", count=len(silent.countries)))
    click.echo(say("render.checked", count=len(found)))
    return Code.NOT_DONE if found else Code.DONE


def apply(known: Session, *, dry_run: bool, as_json: bool) -> None:
    """Put the dialplan in force, or say what that would change; one with faults is refused."""
    text, say = known.dialplan(), known.tongue.say
    found = list(_faults(known, text, _silent(known, text)))
    if found:
        first = say(f"fault.{found[0].wrong}", **found[0].says)
        raise FaultyDialplanError(count=len(found), first=first)
    applied = known.actions.apply(known.settings, text, dry_run=dry_run)
    says = {"contexts": applied.contexts, "path": known.settings.dialplan.path}
    if as_json:
        told = {"path": str(says["path"]), "dry_run": dry_run, **asdict(applied)}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if dry_run:
        for line in applied.changes:
            click.echo(line)
        click.echo(say("apply.dry" if applied.changes else "apply.dry_same", **says))
        return
    click.echo(say("apply.same" if applied.same else "apply.done", **says))
    if applied.kept:
        click.echo(say("apply.kept", count=applied.kept))
    if applied.dropped:
        click.echo(say("apply.dropped", count=applied.dropped))


@dataclass(frozen=True, kw_only=True)
class _Silent:
    """Audio files that are missing where somebody can be called; the other countries that lack theirs."""

    names: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()


def _silent(known: Session, text: str) -> _Silent:
    """Look for the audio files that the text plays.

    A country without a caller ID is called by nobody, so its prompts may wait.
    """
    folder, rendering = known.settings.dialplan.sounds_folder, dialplan_settings(known.settings)
    if folder is None:
        return _Silent()
    try:
        names = played(read(text))
    except UnreadableDialplanError:
        return _Silent()
    called = callable_from_here(known.settings, known.countries)
    waiting = {
        name: country.slug
        for country in known.countries
        if country not in called
        for name in sounds([country], rendering)
    }
    absent = list(missing(names, folder))
    return _Silent(
        names=tuple(name for name in absent if name not in waiting),
        countries=frozenset(waiting[name] for name in absent if name in waiting),
    )


def _faults(known: Session, text: str, silent: _Silent) -> Iterator[Fault]:
    """Find the faults of the text, and the audio files that nobody has put in place."""
    yield from faults(text, known.countries, dialplan_settings(known.settings))
    for name in silent.names:
        says = {"sound": name, "folder": known.settings.dialplan.sounds_folder}
        yield Fault(wrong=Wrong.NO_SOUND, says=says)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotReadError(path=str(file), why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise CannotReadError(path=str(file), why="it is not UTF-8") from error
