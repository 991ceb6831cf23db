"""What the configuration and the store say by themselves. This file does not know Asterisk."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from fastagi_server.app.checks.reader import is_there
from fastagi_server.app.checks.verdicts import judged, noted, some
from fastagi_server.config.settings import Gate, Settings
from fastagi_server.config.trunk import SENSIBLE_RING
from fastagi_server.console.actions import Finding
from fastagi_server.console.owned import callable_from_here
from fastagi_server.numbering.number import MAY_SHOW
from fastagi_server.numbering.parse import parse
from fastagi_server.store import address, durability, redis_wire, revision
from fastagi_server.telephony import frames
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError

_USUAL_ENGINE = "engine"


def store(settings: Settings) -> Iterator[Finding]:
    """Look whether the store opens, has the schema that we need, and is nobody else's to read."""
    try:
        found = revision.current(settings.database_url)
    except DiscadorError as error:
        yield judged("store_open", good=False, why=frames.failed(error))
        return
    needed = revision.HEAD
    yield judged("store", good=found == needed, found=found or "-", needed=needed)
    file = store_file(settings)
    if file and is_there(file):
        good = not file.stat().st_mode & stat.S_IRWXO
        yield judged("store_private", good=good, path=file)
    elif file is None:
        if found == needed:
            weak = durability.weak(settings.database_url)
            yield judged("store_durable", good=not weak, settings=some(weak))
        if settings.engine == _USUAL_ENGINE:
            yield noted("engine_name", engine=settings.engine)


def redis(settings: Settings) -> Iterator[Finding]:
    """Look whether Redis answers, where it is configured; that it does not harms nothing."""
    if settings.redis_url:
        why = redis_wire.why_not(settings.redis_url)
        yield noted("redis_away", why=why) if why else judged("redis", good=True)


def store_file(settings: Settings) -> Path | None:
    """Give the store's file; None where the store is no file."""
    url = address.parse(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def trunk(settings: Settings) -> Finding:
    """Look whether there is a way out."""
    return judged("trunk", good=bool(settings.trunks))


def rings(settings: Settings) -> Iterator[Finding]:
    """Note the trunks that ring shorter or longer than people answer and voicemail waits."""
    for name, trunk in settings.trunks.items():
        if trunk.ring_seconds not in SENSIBLE_RING:
            least, most = SENSIBLE_RING[0], SENSIBLE_RING[-1]
            yield noted("trunk_ring", trunk=name, seconds=trunk.ring_seconds, least=least, most=most)


def gate(settings: Settings) -> Finding:
    """Say what a campaign's gate does not look at."""
    return noted("gate_whole" if settings.gate is Gate.WHOLE else "gate_partial")


def callerids(settings: Settings, countries: Sequence[Country]) -> tuple[list[Country], Finding]:
    """Give the countries that have caller IDs, configured or imported, and what is to be said of it."""
    used = callable_from_here(settings, countries)
    if not used:
        return [], judged("callerid", good=False, owned="-")
    without = [country.slug for country in countries if country not in used]
    names = some(country.slug for country in used)
    if not without:
        return used, judged("callerid", good=True, owned=names)
    return used, noted("callerid_some", owned=names, count=len(without), without=some(without))


def shown(settings: Settings) -> Iterator[Finding]:
    """Look whether each configured caller ID is a number that somebody can own, as an import does."""
    numbers = [number for each in settings.callerids.values() for number in each]
    if numbers:
        wrong = [number for number in numbers if parse(number).why not in MAY_SHOW]
        yield judged("callerid_shown", good=not wrong, found=some(wrong))
