"""Opt-outs and attempts by several engines on one store, killed and stopped at random; then the check.

Run: python bench/optouts.py [--optouts N] [--engines N] [--kills N] [--seed N] [--url URL] [--json FILE]

Every process is a real engine (dialer/engine, app/ledger, app/hearing, store) whose Asterisk is a file: it
writes a line where the Originate would leave, after the last look, and a line after each opt-out, as soon as
its promise is kept. The numbers move on with the opt-outs: all engines begin, prepare, send and opt
out the same few numbers at a time. The parent kills (-9) and stops (SIGSTOP) them, starts the killed again,
and notes what is durable then. The check reads those files and the database, by instants of CLOCK_MONOTONIC:

- `own`: originations by the engine that kept the opt-out, after it was durable. 0 is claimed.
- `begun_after`: originations by anybody of attempts begun after it was durable. 0 is claimed.
- `later`: originations by another engine more than 100 ms after it was durable. 0 is claimed.
- `within`: originations by another engine, prepared before, less than 100 ms after: news takes time. They are
  counted, and `heard_ms` is how late the last of them was.
- `lost`: opt-outs whose promise was kept and that the database does not have. 0 is claimed.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from twisted.internet import reactor as real_reactor
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import deferLater

from fastagi_server.app.clock import RealClock
from fastagi_server.app.hearing import Hearing
from fastagi_server.app.ledger import StoreLedger
from fastagi_server.app.presence import Presence
from fastagi_server.app.promises import Promises
from fastagi_server.dialer import ports
from fastagi_server.dialer.engine import Engine
from fastagi_server.store import migrate, tables
from fastagi_server.store.connect import open_database
from fastagi_server.store.feed import Feed, ear
from fastagi_server.store.reader import read
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CHANCE_BYTES, CallId, mint
from fastagi_server.telephony.campaign import Attempt, Begun
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin, OptOut

reactor: Any = real_reactor
ALLOWED_SECONDS = 0.1
WINDOW = 400
# How far the numbers move on with each opt-out.
NEW_EACH = 0.8
AT_ONCE = 192
BUSY_SECONDS = 60.0
COUNT = "count"


class Lines:
    """A file that a killed process leaves whole: a line is one write."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, kind: str, number: str, *more: object) -> None:
        """Add a line, its instant taken now."""
        said = " ".join(map(str, (kind, repr(time.monotonic()), number, *more)))
        os.write(self._file, f"{said}\n".encode())


class Noting:
    """The store's writer, which also notes when an opt-out is durable, in the thread that made it so."""

    def __init__(self, writer: Writer, lines: Lines, numbers: Numbers) -> None:
        self._writer = writer
        self._lines = lines
        self._numbers = numbers
        self.number = ""
        self.settled = writer.settled

    def submit(
        self, work: Callable[[Any], Any], *, patience: float = 0.0, urgent: bool = False
    ) -> Future[Any]:
        """Take work; whoever sets `number` just before gives an opt-out."""
        number, self.number = self.number, ""
        future = self._writer.submit(work, patience=patience, urgent=urgent)
        if number:
            future.add_done_callback(lambda done: self._note(done, number))
        return future

    def _note(self, done: Future[Any], number: str) -> None:
        if done.exception() is None:
            self._lines.write("X", number)
            self._numbers.kept()


class Ledger(StoreLedger):
    """The store's ledger, which says which work is an opt-out just before it is given to the writer."""

    noting: Noting

    async def opt_out(self, entry: OptOut) -> bool:
        """Put a number on the list."""
        self.noting.number = entry.number
        return await super().opt_out(entry)


