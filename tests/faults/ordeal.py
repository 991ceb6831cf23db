"""A lab whose engine is a victim: it is started with a plan, dies by it, and is started anew at once.

Whatever was done to it, `judge` looks at the carrier's file and the database alone.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastagi_server.app.clock import RealClock
from fastagi_server.callerid.day import day_of
from fastagi_server.config import countries
from fastagi_server.desk.client import DeskLostError, NobodyAtTheDeskError, ask
from fastagi_server.loadtest import debian, lab, programs
from fastagi_server.loadtest.afterwards import Afterwards, Terms, examine
from fastagi_server.loadtest.books import read_books
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.errors import NotReadyError
from fastagi_server.loadtest.lists import callees
from fastagi_server.loadtest.office import Office
from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.loadtest.release import Release
from fastagi_server.loadtest.service import install
from fastagi_server.telephony import frames
from fastagi_server.telephony.call_id import CHANCE_BYTES, mint
from fastagi_server.telephony.record import Record
from tests.faults.rearming import rearm, served, small_disk
from tests.faults.steps import Plan

HOUSE = Path(__file__).parents[2]
CAPPED, FREE = "usa", "mexico"
SPOKEN = {each.slug: each for each in countries.load() if each.slug in (CAPPED, FREE)}
# Whoever presses 9 while AMD() listens is hung up on by us, and by nobody else.
EARLY_NINE, OPTOUT_PROMPT_NINE = "18", "17"
# Whose calls last longer than ten seconds, or would if nobody of ours hears their key.
STAYERS = frozenset({"05", "09", "10", "11", "12", "50", EARLY_NINE, OPTOUT_PROMPT_NINE})
CPS = 25.0
TICK = 0.01
NEVER_STEP = 20.0
# A stop takes back what is prepared, each at the price of a use: too many, and every caller ID is at its cap.
BETWEEN_STOPS = 0.5
# No call lasts so long.
CALL_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Death:
    """A kill -9: when, at which step, or at a random instant; not `by_plan` when its step never came.

    `gone_at` is when it was seen to be dead: other threads of it go on while its note is written.
    """

    at: float
    step: str
    by_plan: bool = True
    started_at: float = 0.0
    gone_at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Past:
    """A campaign that is over, and what was done to it: the next one shares its caller IDs and its day."""

    name: str
    kills: Sequence[float] = ()
    spans: Sequence[tuple[float, float]] = ()
    gone: Sequence[tuple[float, float]] = ()
    paused: frozenset[tuple[str, str]] = frozenset()
    cut_off: frozenset[str] = frozenset()


class Ordeal:
    """One lab, one engine that dies."""

    def __init__(self, office: Office, folder: Path, cluster: Cluster | None = None) -> None:
        self.office = office
        self.cluster = cluster
        self.lab = office.lab
        self.deaths: list[Death] = []
        self.past: list[Past] = []
        # When a campaign was being stopped: what is prepared then is taken back, which burns a use each.
        self.stops: list[tuple[float, float]] = []
        # In which days the engine believed to be beside today, and the carrier's time for the engine's.
        self.days: set[str] = set()
        self.real: Callable[[float], float] = float
        self.retries = 0
        self._folder = folder
        self._pid = 0
        self._notes = self.lab.paths.data / "deaths.jsonl"
        self._serial = itertools.count()
        self._american = itertools.count()
        self.tally_file = self.lab.paths.data / "tally.json"
        self.clock_file = self.lab.paths.data / "clock"

    def people(self, count: int, dice: random.Random, *, brief: int = 0) -> list[str]:
        """Give so many Americans and Mexicans whom nobody has called yet.

        Of the last `brief` nobody stays long, so that a campaign's end need not be waited for.
        """
        first = next(self._serial)
        for _ in range(count - 1):
            next(self._serial)
        chosen = list(callees(first + count, dice, countries=(CAPPED, FREE)))[first:]
        spent = iter(dice.choices((EARLY_NINE, OPTOUT_PROMPT_NINE, ""), weights=(4, 2, 94), k=count))
        people = [number[:-2] + ending if (ending := next(spent)) else number for number in chosen]
        return stayers_first(people, brief, dice) if brief else people

    def own(self, american: int) -> list[str]:
        """Own so many more caller IDs of the USA, and enough of Mexico."""
        new = [f"+1305320{next(self._american):04}" for _ in range(american)]
        self.office.own([*new, *(f"+5255110000{n:02}" for n in range(20))])
        return new

    def start(self, plan: Plan | None = None, *, clock: bool = False, tally: bool = False) -> float:
        """Start the engine under a plan, without a plan for it to live; give when."""
        told: dict[str, Any] = {"deaths": str(self._notes), **(plan.told() if plan else {})}
        if clock:
            told["clock"] = str(self.clock_file)
        if tally:
            told["tally"] = str(self.tally_file)
        (self._folder / "plan.json").write_text(json.dumps(told))
        service = self.office.service
        owner = debian.make_user()
        service.log.touch()
        os.chown(service.log, owner.uid, owner.gid)
        # What holds the doors until the kernel has closed them is dead, and not yet gone.
        self.wait(lambda: is_gone(self._pid), 10, "the end of the engine before")
        started_at = time.time()
        self._pid = programs.start(service._program)
        return started_at

    def serve(self, *, clock: bool = False, tally: bool = False) -> None:
        """Start an engine that is to live, and wait until Asterisk is there."""
        self.start(clock=clock, tally=tally)
        self.wait(self.ready, 20, "the link to Asterisk")

    def ready(self) -> bool:
        """Say whether the engine is linked; who is not there is not ready."""
        told = self._ask(frames.Ask())
        return isinstance(told, frames.Standing) and told.ready

    def do(self, name: str, what: str) -> frames.Frame | None:
        """Start or stop a campaign, if anybody is there to hear it."""
        return self._ask(frames.Campaigning(campaign=name, do=what))

    def _ask(self, order: frames.Frame) -> frames.Frame | None:
        with suppress(DeskLostError, NobodyAtTheDeskError, OSError):
            return next(ask(self.office.service.desk, order, patience=5))
        return None

    def die(self, plan: Plan, name: str) -> Death:
        """Start an engine that dies by its plan while it runs a campaign, and wait for its death."""
        before = len(self._notes.read_text().splitlines()) if self._notes.exists() else 0
        started_at = self.start(plan)
        end = time.monotonic() + NEVER_STEP
        started, again = False, time.monotonic()
        while self.office.service.pid is not None:
            if time.monotonic() > end:
                self.office.service.send(signal.SIGKILL)
                self.wait(lambda: self.office.service.pid is None, 10, "the engine's death")
                break
            started = started or self.go_on(name)
            if started and plan.step.endswith("commit state") and time.monotonic() > again:
                again = time.monotonic() + BETWEEN_STOPS
                asked_at = time.time()
                self.do(name, "stop")
                self.stops.append((asked_at, time.time()))
                self.do(name, "start")
            time.sleep(TICK)
        notes = self._notes.read_text().splitlines()[before:] if self._notes.exists() else []
        gone_at = time.time()
        at = json.loads(notes[-1])["at"] if notes else gone_at
        death = Death(at=at, step=plan.step, by_plan=bool(notes), started_at=started_at, gone_at=gone_at)
        self.deaths.append(death)
        return death

    def go_on(self, name: str) -> bool:
        """See to it that a campaign runs: a death while it was stopped and started leaves it either way."""
        told = self._ask(frames.Campaigning(campaign=name))
        if not isinstance(told, frames.CampaignStanding):
            return False
        if told.state == "stopped":
            self.do(name, "start")
        return True

    def wait(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until something is so."""
        self.office.wait_until(done, seconds, what)

    def over(self, name: str) -> bool:
        """Ask whether a campaign is over, and not every instant: whoever is asked has calls to make."""
        time.sleep(0.5)
        return self.office.over(name)

    def settle(self, name: str, seconds: float = 150.0) -> str:
        """Let a campaign and all calls end; what never does is said, and for the judge to find."""
        try:
            self.wait(lambda: self.over(name), seconds, f"the end of the campaign {name}")
            self.wait(lambda: all(call.ended_at for call in self.calls()), CALL_SECONDS, "every hang-up")
        except NotReadyError as error:
            return error.sentence()
        return ""

    def calls(self) -> list[CarrierCall]:
        """Give the carrier's calls to callees."""
        return self.office.calls()

    def tally(self) -> dict[str, Any]:
        """Give what the engine wrote down of itself last."""
        told: dict[str, Any] = json.loads(self.tally_file.read_text())
        return told

    def jump(self, seconds: float) -> None:
        """Set how far the engine's wall clock is from the machine's."""
        new = self.clock_file.with_suffix(".new")
        new.write_text(str(seconds))
        new.chmod(0o644)
        new.replace(self.clock_file)

    def judge(self) -> Afterwards:
        """Look for whatever must not be in all campaigns so far: in the carrier's file and the database."""
        names, real = [past.name for past in self.past], self.real
        days = sorted({*self.days, day_of(time.time(), SPOKEN[CAPPED].zone)})
        each_day = [read_books(self.office.database, names, country=CAPPED, day=day) for day in days]
        books = replace(
            each_day[0],
            uses=sum((Counter(books.uses) for books in each_day), Counter()),
            calls=tuple(_in_real_time(record, real) for record in each_day[0].calls),
            optouts=tuple(replace(entry, at=real(entry.at)) for entry in each_day[0].optouts),
        )
        cap = SPOKEN[CAPPED].cap
        terms = Terms(
            countries=SPOKEN,
            capped=CAPPED,
            cap=cap * len(days),
            retries=self.retries,
            kills=[kill for past in self.past for kill in past.kills],
            spans=[span for past in self.past for span in past.spans],
            paused=frozenset[tuple[str, str]]().union(*(past.paused for past in self.past)),
        )
        of_these = {contact.number.removeprefix("+") for contact in books.contacts}
        told = examine([call for call in self.calls() if call.number in of_these], books, terms)
        over = tuple(
            f"{did}: {uses} uses on {day}"
            for day, books in zip(days, each_day, strict=True)
            for did, uses in books.uses.items()
            if uses > cap
        )
        return replace(told, faults=told.faults | {"over": told.faults["over"] + over})

    def gone(self) -> list[tuple[float, float]]:
        """Give from when to when no engine was there to hear anything."""
        waited = away(self.deaths, self.calls())
        return [
            (death.at - 1.0, death.at + (seconds or NEVER_STEP))
            for death, seconds in zip(self.deaths, waited, strict=True)
        ]


