"""The engine's ledger on the store: each promise of the writer's thread becomes one of the reactor's.

While the store is away questions fail at once; what must not be lost (ends, opt-outs, attempts of which we
do not know whether they were begun) waits in memory and is written when it is back, however long that takes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred

from fastagi_server.app.promises import Promises
from fastagi_server.callerid.choice import Passed
from fastagi_server.campaign.retry import Next
from fastagi_server.dialer import call as calls_in_memory
from fastagi_server.dialer.engine import KEY
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.gate import BEGUN_UNSEEN
from fastagi_server.dialer.ports import CountryUses, Spawn
from fastagi_server.store import attempts, calls, campaigns, closing, dids, leases, loans, optouts, rests
from fastagi_server.store.job import Alike
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    Campaign,
    CampaignState,
    Contact,
    ContactState,
    NotBegun,
)
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import Lease, Leased, Loan, Mark, Use
from fastagi_server.telephony.record import Begin, OptOut, Record

TOGETHER = 0.004  # seconds: attempts that are prepared in one turn share a commit


class StoreLedger:
    """Every write and every read that must see the last write goes through the one writer."""

    def __init__(
        self,
        *,
        promises: Promises,
        spawn: Spawn,
        clock: Clock,
        engine: str = "",
    ) -> None:
        self.promises = promises
        self._do = promises.ask
        self._surely = promises.surely
        self._spawn = spawn
        self._clock = clock
        self._engine = engine
        # Begun, or perhaps begun, and not known to the engine: none of them is a call that was left behind.
        self._beginning: set[CallId] = set()
        self._owed: set[str] = set()
        self._reading: dict[tuple[str, str, bool], list[Deferred[CountryUses]]] = {}
        # Told of each number that is on the list durably.
        self.told: Callable[[str], None] = lambda _: None

    @property
    def is_away(self) -> bool:
        """Whether the store is away as far as we know."""
        return self.promises.presence.away

    def present(self) -> Deferred[None]:
        """Fire when the store is there."""
        return self.promises.presence.back()

    async def keep(self, record: Record) -> None:
        """Write a record as it stands, as soon as the store takes it."""

        def work(conn: Any) -> None:
            calls.keep(conn, record)
            _keep_optout(conn, record)

        await self._surely(record.call, work, first=record.optout_at is not None)

    async def opt_out(self, entry: OptOut) -> bool:
        """Put a number on the list; what cannot be promised now is raised, and written when it can be."""

        def work(conn: Any) -> bool:
            return optouts.add(conn, entry)

        try:
            new = await self._do(work, urgent=True)
        except StoreAwayError:
            if entry.number not in self._owed:
                self._owed.add(entry.number)
                self._spawn(self._owe(entry.number, work))
            raise
        self.told(entry.number)
        return new

    async def _owe(self, number: str, work: Callable[[Any], bool]) -> None:
        try:
            await self._surely(number, work, first=True)
        finally:
            self._owed.discard(number)

    def is_opted_out(self, number: str) -> Deferred[bool]:
        """Say whether a number is on the list."""
        return self._do(lambda conn: optouts.contains(conn, number))

    def find(self, call: CallId) -> Deferred[Record | None]:
        """Give a record."""
        return self._do(lambda conn: calls.get(conn, call))

    async def open_calls(self) -> Sequence[Record]:
        """Give this engine's records without an end; another's calls are not ours to close."""
        found = await self._do(lambda conn: calls.open_calls(conn, self._engine))
        return [record for record in found if record.call not in self._beginning]

    async def finish(self, record: Record, then: Next) -> None:
        """Write the record of an ended call and move its contact, as surely as keep."""

        def work(conn: Any) -> None:
            attempts.finish(conn, record, contact_state=then.state, due_at=then.due_at, why=then.why)
            _keep_optout(conn, record)

        await self._surely(record.call, work, first=record.optout_at is not None)

    def campaigns(self) -> Deferred[list[Campaign]]:
        """Give every campaign."""
        return self._do(campaigns.every)

    def set_state(self, campaign: str, state: CampaignState) -> Deferred[None]:
        """Keep where a campaign stands."""
        return self._do(lambda conn: campaigns.set_state(conn, campaign, state))

    async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
        """Begin an attempt, all or nothing; what may be begun without our knowing is taken back."""
        call = attempt.begin.call
        settled: Deferred[None] = Deferred()
        self._beginning.add(call)
        try:
            work = Alike(many=attempts.begin_all, of=attempt)
            outcome = await self._do(work, settled=settled, patience=TOGETHER)
        except StoreAwayError:
            self._spawn(self._take_back(call, settled))
            raise
        except BaseException:
            self._beginning.discard(call)
            raise
        # Whoever waits for this goes on in this very turn, and makes the call known to the engine.
        self._beginning.discard(call)
        return outcome

    async def _take_back(self, call: CallId, settled: Deferred[None]) -> None:
        """Close an attempt that is found begun after all; nothing has left, so its contact waits again."""

        def work(conn: Any) -> None:
            record = calls.get(conn, call)
            if record is None or record.ended_at is not None:
                return
            cancelled = facts.OrderCancelled(call=call, at=self._clock.wall(), why=BEGUN_UNSEEN)
            ended = calls_in_memory.after(record, cancelled)
            attempts.finish(conn, ended, contact_state=ContactState.QUEUED, due_at=0.0, why="cancelled")

        try:
            await settled
            await self._surely(call, work)
        finally:
            self._beginning.discard(call)

    def may_show(self, begin: Begin, *, lab: bool) -> Deferred[bool]:
        """Say whether the caller ID of an attempt that was begun before may still be shown."""
        now = self._clock.wall()
        return self._do(lambda conn: attempts.may_show(conn, begin, lab=lab, at=now))

    def due(
        self, campaign: str, now: float, *, limit: int, not_countries: Collection[str]
    ) -> Deferred[list[Contact]]:
        """Give contacts that may be called now."""
        return self._do(
            lambda conn: campaigns.due(conn, campaign, now, limit=limit, not_countries=not_countries)
        )

    def refuse(self, contact: Contact, why: str) -> Deferred[bool]:
        """Keep that a contact must not be called."""
        return self._do(lambda conn: campaigns.refuse(conn, contact.id, why))

    def postpone(self, contact: Contact, due_at: float, why: str) -> Deferred[bool]:
        """Keep that a contact is to be tried later."""
        return self._do(lambda conn: campaigns.postpone(conn, contact.id, due_at, why))

    def is_over(self, campaign: str) -> Deferred[bool]:
        """Say whether nobody of a campaign waits, now or for later, and nobody is in a call."""
        return self._do(lambda conn: campaigns.is_over(conn, campaign))

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        """Give a country's caller IDs, a lab's or ours, with their uses in the day's current period.

        Whoever asks while they are read is given the same, unless something has changed since.
        """
        key = (country, day, lab)
        if key in self._reading:
            shared: Deferred[CountryUses] = Deferred()
            self._reading[key].append(shared)
            return await shared
        waiting = self._reading[key] = []
        try:
            found = await self._read_uses(country, day, lab=lab)
        except BaseException as error:
            for each in waiting:
                each.errback(error)
            raise
        finally:
            if self._reading.get(key) is waiting:
                del self._reading[key]
        for each in waiting:
            each.callback(found)
        return found

    def forget_uses(self) -> None:
        """Share what is being read with nobody who asks from now on: it may be older than the change."""
        self._reading.clear()

    async def _read_uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        """Read page after page: one question for a million would last, and calls wait behind it."""
        told = await self._do(partial(_standing, country=country, day=day, engine=self._engine))
        found: list[Use] = []
        passed = {Passed.RETIRED: 0, Passed.OTHERS: 0}
        after = ""
        read = partial(dids.page, country=country, period=told.period)
        while page := await self._do(partial(read, after=after)):
            after = page[-1][1].number
            for mark, use in page:
                if mark.retired:
                    passed[Passed.RETIRED] += 1
                elif mark.lab is not lab:
                    passed[Passed.OTHERS] += 1
                else:
                    found.append(use)
        return replace(told, uses=found, passed=passed)

    def now(self, work: Callable[[Any], Any]) -> Deferred[Any]:
        """Do a piece of work before all that waits."""
        return self._do(work, urgent=True)

    def lease(self, wish: Lease) -> Deferred[Leased]:
        """Reserve uses of caller IDs ahead."""
        return self._do(lambda conn: leases.lease(conn, wish))

    def give_back(self, country: str | None = None, period: str | None = None) -> Deferred[Any]:
        """Give back what this engine has reserved and not taken."""
        return self._do(lambda conn: leases.give_back(conn, self._engine, country=country, period=period))

    def close_day(self, country: Country, yesterday: str, ended_at: float) -> Deferred[list[Any]]:
        """Tell each day of a country that is over and was not told yet."""
        now = self._clock.wall()
        return self._do(
            lambda conn: closing.close(conn, country, yesterday=yesterday, ended_at=ended_at, at=now)
        )

    def marks(self, number: str) -> Deferred[dict[str, Mark]]:
        """Give what the inventory knows of a number, by country."""
        return self._do(lambda conn: dids.marks_of(conn, number))

    def imported(self, country: str, *, lab: bool) -> Deferred[bool]:
        """Say whether any caller ID was ever imported for a country."""
        return self._do(lambda conn: dids.imported(conn, country, lab=lab))

    def read(self, work: Callable[[Any], Any]) -> Deferred[Any]:
        """Give what a piece of reading finds."""
        return self._do(work)

    def lend(self, loan: Loan) -> Deferred[Begun | NotBegun]:
        """Count one use of a caller ID that another's call will show, or say why not."""
        return self._do(lambda conn: loans.lend(conn, loan))


def _keep_optout(conn: Any, record: Record) -> None:
    """Put whoever opted out in a call on the list with its record, if the list does not have it yet."""
    if record.optout_at is not None:
        entry = OptOut(
            number=record.number, at=record.optout_at, source=KEY, call=record.call, digit=record.key
        )
        optouts.add(conn, entry)


def _standing(conn: Any, country: str, day: str, engine: str) -> CountryUses:
    """Give all but the caller IDs themselves, which may be a million."""
    period = dids.period(conn, country, day)
    limit = dids.limits(conn).get(country)
    return CountryUses(
        period=period,
        cap=None if limit is None else limit.cap,
        uses=(),
        rests=rests.every(conn, 0.0, country),
        held=leases.held(conn, country, period, but=engine),
    )