class Asterisk:
    """Where an Originate would leave, a line is written."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.began: dict[CallId, float] = {}

    async def originate(self, order: PlaceCall) -> None:
        """Note the instant: nothing stands between the last look and here."""
        self._lines.write("O", order.number, repr(self.began[order.call]))

    async def hangup(self, call: CallId) -> None:
        """Nothing rings here."""

    async def live_calls(self) -> frozenset[CallId]:
        """Give none: they ended with whoever was killed."""
        return frozenset()

    async def kept_optouts(self) -> Sequence[Any]:
        """Give none."""
        return ()

    async def keep_optout(self, kept: Any) -> None:
        """Keep nothing: the store is never away."""

    async def forget_optout(self, kept: Any) -> None:
        """Nothing is kept."""


class Worker:
    """One engine."""

    def __init__(self, url: str, name: str, path: Path, seed: int, numbers: Numbers) -> None:
        self._name = name
        self._dice = random.Random(f"{seed} {name} {os.getpid()}")  # noqa: S311 - nothing here is a secret
        self._lines = Lines(path)
        self._numbers = numbers
        self._clock = RealClock()
        self._asterisk = Asterisk(self._lines)
        database = open_database(url, busy_seconds=BUSY_SECONDS)
        writer = Noting(Writer(database), self._lines, numbers)
        presence = Presence(clock=self._clock, told=lambda *_: None)
        promises = Promises(writer=writer, threads=reactor, presence=presence)
        self._ledger = Ledger(promises=promises, spawn=_spawn, clock=self._clock, engine=name)
        self._ledger.noting = writer
        self._engine = Engine(
            asterisks=[ports.Asterisk(switch=self._asterisk)],
            ledger=self._ledger,
            clock=self._clock,
            spawn=_spawn,
            optout_key=lambda _: "9",
            later=reactor.callLater,
            name=name,
        )
        self._hearing = Hearing(
            make=lambda heard: Feed(ear(database), heard=heard, steady=time.monotonic),
            threads=reactor,
            clock=self._clock,
            away=self._engine.away,
            changed=lambda _: None,
        )
        self._engine.hears = self._hearing.is_fresh

    async def run(self) -> None:
        """Hear, adopt, and go on until killed."""
        self._hearing.start()
        await self._engine.link_up()
        for _ in range(AT_ONCE):
            _spawn(self._go_on())

    async def _go_on(self) -> None:
        while True:
            number = self._numbers.one(self._dice)
            if self._dice.random() < self._numbers.optouts:
                await self._engine.opt_out_number(number, source="operator")
            else:
                await self._attempt(number)

    async def _attempt(self, number: str) -> None:
        now, asked = time.time(), time.monotonic()
        call = mint(now, self._dice.randbytes(CHANCE_BYTES))
        begin = Begin(
            call=call,
            number=number,
            country="usa",
            callerid="+12125550000",
            trunk="bench",
            campaign="bench",
            planned_at=now,
            begun_at=now,
            engine=self._name,
        )
        attempt = Attempt(begin=begin, contact=None, period="", cap=0, lab=True)
        if not isinstance(await self._ledger.attempt(attempt), Begun):
            # Refused by the store, as it must be once the number is on the list.
            return
        self._engine.admit(begin)
        await deferLater(reactor, self._dice.uniform(0, 0.15))
        while not self._engine.hears():
            await deferLater(reactor, 0.01)
        self._asterisk.began[call] = asked
        if self._engine.send(_order(begin), now):
            self._engine.take(facts.NeverDialed(call=call, at=time.time()))
        del self._asterisk.began[call]


def _order(begin: Begin) -> PlaceCall:
    return PlaceCall(
        call=begin.call,
        number=begin.number,
        callerid=begin.callerid,
        trunk=begin.trunk,
        channel="",
        context="",
        ring_seconds=1,
        campaign=begin.campaign,
    )


def _spawn(work: Coroutine[Any, Any, Any]) -> None:
    ensureDeferred(work).addErrback(_die)


def _die(failure: Any) -> None:
    failure.printTraceback(file=sys.stderr)
    os._exit(3)


class Numbers:
    """The same few numbers for all engines at a time: they move on as opt-outs are kept.

    The count is a file that all map; what two increments at once lose is no matter.
    """

    def __init__(self, file: Path, optouts: float) -> None:
        self.optouts = optouts
        with file.open("r+b") as opened:
            self._count = mmap.mmap(opened.fileno(), 8)

    def one(self, dice: random.Random) -> str:
        """Give one of those whose time it is."""
        (kept,) = struct.unpack("Q", self._count[:])
        return f"+1{2_000_000_000 + int(kept * NEW_EACH) + dice.randrange(WINDOW)}"

    def kept(self) -> None:
        """Move on."""
        (kept,) = struct.unpack("Q", self._count[:])
        self._count[:] = struct.pack("Q", kept + 1)


@dataclass(kw_only=True)
class Found:
    """What the check came to."""

    optouts: int = 0
    numbers_left: int = 0
    originations: int = 0
    to_numbers_that_left_later: int = 0
    own: int = 0
    begun_after: int = 0
    later: int = 0
    within: int = 0
    heard_ms: float = 0.0
    in_database: int = 0
    lost: int = 0

    @property
    def broken(self) -> int:
        """How many promises were broken."""
        return self.own + self.begun_after + self.later + self.lost


def check(folder: Path, url: str) -> Found:
    """Read the files and the database."""
    found = Found()
    left: dict[str, float] = {}
    own: dict[tuple[str, str], float] = {}
    for kind, at, number, _, who in _lines(folder):
        if kind == "X":
            found.optouts += who != "parent"
            left[number] = min(at, left.get(number, at))
            own[who, number] = min(at, own.get((who, number), at))
    for kind, at, number, began, who in _lines(folder):
        if kind != "O":
            continue
        found.originations += 1
        gone = left.get(number)
        if gone is None:
            continue
        found.to_numbers_that_left_later += at < gone
        found.own += at > own.get((who, number), at)
        found.begun_after += began > gone
        late = at - gone
        found.later += late > ALLOWED_SECONDS
        if 0 < late <= ALLOWED_SECONDS and began <= gone:
            found.within += 1
            found.heard_ms = max(found.heard_ms, 1000 * late)
    database = open_database(url)
    rows = read(database, lambda conn: set(conn.execute(select(tables.optout.c.number)).scalars()))
    database.dispose()
    found.numbers_left, found.in_database = len(left), len(rows)
    found.lost = len(left.keys() - rows)
    return found


def _lines(folder: Path) -> Iterator[tuple[str, float, str, float, str]]:
    for path in sorted(folder.glob("*.lines")):
        with path.open() as lines:
            for line in lines:
                kind, at, number, *more = line.split()
                yield kind, float(at), number, float(more[0]) if more else 0.0, path.stem


class Ordeal:
    """The parent: starts, kills, stops and counts."""

    def __init__(self, asked: argparse.Namespace, folder: Path, url: str) -> None:
        self._asked = asked
        self._folder = folder
        self._url = url
        self._dice = random.Random(asked.seed)  # noqa: S311 - nothing here is a secret
        self._began = time.monotonic()
        self._engines: dict[str, subprocess.Popen[bytes]] = {}
        self._database = open_database(url)
        self._seen = 0
        self._lines = Lines(folder / "parent.lines")
        self.done: Counter[str] = Counter()

    def run(self) -> float:
        """Go on until there are enough opt-outs and kills."""
        for n in range(self._asked.engines):
            self._start(f"engine-{n}")
        try:
            while self._kept() < self._asked.optouts or self.done["kill"] < self._asked.kills:
                self._pause()
                self._disturb()
        finally:
            for each in self._engines.values():
                each.kill()
                each.wait()
            self._database.dispose()
        return time.monotonic() - self._began

    def _pause(self) -> None:
        """Spread the kills over the run."""
        left = max(1, self._asked.kills - self.done["kill"])
        share = max(0.0, self._asked.optouts - self._kept()) / left
        wanted = self._kept() + min(share, self._asked.optouts / max(1, self._asked.kills))
        until = time.monotonic() + self._dice.uniform(0.1, 0.6)
        while self._kept() < wanted or time.monotonic() < until:
            time.sleep(0.05)
            for name, each in self._engines.items():
                if each.poll() is not None:
                    raise SystemExit(f"{name} ended by itself with {each.returncode}")

    def _disturb(self) -> None:
        name = self._dice.choice(sorted(self._engines))
        if self._dice.random() < self._asked.stops:
            self._engines[name].send_signal(signal.SIGSTOP)
            time.sleep(self._dice.uniform(0.3, 1.5))
            self._engines[name].send_signal(signal.SIGCONT)
            self.done["stop"] += 1
            return
        self._engines[name].kill()
        self._engines[name].wait()
        self.done["kill"] += 1
        self._note()
        self._start(name)

    def _note(self) -> None:
        """Write down what is durable by now, whoever was killed before he could say so."""
        c = tables.optout.c
        rows = read(
            self._database,
            lambda conn: conn.execute(select(c.id, c.number).where(c.id > self._seen).order_by(c.id)).all(),
        )
        for number, told in rows:
            self._seen = number
            self._lines.write("X", told)

    def _start(self, name: str) -> None:
        words = ("--worker", name, "--url", self._url, "--seed", self._asked.seed, "--folder", self._folder)
        command = [sys.executable, __file__, *map(str, words), "--share", str(self._asked.share)]
        self._engines[name] = subprocess.Popen(command)

    def _kept(self) -> int:
        """Count the opt-outs in the store, by its newest id: nothing is ever taken away."""
        c = tables.optout.c
        newest = select(c.id).order_by(c.id.desc()).limit(1)
        return int(read(self._database, lambda conn: conn.execute(newest).scalar()) or 0)


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optouts", type=int, default=1_000_000)
    parser.add_argument("--engines", type=int, default=4)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--stops", type=float, default=0.2, help="the share of disturbances that only stop")
    parser.add_argument("--share", type=float, default=0.6, help="the share of work that is an opt-out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default="")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--worker", default="")
    return parser.parse_args()


def work(asked: argparse.Namespace) -> None:
    """Be one engine until killed."""
    numbers = Numbers(asked.folder / COUNT, asked.share)
    path = asked.folder / f"{asked.worker}.lines"
    worker = Worker(asked.url, asked.worker, path, asked.seed, numbers)
    reactor.callWhenRunning(lambda: _spawn(worker.run()))
    reactor.run()


def main() -> int:
    """Run, check, print; 1 when any promise was broken."""
    asked = parsed()
    if asked.worker:
        work(asked)
        return 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        folder = Path(made)
        url = asked.url or f"sqlite:///{folder / 'discador.db'}"
        (folder / COUNT).write_bytes(bytes(8))
        migrate.upgrade(url)
        ordeal = Ordeal(asked, folder, url)
        seconds = ordeal.run()
        found = check(folder, url)
    told = {**vars(found), **ordeal.done, "seconds": round(seconds, 1), "seed": asked.seed}
    told["optouts_per_second"] = round(found.optouts / seconds, 1)
    for name, value in told.items():
        print(f"{name:<28} {value}")
    print(json.dumps(told))
    if asked.json:
        asked.json.write_text(json.dumps(told))
    return 1 if found.broken else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
