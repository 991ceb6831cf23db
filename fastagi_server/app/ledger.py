"""The engine's ledger on the store: each promise of the writer's thread becomes one of the reactor's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, fail

from fastagi_server.campaign.retry import Next
from fastagi_server.dialer.engine import KEY
from fastagi_server.dialer.ports import CountryUses, Waiting
from fastagi_server.store import attempts, calls, campaigns, dids, loans, optouts
from fastagi_server.store.errors import NotDurableError, StoreBusyError, StoreClosedError
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Attempt, Begun, Campaign, CampaignState, Contact, NotBegun
from fastagi_server.telephony.did import Loan, Mark
from fastagi_server.telephony.record import OptOut, Record

T = TypeVar("T")
_log = logging.getLogger("discador")

# A call that is over is told once: its record is tried again while a busy or full disk may recover, and for
# less than a house takes to leave. Writing the same record twice does no harm.
PAUSES = (0.1, 0.4, 1.0, 2.0)
# An end that is written a little later shares its commit; nobody waits for it.
PATIENCE = 0.2


class Threads(Protocol):
    """What we need of a reactor: to come back into its thread, and to come back later."""

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:  # noqa: N802 - Twisted's name
        """Call in the reactor's thread."""
        ...

    def callLater(self, seconds: float, call: Callable[..., Any], *args: Any) -> Any:  # noqa: N802 - Twisted's
        """Call after so many seconds."""
        ...


class Writes(Protocol):
    """What we need of the store's writer."""

    def submit(self, work: Callable[[Any], T], *, patience: float = 0.0) -> Future[T]:
        """Do the work and resolve once it is durable; with patience it may wait for others."""
        ...


class StoreLedger:
    """Every write and every read that must see the last write goes through the one writer."""

    def __init__(self, *, writer: Writes, threads: Threads, engine: str = "") -> None:
        self._writer = writer
        self._threads = threads
        self._engine = engine

    async def keep(self, record: Record) -> None:
        """Write a record as it stands; what the store could not promise is tried again, then raised."""

        def work(conn: Any) -> None:
            calls.keep(conn, record)
            _keep_optout(conn, record)

        await self._surely(record.call, work)

    def opt_out(self, entry: OptOut) -> Deferred[bool]:
        """Put a number on the list."""
        return self._do(lambda conn: optouts.add(conn, entry))

    def is_opted_out(self, number: str) -> Deferred[bool]:
        """Say whether a number is on the list."""
        return self._do(lambda conn: optouts.contains(conn, number))

    def find(self, call: CallId) -> Deferred[Record | None]:
        """Give a record."""
        return self._do(lambda conn: calls.get(conn, call))

    def open_calls(self) -> Deferred[Sequence[Record]]:
        """Give this engine's records without an end; another's calls are not ours to close."""
        return self._do(lambda conn: calls.open_calls(conn, self._engine))

    async def finish(self, record: Record, then: Next) -> None:
        """Write the record of an ended call and move its contact, as surely as keep."""

        def work(conn: Any) -> None:
            attempts.finish(conn, record, contact_state=then.state, due_at=then.due_at, why=then.why)
            _keep_optout(conn, record)

        await self._surely(record.call, work)

    def campaigns(self) -> Deferred[list[Campaign]]:
        """Give every campaign."""
        return self._do(campaigns.every)

    def set_state(self, campaign: str, state: CampaignState) -> Deferred[None]:
        """Keep where a campaign stands."""
        return self._do(lambda conn: campaigns.set_state(conn, campaign, state))

    def attempt(self, attempt: Attempt) -> Deferred[Begun | NotBegun]:
        """Begin an attempt, all or nothing."""
        return self._do(lambda conn: attempts.begin(conn, attempt))

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

    async def waiting(self, campaign: str) -> Waiting:
        """Count what is left of a campaign."""
        queued, dialing = await self._do(lambda conn: campaigns.waiting(conn, campaign))
        return Waiting(queued=queued, dialing=dialing)

    def uses(self, country: str, day: str, *, lab: bool) -> Deferred[CountryUses]:
        """Give a country's caller IDs, a lab's or ours, with their uses in the day's current period."""
        return self._do(lambda conn: _uses(conn, country, day, lab=lab))

    def marks(self, number: str) -> Deferred[dict[str, Mark]]:
        """Give what the inventory knows of a number, by country."""
        return self._do(lambda conn: dids.marks_of(conn, number))

    def imported(self, country: str, *, lab: bool) -> Deferred[bool]:
        """Say whether any caller ID was ever imported for a country."""
        return self._do(lambda conn: dids.imported(conn, country, lab=lab))

    def lend(self, loan: Loan) -> Deferred[Begun | NotBegun]:
        """Count one use of a caller ID that another's call will show, or say why not."""
        return self._do(lambda conn: loans.lend(conn, loan))

    async def _surely(self, call: CallId, work: Callable[[Any], object]) -> None:
        """Do what may be done twice, again and again while the store cannot promise it."""
        for pause in PAUSES:
            try:
                await self._do(work, patience=PATIENCE)
            except (NotDurableError, StoreBusyError) as error:
                told = "call_id=%s its record is not kept yet, again in %s s: %s"
                _log.warning(told, call, pause, error.sentence())
            else:
                return
            await self._pause(pause)
        await self._do(work)

    def _do(self, work: Callable[[Any], T], *, patience: float = 0.0) -> Deferred[T]:
        done: Deferred[T] = Deferred()

        def settle(future: Future[T]) -> None:
            error = future.exception()
            if error is not None:
                self._threads.callFromThread(done.errback, error)
            else:
                self._threads.callFromThread(done.callback, future.result())

        try:
            promised = self._writer.submit(work, patience=patience)
        except (StoreBusyError, StoreClosedError) as refused:
            return fail(refused)
        promised.add_done_callback(settle)
        return done

    def _pause(self, seconds: float) -> Deferred[None]:
        over: Deferred[None] = Deferred()
        self._threads.callLater(seconds, over.callback, None)
        return over


def _keep_optout(conn: Any, record: Record) -> None:
    """Put whoever opted out in a call on the list with its record, if the list does not have it yet."""
    if record.optout_at is not None:
        entry = OptOut(
            number=record.number, at=record.optout_at, source=KEY, call=record.call, digit=record.key
        )
        optouts.add(conn, entry)


def _uses(conn: Any, country: str, day: str, *, lab: bool) -> CountryUses:
    period = dids.period(conn, country, day)
    limit = dids.limits(conn).get(country)
    fitting = {each.number for each in dids.owned(conn, country) if each.lab is lab}
    return CountryUses(
        period=period,
        cap=None if limit is None else limit.cap,
        uses=[use for use in dids.usage(conn, {country: period}) if use.number in fitting],
    )
