"""An office for a day: a lab, Discador beside it, lists to call, and kill -9 whenever somebody wants it.

Everything is done by the commands that people use; what came of it is read from the carrier's file.
"""

from __future__ import annotations

import csv
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastagi_server.desk.client import ask
from fastagi_server.loadtest import books, calls, debian, lab, programs
from fastagi_server.loadtest import database as stores
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.errors import LabError, NoLabError, NotReadyError
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.service import Service, install
from fastagi_server.telephony import frames
from fastagi_server.telephony.call_id import CHANCE_BYTES, mint
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError

_PATIENCE = 20.0
_TICK = 0.05


class NoStandingError(LabError):
    """The engine does not say how {campaign!r} stands: {told}."""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """A kill -9: when it was, when the engine was started anew, and when its first call came out."""

    at: float
    started_at: float
    first_call_at: float

    @property
    def away(self) -> float:
        """How long no call went out."""
        return self.first_call_at - self.at

    @property
    def coming_back(self) -> float:
        """How long the new engine took from its start to its first call."""
        return self.first_call_at - self.started_at


class Office:
    """One lab and one Discador; `tell` is given what each command prints, in the language `lang`."""

    def __init__(
        self,
        *,
        lab: Lab,
        command: Path,
        clock: Clock,
        tell: Callable[[str], None] = lambda _: None,
        lang: str = "en",
    ) -> None:
        self.lab = lab
        self.service = Service(lab=lab, command=command)
        self.database = stores.of(lab.paths)
        self._clock = clock
        self._tell = tell
        self._lang = lang

    def configure(self, *changes: tuple[str, str]) -> None:
        """Put words of the configuration in the place of others, before it serves."""
        config = self.service.config
        text = config.read_text()
        for old, new in changes:
            if old not in text:
                raise BadInputError(field="changes", value=old, expected=f"words that are in {config}")
            text = text.replace(old, new)
        config.write_text(text)

    def prepare(self) -> None:
        """Make the database and the dialplan."""
        self._say("db", "upgrade")
        self._say("apply")

    def own(self, numbers: Sequence[str]) -> None:
        """Import caller IDs; their numbers say of which country they are."""
        self._say("did", "import", self.write("dids.csv", numbers), "--lab")

    def plan(
        self,
        name: str,
        numbers: Sequence[str],
        *,
        cps: float = 25.0,
        retries: int = 0,
        retry_seconds: int = 5,
    ) -> None:
        """Make a campaign over a list."""
        people = self.write("people.csv", numbers)
        limits = ("--cps", f"{cps:g}", "--retries", str(retries), "--retry-seconds", str(retry_seconds))
        self._say("campaign", "create", name, "--list", people, "--lab", *limits)

    def write(self, name: str, numbers: Sequence[str]) -> str:
        """Write a list of numbers as CSV and give its path."""
        path = self.lab.paths.data / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("number",), *((number,) for number in numbers)])
        return str(path)

    def serve(self, service: Service | None = None) -> None:
        """Start serving and wait until Asterisk is there; a second engine has a service of its own."""
        service = service or self.service
        service.start()
        self.wait_until(lambda: _ready(service), _PATIENCE, "the link to Asterisk")

    def report(self, name: str, *words: str) -> str:
        """Give a campaign's report as it is printed."""
        return self._once("campaign", "report", name, *words)

    def begin(self, name: str) -> None:
        """Start a campaign."""
        self._say("campaign", "start", name)

    def stop(self, name: str) -> None:
        """Stop a campaign."""
        self._say("campaign", "stop", name)

    def standing(self, name: str) -> frames.CampaignStanding:
        """Ask the engine how a campaign stands."""
        told = next(ask(self.service.desk, frames.Campaigning(campaign=name), patience=_PATIENCE))
        if not isinstance(told, frames.CampaignStanding):
            raise NoStandingError(campaign=name, told=told)
        return told

    def over(self, name: str) -> bool:
        """Say whether all calls of a campaign are over, and nobody waits but in countries that pause."""
        queued, dialing = books.waiting(self.database, name)
        return not dialing and set(queued) <= set(self.standing(name).paused)

    def calls(self) -> list[CarrierCall]:
        """Give every call to a callee as the carrier lived it."""
        return calls.callees(calls.read_calls(self.lab.paths.calls))

    def rung(self, numbers: Sequence[str]) -> list[CarrierCall]:
        """Give the carrier's calls to some numbers."""
        mine = {number.removeprefix("+") for number in numbers}
        return [call for call in self.calls() if call.number in mine]

    def kill(self, *, patience: float) -> Kill:
        """Kill the engine, start it anew at once, and wait for its first call."""
        at = self._clock.wall()
        self.service.send(signal.SIGKILL)
        self.wait_until(lambda: self.service.pid is None, _PATIENCE, "the engine's death")
        started_at = self._clock.wall()
        offset = self.lab.paths.calls.stat().st_size
        self.service.start()
        self.wait_until(
            lambda: self._since(offset, started_at) is not None, patience, "a call after the kill"
        )
        return Kill(at=at, started_at=started_at, first_call_at=self._since(offset, started_at) or 0.0)

    def _say(self, *words: str) -> None:
        self._tell(self._once(*words))

    def _once(self, *words: str) -> str:
        return self.service.once("--lang", self._lang, *words)

    def _since(self, offset: int, instant: float) -> float | None:
        """Say when the first call came that was begun after an instant: our ids sort by time."""
        oldest = mint(instant, bytes(CHANCE_BYTES))
        news = calls.callees(calls.invited_after(self.lab.paths.calls, offset))
        return min((call.invited_at for call in news if call.call > oldest), default=None)

    def wait_until(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until something is so; if it never is, the error quotes the end of Discador's log."""
        end = self._clock.steady() + seconds
        while not done():
            if self._clock.steady() > end:
                raise NotReadyError(what=what, seconds=seconds, log=programs.tail(self.service.log))
            time.sleep(_TICK)


@contextmanager
def opened(
    name: str,
    *,
    source: Path,
    spoken: Sequence[Country],
    clock: Clock,
    tell: Callable[[str], None] = lambda _: None,
    lang: str = "en",
    keep: bool = False,
    database: str = "",
    own_postgres: bool = False,
) -> Iterator[Office]:
    """Give an office in a lab of this name, database and dialplan made; it is cleared away unless kept.

    Its store is the lab's own, SQLite's or PostgreSQL's, unless a database is named.
    """
    where = lab.up(name, countries=spoken, own_postgres=own_postgres)
    try:
        if database:
            stores.point_to(where.paths, database)
        command = install(source, debian.cache_folder())
        office = Office(lab=where, command=command, clock=clock, tell=tell, lang=lang)
        try:
            office.prepare()
            yield office
        finally:
            if not keep:
                office.service.stop()
    finally:
        if not keep:
            lab.down(name)


def close(name: str) -> bool:
    """Clear away what was kept under a name, and say whether there was anything."""
    try:
        where = Lab.load(name)
    except NoLabError:
        return False
    Service(lab=where, command=Path("discador")).stop()
    return lab.down(name)


def _ready(service: Service) -> bool:
    standing = next(ask(service.desk, frames.Ask(), patience=_PATIENCE))
    return isinstance(standing, frames.Standing) and standing.ready