def stayers_first(people: Sequence[str], brief: int, dice: random.Random) -> list[str]:
    """Have whoever stays long among the last so many change places with somebody before who does not."""
    first, last = list(people[:-brief]), list(people[-brief:])
    late = [place for place, number in enumerate(last) if number[-2:] in STAYERS]
    early = [place for place, number in enumerate(first) if number[-2:] not in STAYERS]
    for there, here in zip(late, dice.sample(early, min(len(late), len(early))), strict=False):
        first[here], last[there] = last[there], first[here]
    return [*first, *last]


def is_gone(pid: int) -> bool:
    """Say whether a process has nothing open any more: it is no more, or only waits to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _in_real_time(record: Record, real: Callable[[float], float]) -> Record:
    ended_at = None if record.ended_at is None else real(record.ended_at)
    return replace(record, begun_at=real(record.begun_at), ended_at=ended_at)


def unheard(calls: Sequence[CarrierCall], gone: Sequence[tuple[float, float]]) -> frozenset[str]:
    """Give who pressed 9 while AMD() listened and nobody of ours heard Asterisk.

    AMD() eats it, so the dialplan does not keep it: nobody promises it (docs/dialplan.md).
    """
    return frozenset(
        f"+{call.number}"
        for call in calls
        if call.number.endswith(EARLY_NINE)
        and any(begin <= press.at <= end for press in call.pressed for begin, end in gone)
    )


def away(deaths: Sequence[Death], calls: Sequence[CarrierCall]) -> list[float | None]:
    """Give how long after each death its successor's first call came; None when that died before it.

    A call that a dead engine had begun, and Asterisk was slow to place, is not its successor's: our call ids
    sort by the instant of their beginning.
    """
    found: list[float | None] = []
    first = sorted(calls, key=lambda call: call.call)
    for death, following in itertools.zip_longest(deaths, deaths[1:]):
        oldest = mint(death.at, bytes(CHANCE_BYTES))
        until = following.at if following else float("inf")
        came = min((call.invited_at for call in first if call.call > oldest), default=float("inf"))
        found.append(came - death.at if came < until else None)
    return found


@contextmanager
def opened(
    name: str,
    *,
    release: Release = Release.ASTERISK_22,
    megabytes: int = 0,
    on_postgres: bool = False,
) -> Iterator[Ordeal]:
    """Give an ordeal in a lab of this name; it is cleared away afterwards.

    Its store may be on a small disk of its own, or a PostgreSQL of its own.
    """
    where = lab.up(name, release=release, countries=list(SPOKEN.values()))
    try:
        with (
            small_disk(where.paths.data, megabytes) if megabytes else nullcontext(),
            served(where) if on_postgres else nullcontext() as cluster,
        ):
            folder = rearm(where, install(HOUSE, debian.cache_folder()))
            office = Office(
                lab=where,
                command=folder / "discador",
                clock=RealClock(),
            )
            office.prepare()
            try:
                yield Ordeal(office, folder, cluster)
            finally:
                office.service.stop()
    finally:
        lab.down(name)
