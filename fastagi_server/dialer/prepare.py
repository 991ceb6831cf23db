"""From a contact to an attempt that may leave: caller ID chosen, everything durable, in one transaction.

This file does not know when the call leaves; it says what became of the contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastagi_server.callerid.pool import Choice, Pool
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.dialer.ports import CampaignLedger
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Attempt, Begun, Contact, No
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin

# Somebody talks to this number at this moment: it is looked at again when that is likely to be over.
IN_FLIGHT_SECONDS = 60.0

MakeOrder = Callable[[Contact, str, CallId], PlaceCall]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An attempt that is durable and waits for its slot."""

    begin: Begin
    order: PlaceCall
    choice: Choice


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """The contact is not called now; the store holds why."""

    contact: Contact
    no: No


class Preparer:
    """Prepares the contacts of one engine."""

    def __init__(
        self,
        *,
        engine: str,
        lab: bool,
        ledger: CampaignLedger,
        pools: Pools,
        make_order: MakeOrder,
        mint: Callable[[], CallId],
        clock: Clock,
        told: Callable[[Prepared | Skipped | Exhausted], None] = lambda _: None,
    ) -> None:
        self._told = told
        self._engine = engine
        self._lab = lab
        self._ledger = ledger
        self._pools = pools
        self._make_order = make_order
        self._mint = mint
        self._clock = clock

    async def prepare(self, contact: Contact, planned_at: float) -> Prepared | Skipped | Exhausted:
        """Begin an attempt for the contact, with the least used caller ID that is under its cap."""
        outcome = await self._prepare(contact, planned_at)
        self._told(outcome)
        return outcome

    async def _prepare(self, contact: Contact, planned_at: float) -> Prepared | Skipped | Exhausted:
        while True:
            pool = await self._pools.of(contact.country, lab=self._lab)
            choice = pool.choose(self._clock.wall())
            if choice is None:
                return self._pools.exhausted(pool)
            done = await self._begin(contact, pool, choice, planned_at)
            if done is not None:
                return done

    async def _begin(
        self, contact: Contact, pool: Pool, choice: Choice, planned_at: float
    ) -> Prepared | Skipped | None:
        """Try one caller ID; None says that another must be chosen."""
        order = self._make_order(contact, choice.number, self._mint())
        begin = Begin(
            call=order.call,
            number=order.number,
            country=contact.country,
            callerid=order.callerid,
            trunk=order.trunk,
            campaign=order.campaign,
            planned_at=planned_at,
            begun_at=self._clock.wall(),
            engine=self._engine,
            contact=contact.id,
            attempt=contact.attempts + 1,
        )
        attempt = Attempt(begin=begin, contact=contact.id, period=pool.period, cap=pool.cap, lab=self._lab)
        try:
            outcome = await self._ledger.attempt(attempt)
        except BaseException:
            pool.give_back(choice.number)
            raise
        if isinstance(outcome, Begun):
            pool.learn(choice.number, outcome.uses)
            return Prepared(begin=begin, order=order, choice=choice)
        if outcome.no is No.AT_CAP:
            pool.learn(choice.number, outcome.uses)
            return None
        if outcome.no is No.NOT_OWNED:
            pool.forget(choice.number)
            return None
        pool.give_back(choice.number)
        await self._set_aside(contact, outcome.no)
        return Skipped(contact=contact, no=outcome.no)

    async def _set_aside(self, contact: Contact, no: No) -> None:
        if no is No.OPTED_OUT:
            await self._ledger.refuse(contact, str(no))
        elif no is No.IN_FLIGHT:
            await self._ledger.postpone(contact, self._clock.wall() + IN_FLIGHT_SECONDS, str(no))
