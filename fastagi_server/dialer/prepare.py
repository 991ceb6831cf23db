"""From a contact to an attempt that may leave: caller ID chosen, everything durable, in one transaction.

This file does not know when the call leaves; it says what became of the contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.draw import draw
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.dialer.ports import CampaignLedger
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Attempt, Begun, Contact, No, NotBegun
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin

# Somebody talks to this number at this moment: it is looked at again when that is likely to be over.
IN_FLIGHT_SECONDS = 60.0

MakeOrder = Callable[[Contact, str, CallId], PlaceCall]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An attempt that is durable and waits for its slot; `period` is where its caller ID was counted."""

    begin: Begin
    order: PlaceCall
    choice: Choice
    period: str = ""


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
        """Begin an attempt for the contact, with the caller ID that suits it best."""
        outcome = await self._prepare(contact, planned_at)
        self._told(outcome)
        return outcome

    def holds(self, prepared: Prepared) -> bool:
        """Say whether the day still lasts in which the attempt's caller ID was counted."""
        return self._pools.holds(prepared.begin.country, prepared.period)

    async def _prepare(self, contact: Contact, planned_at: float) -> Prepared | Skipped | Exhausted:
        tried: list[tuple[PlaceCall, Begin, str]] = []

        async def count(pool: Pool, choice: Choice) -> Begun | NotBegun:
            order = self._make_order(contact, choice.number, self._mint())
            begin = self._begin(contact, order, planned_at, choice)
            tried[:] = [(order, begin, pool.period)]
            attempt = Attempt(
                begin=begin,
                contact=contact.id,
                period=pool.period,
                cap=pool.cap,
                lab=self._lab,
                leased=choice.leased,
            )
            return await self._ledger.attempt(attempt)

        found = await draw(
            self._pools,
            contact.country,
            lab=self._lab,
            clock=self._clock,
            count=count,
            callee=contact.number,
            same=contact.callerid,
        )
        match found:
            case Choice():
                order, begin, period = tried[0]
                return Prepared(begin=begin, order=order, choice=found, period=period)
            case Exhausted():
                return found
        await self._set_aside(contact, found)
        return Skipped(contact=contact, no=found)

    def _begin(self, contact: Contact, order: PlaceCall, planned_at: float, choice: Choice) -> Begin:
        return Begin(
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
            callerid_why=choice.why(),
        )

    async def _set_aside(self, contact: Contact, no: No) -> None:
        if no is No.OPTED_OUT:
            await self._ledger.refuse(contact, str(no))
        elif no is No.IN_FLIGHT:
            await self._ledger.postpone(contact, self._clock.wall() + IN_FLIGHT_SECONDS, str(no))
