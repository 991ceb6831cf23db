"""A stage for campaigns: time that only moves when told, a store in memory, an engine that writes down."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastagi_server.dialer.agents import Agents
from fastagi_server.dialer.pacer import Pacer, Policy
from fastagi_server.dialer.pools import Pools
from fastagi_server.dialer.ports import CountryUses
from fastagi_server.dialer.prepare import Preparer
from fastagi_server.dialer.room import Room
from fastagi_server.dialer.route import Route, Way
from fastagi_server.dialer.runner import Runner
from fastagi_server.pacing import scopes
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    Campaign,
    CampaignState,
    Contact,
    ContactState,
    No,
    NotBegun,
)
from fastagi_server.telephony.country import Country, Texts
from fastagi_server.telephony.did import Use
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Begin

TEXTS = Texts(identification="a", optout="b", offer="c")
USA = Country(slug="usa", iso="US", languages=("en-us",), texts=TEXTS, cap=100, zone="America/New_York")
MEXICO = Country(slug="mexico", iso="MX", languages=("es-419",), texts=TEXTS, zone="America/Mexico_City")
COUNTRIES = {each.slug: each for each in (USA, MEXICO)}
NOON = 1_795_440_000.0


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine whose ports answer at once."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a double made the runner wait")


class Timer:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Time:
    """Wall and steady clock, and a reactor's callLater whose calls come `late` by chance."""

    def __init__(self, late: Callable[[], float] = lambda: 0.0) -> None:
        self.now = 1000.0
        # How far somebody has set the wall clock.
        self.shift = 0.0
        self._late = late
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Timer, Callable[[], None]]] = []

    def steady(self) -> float:
        return self.now

    def wall(self) -> float:
        return NOON + self.now - 1000.0 + self.shift

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        timer = Timer()
        at = self.now + seconds + self._late()
        heapq.heappush(self._waiting, (at, next(self._order), timer, call))
        return timer

    def pass_by(self, seconds: float) -> None:
        end = self.now + seconds
        while self._waiting and self._waiting[0][0] <= end:
            at, _, timer, call = heapq.heappop(self._waiting)
            self.now = max(self.now, at)
            if not timer.cancelled:
                call()
        self.now = end


@dataclass
class Store:
    """What the real store promises, in memory."""

    contacts: dict[int, Contact]
    dids: dict[str, list[str]]
    cap: int | None = None
    uses_of: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    begun: list[Begin] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    in_flight: set[str] = field(default_factory=set)
    not_owned: set[str] = field(default_factory=set)
    elsewhere: Counter[str] = field(default_factory=Counter)
    state: CampaignState = CampaignState.RUNNING

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        assert lab
        found = [
            Use(number=n, country=country, period=day, uses=self.uses_of[n, country, day], last_at=None)
            for n in self.dids.get(country, [])
        ]
        return CountryUses(period=day, cap=self.cap, uses=found)

    async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
        begin = attempt.begin
        contact = self.contacts[attempt.contact or 0]
        key = (begin.callerid, begin.country, attempt.period)
        if begin.number in self.opted_out:
            return NotBegun(no=No.OPTED_OUT)
        if begin.number in self.in_flight:
            return NotBegun(no=No.IN_FLIGHT)
        if contact.state is not ContactState.QUEUED:
            return NotBegun(no=No.TAKEN)
        if begin.callerid in self.not_owned:
            return NotBegun(no=No.NOT_OWNED)
        # Another engine may have used this caller ID meanwhile.
        self.uses_of[key] += self.elsewhere.pop(begin.callerid, 0)
        if attempt.cap and self.uses_of[key] >= attempt.cap:
            return NotBegun(no=No.AT_CAP, uses=self.uses_of[key])
        self.uses_of[key] += 1
        self.contacts[contact.id] = replace(
            contact, state=ContactState.DIALING, attempts=contact.attempts + 1
        )
        self.begun.append(begin)
        return Begun(uses=self.uses_of[key])

    async def may_show(self, begin: Begin, *, lab: bool) -> bool:
        assert lab
        return begin.callerid not in self.not_owned

    async def due(
        self, campaign: str, now: float, *, limit: int, not_countries: Collection[str]
    ) -> Sequence[Contact]:
        found = [
            each
            for each in self.contacts.values()
            if each.state is ContactState.QUEUED and each.due_at <= now and each.country not in not_countries
        ]
        return sorted(found, key=lambda each: (each.due_at, each.id))[:limit]

    async def refuse(self, contact: Contact, why: str) -> None:
        self.contacts[contact.id] = replace(contact, state=ContactState.REFUSED, why=why)

    async def postpone(self, contact: Contact, due_at: float, why: str) -> None:
        self.contacts[contact.id] = replace(contact, due_at=due_at, why=why)

    async def is_over(self, campaign: str) -> bool:
        states = {each.state for each in self.contacts.values()}
        return not states & {ContactState.QUEUED, ContactState.DIALING}

    async def set_state(self, campaign: str, state: CampaignState) -> None:
        self.state = state


