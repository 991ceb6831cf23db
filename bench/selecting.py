"""What the benches of caller IDs share: the engine's own pool, reservations and writer, without a reactor."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from functools import cached_property, partial
from threading import Event
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from fastagi_server.app.ledger import StoreLedger
from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.ahead import Ahead
from fastagi_server.dialer.draw import draw
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.store import dids, migrate
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Attempt, Begun, No, NotBegun
from fastagi_server.telephony.country import Country, Texts
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.record import Begin

T = TypeVar("T")

COUNTRY = "usa"
ZONE = "America/New_York"
WAITING = 60.0


class Clock:
    """The machine's time from an instant of our own on, so that the day does not end while we measure.

    It goes on, for the ids of calls are in the order of their instants, and so the store fills its indexes.
    """

    def __init__(self, wall: float) -> None:
        self._wall = wall
        self._began = time.monotonic()

    def wall(self) -> float:
        """Give the instant that is now."""
        return self._wall + time.monotonic() - self._began

    def steady(self) -> float:
        """Give seconds that only grow."""
        return time.monotonic()


class Promise:
    """A future of the writer's thread that a coroutine may await."""

    def __init__(self, future: Future[Any]) -> None:
        self.future = future

    def __await__(self) -> Generator[Future[Any], None, Any]:
        yield self.future
        return self.future.result()


class Loop:
    """Runs coroutines that await the writer, in the thread that calls; `going` have not ended."""

    def __init__(self) -> None:
        self._ready: deque[Coroutine[Any, Any, Any]] = deque()
        self._bell = Event()
        self._idle = False
        self.going = 0

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin a piece of work."""
        self.going += 1
        self._step(work)

    def turn(self) -> None:
        """Go on with one piece of work whose promise was kept, waiting for it."""
        # Rung late for the turn before, the bell says nothing of this one.
        while not self._ready:
            self._bell.clear()
            self._idle = True
            if not self._ready and not self._bell.wait(WAITING):
                raise TimeoutError
            self._idle = False
        self._step(self._ready.popleft())

    def finish(self) -> None:
        """Go on until nothing is left."""
        while self.going:
            self.turn()

    def _step(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            waited: Future[Any] | Deferred[Any] = work.send(None)
        except StopIteration:
            self.going -= 1
            return
        # What one has asked, others may wait for.
        note = waited.addBoth if isinstance(waited, Deferred) else waited.add_done_callback
        note(partial(self._kept, work))

    def _kept(self, work: Coroutine[Any, Any, Any], told: T) -> T:
        """Note, in the writer's thread, that a promise was kept; the bell rings only for who waits for it."""
        self._ready.append(work)
        if self._idle:
            self._bell.set()
        return told


class Promises:
    """What a StoreLedger asks of the writer, without a reactor."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def ask(self, work: Callable[[Any], Any], **_: object) -> Promise:
        """Give the writer a piece of work."""
        return Promise(self._writer.submit(work))

    async def surely(self, *_: object, **__: object) -> None:
        """Nothing here has to be kept."""


class Selector:
    """One engine as far as its caller IDs go."""

    def __init__(self, url: str, name: str, *, cap: int, wall: float, busy_seconds: float = WAITING) -> None:
        self.database = open_database(url, busy_seconds=busy_seconds)
        self.writer = Writer(self.database)
        self.loop = Loop()
        self.clock = Clock(wall)
        ledger: Any = StoreLedger(
            promises=Promises(self.writer),  # type: ignore[arg-type]
            spawn=self.loop.spawn,
            clock=self.clock,
            engine=name,
        )
        self.ledger = ledger
        self.ahead = Ahead(engine=name, store=ledger, clock=self.clock, spawn=self.loop.spawn)
        texts = Texts(identification="a", optout="b", offer="c")
        country = Country(slug=COUNTRY, iso="US", languages=("en-us",), texts=texts, cap=cap, zone=ZONE)
        self.pools = Pools(countries={COUNTRY: country}, uses=ledger, clock=self.clock, ahead=self.ahead)
        self._name = name

    @cached_property
    def pool(self) -> Pool:
        """The country's pool, loaded when first asked for."""
        loaded: list[Pool] = []

        async def load() -> None:
            loaded.append(await self.pools.of(COUNTRY, lab=False))

        self.loop.spawn(load())
        self.loop.finish()
        return loaded[0]

    async def begin(
        self, call: CallId, number: str, chosen: Callable[[Choice], None] = lambda _: None
    ) -> Choice | Exhausted | No:
        """Draw a caller ID for a call and begin it; `chosen` is told before the store is asked."""

        async def count(pool: Pool, choice: Choice) -> Begun | NotBegun:
            chosen(choice)
            begin = Begin(
                call=call,
                number=number,
                country=COUNTRY,
                callerid=choice.number,
                trunk="carrier",
                campaign="bench",
                planned_at=self.clock.wall(),
                begun_at=self.clock.wall(),
                engine=self._name,
                callerid_why=choice.why(),
            )
            attempt = Attempt(
                begin=begin, contact=None, period=pool.period, cap=pool.cap, leased=choice.leased
            )
            told: Begun | NotBegun = await self.ledger.attempt(attempt)
            return told

        return await draw(self.pools, COUNTRY, lab=False, clock=self.clock, count=count, callee=number)

    def close(self) -> None:
        """Give back what is reserved, and leave."""
        self.loop.finish()
        self.loop.spawn(self.ahead.leave())
        self.loop.finish()
        self.writer.close()
        self.database.dispose()


def did(n: int) -> str:
    """Give the n-th caller ID; their areas are some hundreds."""
    return f"+1{201 + n % 700}{2_000_000 + n // 700:07}"


def prepare(url: str, how_many: int) -> None:
    """Make the store's tables and own so many caller IDs."""
    migrate.upgrade(url)
    database = open_database(url)
    try:
        with database.begin() as conn:
            dids.add(conn, (Did(number=did(n), country=COUNTRY) for n in range(how_many)), 1.0)
    finally:
        database.dispose()
