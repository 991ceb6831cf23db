"""Begins a call by hand with its caller ID: of the campaigns' pool under the same cap, else a configured one.

A configured number is taken only where none was ever imported for the country: whoever imports wants the cap.
This file does not know when the call leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.draw import counted, draw
from fastagi_server.dialer.errors import (
    AllAsideError,
    AllAtCapError,
    CallerIdAtCapError,
    CallerIdElsewhereError,
    CallerIdRestsError,
    CallerIdRetiredError,
    LabCallerIdError,
    NoCallerIdError,
    NotOurCallerIdError,
    NumberIsUpError,
)
from fastagi_server.dialer.gate import ON_THE_LIST, NotDialedError
from fastagi_server.dialer.pools import Pools
from fastagi_server.dialer.ports import Begins
from fastagi_server.telephony.campaign import Attempt, Begun, No, NotBegun
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A call that somebody asks for; its number, country and trunk are checked already.

    `callerid` is the one that is named, empty for any; `configured` are the configuration's for the country;
    `campaign` is the one whose limits hold for it too, empty for none;
    `order` writes the order with the caller ID that it is given.
    """

    number: str
    country: str
    trunk: str
    callerid: str
    configured: Sequence[str]
    order: Callable[[str], PlaceCall]
    planned_at: float
    campaign: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A call that is durable; `choice` is None for a caller ID that was named or configured.

    `period` is where the caller ID was counted, empty for one of the configuration.
    """

    begin: Begin
    order: PlaceCall
    choice: Choice | None = None
    period: str = ""


class Shows:
    """Begins the calls by hand of one engine."""

    def __init__(self, *, engine: str, pools: Pools, ledger: Begins, clock: Clock) -> None:
        self._engine = engine
        self._pools = pools
        self._ledger = ledger
        self._clock = clock

    async def begin(self, wish: Wish, *, lab: bool) -> Shown:
        """Begin the call durably; with `lab` a lab's numbers may be shown, and go first."""
        if wish.callerid:
            return await self._named(wish, lab=lab)
        for kind in (True, False) if lab else (False,):
            if len(await self._pools.of(wish.country, lab=kind)):
                return await self._drawn(wish, lab=kind)
        if not wish.configured or await self._ledger.imported(wish.country, lab=lab):
            raise NoCallerIdError(country=wish.country)
        return await self._uncounted(wish, wish.configured[0])

    def holds(self, shown: Shown) -> bool:
        """Say whether the day still lasts in which the call's caller ID was counted."""
        return not shown.period or self._pools.holds(shown.begin.country, shown.period)

    async def _drawn(self, wish: Wish, *, lab: bool) -> Shown:
        begun: list[Shown] = []

        async def count(pool: Pool, choice: Choice) -> Begun | NotBegun:
            begun[:] = [self._open(wish, choice.number, choice, period=pool.period)]
            return await self._attempt(begun[0].begin, pool, lab=lab, leased=choice.leased)

        found = await draw(
            self._pools, wish.country, lab=lab, clock=self._clock, count=count, callee=wish.number
        )
        match found:
            case Choice():
                return replace(begun[0], choice=found)
            case No():
                raise _refused(wish, found)
        if not found.numbers:
            raise NoCallerIdError(country=wish.country)
        if found.resting:
            raise AllAsideError(country=wish.country, count=found.numbers)
        raise AllAtCapError(country=wish.country, count=found.numbers, cap=found.cap, zone=found.zone)

    async def _named(self, wish: Wish, *, lab: bool) -> Shown:
        marks = await self._ledger.marks(wish.callerid)
        mark = marks.get(wish.country)
        told = {"callerid": wish.callerid, "country": wish.country}
        if mark is None:
            if wish.callerid in wish.configured:
                return await self._uncounted(wish, wish.callerid)
            if marks:
                raise CallerIdElsewhereError(**told, elsewhere=", ".join(sorted(marks)))
            raise NotOurCallerIdError(**told)
        if mark.retired:
            raise CallerIdRetiredError(**told)
        if mark.lab and not lab:
            raise LabCallerIdError(callerid=wish.callerid, trunk=wish.trunk)
        pool = await self._pools.of(wish.country, lab=mark.lab)
        choice = pool.take(wish.callerid, self._clock.wall())
        shown = self._open(wish, wish.callerid, choice, period=pool.period)

        def count(pool: Pool, choice: Choice) -> Awaitable[Begun | NotBegun]:
            return self._attempt(shown.begin, pool, lab=mark.lab, leased=choice.leased)

        no = await counted(pool, choice, count)
        if no is No.AT_CAP:
            zone = self._pools.exhausted(pool).zone
            raise CallerIdAtCapError(**told, cap=pool.cap, zone=zone)
        if no is not None:
            raise _refused(wish, no)
        return shown

    async def _uncounted(self, wish: Wish, callerid: str) -> Shown:
        """Begin with a number of the configuration: it stands in no inventory, so nothing is counted."""
        shown = self._open(wish, callerid)
        outcome = await self._ledger.attempt(Attempt(begin=shown.begin, contact=None, period="", cap=0))
        if isinstance(outcome, NotBegun):
            raise _refused(wish, outcome.no)
        return shown

    async def _attempt(self, begin: Begin, pool: Pool, *, lab: bool, leased: bool) -> Begun | NotBegun:
        attempt = Attempt(begin=begin, contact=None, period=pool.period, cap=pool.cap, lab=lab, leased=leased)
        return await self._ledger.attempt(attempt)

    def _open(self, wish: Wish, callerid: str, choice: Choice | None = None, *, period: str = "") -> Shown:
        order = wish.order(callerid)
        begin = Begin(
            call=order.call,
            number=order.number,
            country=wish.country,
            callerid=order.callerid,
            trunk=order.trunk,
            campaign=order.campaign,
            planned_at=wish.planned_at,
            begun_at=self._clock.wall(),
            engine=self._engine,
            callerid_why=choice.why() if choice else None,
        )
        return Shown(begin=begin, order=order, period=period)


def _refused(wish: Wish, no: No) -> DiscadorError:
    """Give the sentence for what the store said; a number may have been retired since we looked."""
    match no:
        case No.IN_FLIGHT:
            return NumberIsUpError(number=wish.number)
        case No.NOT_OWNED:
            return NotOurCallerIdError(callerid=wish.callerid, country=wish.country)
        case No.RESTING:
            return CallerIdRestsError(callerid=wish.callerid, country=wish.country)
        case No.OPTED_OUT:
            return NotDialedError(number=wish.number, reason=ON_THE_LIST)
        case _:
            return NotDialedError(number=wish.number, reason=str(no))