class Engine:
    """Writes down what is sent and when; calls last as long as the test says."""

    def __init__(self, time: Time, store: Store, call_seconds: float) -> None:
        self.ready = True
        self.hears_well = True
        self.up = 0
        self.most_up = 0
        self.over: Counter[str] = Counter()
        self.most_over: Counter[str] = Counter()
        self.waiting: set[CallId] = set()
        self.sent: list[tuple[float, PlaceCall]] = []
        self.cancelled: list[CallId] = []
        self.planned: list[float] = []
        self.went_to: list[str] = []
        self._time = time
        self._store = store
        self._call_seconds = call_seconds

    def hears(self) -> bool:
        return self.hears_well

    def up_over(self, trunk: str) -> int:
        return self.over[trunk]

    def admit(self, begin: Begin) -> None:
        self.waiting.add(begin.call)

    def send(self, order: PlaceCall, planned_at: float, asterisk: str) -> bool:
        self.went_to.append(asterisk)
        self.waiting.remove(order.call)
        self.sent.append((self._time.steady(), order))
        self.planned.append(planned_at)
        self.up += 1
        self.over[order.trunk] += 1
        self.most_over |= self.over
        self.most_up = max(self.most_up, self.up)
        self._time.later(self._call_seconds, lambda: self._over(order))
        return True

    def cancel(self, call: CallId, why: str) -> None:
        self.waiting.discard(call)
        self.cancelled.append(call)
        begin = next(each for each in self._store.begun if each.call == call)
        contact = self._store.contacts[begin.contact or 0]
        self._store.contacts[contact.id] = replace(contact, state=ContactState.QUEUED)

    def _over(self, order: PlaceCall) -> None:
        self.up -= 1
        self.over[order.trunk] -= 1
        begin = next(each for each in self._store.begun if each.call == order.call)
        contact = self._store.contacts[begin.contact or 0]
        self._store.contacts[contact.id] = replace(contact, state=ContactState.DONE)


def contact(number: int, country: str = "usa", due_at: float = 0.0) -> Contact:
    return Contact(
        id=number,
        campaign="c",
        number=f"+1212556{number:04}",
        country=country,
        state=ContactState.QUEUED,
        attempts=0,
        due_at=due_at,
    )


CAMPAIGN = Campaign(
    name="c",
    trunk="carrier",
    cps=25,
    concurrency=0,
    retries=0,
    retry_seconds=0,
    lab=True,
    state=CampaignState.RUNNING,
    created_at=0.0,
)


class Stage:
    def __init__(
        self,
        contacts: Sequence[Contact],
        *,
        dids: dict[str, list[str]] | None = None,
        cps: float = 25,
        concurrency: int = 0,
        channels: int = 0,
        call_seconds: float = 8.0,
        cap: int | None = None,
        late: Callable[[], float] = lambda: 0.0,
        store: type[Store] = Store,
        policy: Policy | None = None,
        agents: Callable[[Time], Agents] | None = None,
        ways: Sequence[Way] = (),
    ) -> None:
        self.time = Time(late)
        self.store = store(
            {each.id: each for each in contacts},
            dids or {"usa": [f"+1305556{n:04}" for n in range(50)], "mexico": ["+525550009000"]},
            cap=cap,
        )
        self.engine = Engine(self.time, self.store, call_seconds)
        self.done = False
        dice = random.Random(7)
        self.pools = Pools(countries=COUNTRIES, uses=self.store, clock=self.time)
        self.preparer = Preparer(
            engine="one",
            lab=True,
            ledger=self.store,
            pools=self.pools,
            make_order=order,
            mint=lambda: mint(self.time.wall(), dice.randbytes(10)),
            clock=self.time,
        )
        self.pacer = Pacer(clock=self.time, policy=policy)
        self.pacer.lanes.open = lambda: {FIRST: 1.0}
        self.pacer.limit(scopes.CLUSTER, cps)
        self.refused: dict[str, DiscadorError] = {}
        self.route = Route(
            name="carrier",
            campaign="c",
            ways=ways or [Way(trunk="carrier", channels=channels)],
            pacer=self.pacer,
            calls=self.engine,
            refused=lambda: self.refused,
            over=lambda order, trunk: replace(order, trunk=trunk),
        )
        self.runner = Runner(
            campaign=CAMPAIGN,
            route=self.route,
            room=Room(
                campaign="c",
                route=self.route,
                concurrency=concurrency,
                calls=self.engine,
                agents=agents(self.time) if agents else None,
            ),
            preparer=self.preparer,
            ledger=self.store,
            engine=self.engine,
            pacer=self.pacer,
            clock=self.time,
            later=self.time.later,
            spawn=run,
            done=self.finished,
        )

    def finished(self) -> None:
        self.done = True

    def instants(self) -> list[float]:
        return [at for at, _ in self.engine.sent]


def order(contact: Contact, callerid: str, call: CallId) -> PlaceCall:
    return PlaceCall(
        call=call,
        number=contact.number,
        callerid=callerid,
        trunk="carrier",
        channel=f"PJSIP/{contact.number}@carrier",
        context=f"discador_{contact.country}",
        ring_seconds=25,
        campaign=contact.campaign,
    )
