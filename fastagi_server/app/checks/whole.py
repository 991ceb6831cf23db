"""Everything that `discador check` looks at, in the order in which it is told: ours first, then Asterisk's.

What cannot be looked at is said, never taken for good. This file does not know how anything is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastagi_server.ami import actions
from fastagi_server.ami.errors import LoginRefusedError
from fastagi_server.app import reach
from fastagi_server.app.checks import (
    audio,
    books,
    capacity,
    contexts,
    doors,
    files,
    machine,
    modules,
    queues,
    rights,
    trunks,
)
from fastagi_server.app.checks.reader import asterisk_user
from fastagi_server.app.checks.theirs import Ask, section
from fastagi_server.app.checks.verdicts import judged, looked, unseen
from fastagi_server.app.errors import NoAsteriskError
from fastagi_server.app.run import run
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding
from fastagi_server.console.session import dialplan_settings
from fastagi_server.dialplan.check import sounds
from fastagi_server.telephony import frames
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError


@dataclass(frozen=True, kw_only=True)
class Case:
    """What one check is about; `used` are the countries that have caller IDs.

    `name` is that of one more Asterisk of the fleet, whose files are not ours to judge; empty for the first.
    """

    settings: Settings
    countries: Sequence[Country]
    used: Sequence[Country]
    text: str
    clock: Clock
    name: str = ""


def check(settings: Settings, countries: Sequence[Country], text: str, *, clock: Clock) -> list[Finding]:
    """Look at everything."""
    used, callerid = books.callerids(settings, countries)
    case = Case(settings=settings, countries=countries, used=used, text=text, clock=clock)
    return [*_ours(case, callerid), *_theirs(case)]


def _ours(case: Case, callerid: Finding) -> Iterator[Finding]:
    """Look at what needs no Asterisk."""
    settings, file = case.settings, books.store_file(case.settings)
    yield from books.store(settings)
    yield from books.redis(settings)
    yield from files.store_folder(file)
    yield books.trunk(settings)
    yield from books.rings(settings)
    yield callerid
    yield from books.shown(settings)
    yield books.gate(settings)
    yield from files.ours(settings, asterisk_user(""))
    yield contexts.rendered(case.text, case.countries, settings)
    yield doors.fastagi(settings)
    yield from doors.way_in(settings)
    written = [settings.dialplan.folder, file and file.absolute().parent, settings.logs.folder]
    yield from machine.disks(place for place in written if place)
    yield machine.open_files(settings)
    yield machine.clock()
    if doors.is_here(settings.asterisk.host):
        yield machine.host_name()


def _theirs(case: Case) -> list[Finding]:
    """Look at what Asterisk alone can tell, in one visit to each, all after the line that names it."""
    cases = [case]
    for name, asterisk in case.settings.fleet.items():
        cases.append(replace(case, name=name, settings=replace(case.settings, asterisk=asterisk, fleet={})))

    async def main(reactor: Any) -> list[list[Finding]]:
        return [await _met(each, reactor) for each in cases]

    return [finding for found in run(main) for finding in found]


async def _met(case: Case, reactor: Any) -> list[Finding]:
    asterisk = case.settings.asterisk
    where = f"{case.name}, {reach.where(asterisk)}" if case.name else reach.where(asterisk)
    ways = list(doors.way_in(case.settings)) if case.name else []
    try:
        found = await reach.visited(reactor, asterisk, lambda manager: _visit(case, manager.ask))
    except LoginRefusedError as error:
        told = [judged("asterisk", good=True, where=where, why="")]
        why = frames.failed(error)
        return [*told, judged("login", good=False, user=asterisk.username, why=why), *ways, *_files(case)]
    except DiscadorError as error:
        why = error.details["why"] if isinstance(error, NoAsteriskError) else frames.failed(error)
        return [judged("asterisk", good=False, where=where, why=why), *ways, *_files(case)]
    told = [judged("asterisk", good=True, where=where, why="")]
    return [*told, judged("login", good=True, user=asterisk.username, why=""), *ways, *found]


async def _visit(case: Case, ask: Ask) -> list[Finding]:
    settings = case.settings
    here = doors.is_here(settings.asterisk.host)
    dials = [trunk.dial for trunk in settings.trunks.values()]
    looks = {
        "rights": partial(rights.write, ask, settings.asterisk.username),
        "rights_read": partial(
            rights.read, ask, settings.asterisk.username, queues=bool(settings.dialplan.queues)
        ),
        "version": partial(capacity.itself, ask, settings, here=here),
        "modules": partial(modules.modules, ask, modules.needed(case.text, dials)),
        "dialplan": partial(contexts.in_force, ask, case.text, settings),
        **{f"queue {name}": partial(queues.queue, ask, name) for name in sorted(settings.dialplan.queues)},
        "destination": partial(contexts.destinations, ask, settings, case.used),
        **{
            f"trunk {name}": partial(trunks.trunk, ask, name, trunk)
            for name, trunk in settings.trunks.items()
        },
        "rtp": partial(capacity.rtp, ask, settings),
        "asterisk_clock": partial(capacity.clocks, ask, case.clock),
    }
    found = [finding for what, look in looks.items() for finding in await looked(what, look)]
    return [*found, *_files(case, await _run_user(ask), await _data_folder(ask))]


async def _run_user(ask: Ask) -> str:
    try:
        told = await ask(actions.CoreSettings())
    except DiscadorError:
        return ""
    return told.response.headers.get("CoreRunUser")


async def _data_folder(ask: Ask) -> str:
    try:
        told = await section(ask, "asterisk.conf", "directories")
    except DiscadorError:
        return ""
    return (told or {}).get("astdatadir", "")


def _files(case: Case, run_user: str = "", data_folder: str = "") -> Iterator[Finding]:
    """Look at the files that we share with Asterisk, where it is on this machine."""
    if case.name:
        return
    if not doors.is_here(case.settings.asterisk.host):
        yield unseen("sounds", case.settings.asterisk.host)
        return
    who = asterisk_user(run_user)
    yield from files.for_asterisk(case.settings, who)
    names = sounds(case.used, dialplan_settings(case.settings))
    chosen = case.settings.dialplan.sounds_folder
    yield from audio.elsewhere(chosen, data_folder)
    yield from audio.sounds(names, audio.folders(chosen, data_folder), who)
