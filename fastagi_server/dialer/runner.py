"""Runs one campaign: attempts are prepared a little ahead, and one leaves at each slot.

What is not durable in time gives its slot to the next. Whatever happens, no write comes within one second of
the write `limit` places before it, in any scope.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from fastagi_server.dialer.gate import DAY_OVER
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.dialer.pools import Exhausted
from fastagi_server.dialer.ports import CampaignLedger, Cancellable, Later, Sends, Spawn
from fastagi_server.dialer.prepare import Prepared, Preparer
from fastagi_server.dialer.progress import Progress
from fastagi_server.dialer.room import Room
from fastagi_server.dialer.route import Route
from fastagi_server.dialer.supply import Supply
from fastagi_server.dialer.waiting import Line
from fastagi_server.pacing import scopes
from fastagi_server.pacing.why import Standing
from fastagi_server.telephony.campaign import Campaign, CampaignState, Contact
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError

AHEAD_SECONDS, IDLE_SECONDS = 0.4, 0.5
AT_ONCE = 5  # prepared in one turn, for one commit; more of them would make the next slot late
HEARING_SECONDS = 0.01  # how soon we look again whether we hear who leaves the list
BRAKED = "the emergency brake stopped it before it was sent"
HIDDEN = "its caller ID is not shown any more"


class Runner:
    """One running campaign."""

    def __init__(
        self,
        *,
        campaign: Campaign,
        room: Room,
        route: Route,
        preparer: Preparer,
        ledger: CampaignLedger,
        engine: Sends,
        pacer: Pacer,
        clock: Clock,
        later: Later,
        spawn: Spawn,
        done: Callable[[], None],
    ) -> None:
        self.campaign = campaign
        self._room = room
        self.route = route
        self._preparer = preparer
        self._ledger = ledger
        self._engine = engine
        self._pacer = pacer
        self._clock = clock
        self._later = later
        self._spawn = spawn
        self._done = done
        self._base = (scopes.CLUSTER, scopes.campaign(campaign.name))
        self._of_country: dict[str, tuple[str, ...]] = {}
        self._supply = Supply(campaign=campaign.name, ledger=ledger, clock=clock)
        self._ready = Line()
        self._skipped: Counter[str] = Counter()
        self._preparing: Counter[str] = Counter()
        self._loading = self._running = False
        self._sent = 0
        self._timer: Cancellable | None = None

    def start(self) -> None:
        """Begin to prepare, and to send at each slot."""
        self._running = True
        self._pacer.turned.append(self._turned)
        self._fill()
        self._wait_for_slot()

    def stop(self, why: str) -> None:
        """Send nothing more; what was prepared is taken back, so that nobody is lost."""
        self._running = False
        if self._turned in self._pacer.turned:
            self._pacer.turned.remove(self._turned)
        if self._timer is not None:
            self._timer.cancel()
        self.take_back(why)

    def take_back(self, why: str) -> None:
        """Take back what is prepared and has not left: what was true when it was begun may change."""
        for prepared in tuple(self._ready):
            self._ready.remove(prepared)
            self._engine.cancel(prepared.order.call, why)

    def _turned(self, scope: str, standing: Standing) -> None:
        """Take back what is prepared for a scope that is stopped: it may be so for long."""
        if standing is Standing.STOPPED:
            every = self.route.ends_with(scope)
            for prepared in [
                each for each in self._ready if every or scope in self._scopes(each.begin.country)
            ]:
                self._ready.remove(prepared)
                self._engine.cancel(prepared.order.call, BRAKED)

    def look_again(self) -> None:
        """Try every country again, and look at what is prepared: what may be shown has changed."""
        self._supply.paused.clear()
        for prepared in tuple(self._ready):
            self._spawn(self._take_back_if_hidden(prepared))

    async def _take_back_if_hidden(self, prepared: Prepared) -> None:
        """Take back a call whose caller ID is not shown any more: it may wait for room for hours."""
        try:
            may = await self._ledger.may_show(prepared.begin, lab=self.campaign.lab)
        except DiscadorError:
            return  # the store is away, and everything prepared was taken back
        if not may and prepared in self._ready:
            self._ready.remove(prepared)
            self._engine.cancel(prepared.order.call, HIDDEN)

    def progress(self) -> Progress:
        """Say how it stands."""
        return Progress(
            name=self.campaign.name,
            state=self.campaign.state,
            sent=self._sent,
            waiting=len(self._ready) + self._preparing.total(),
            skipped=dict(self._skipped),
            paused={slug: each.why for slug, each in self._supply.paused.items()}
            | self._room.closed(self._supply.countries()),
            braked=self.route.braked(),
            trunk=self.campaign.trunk,
            ways=self.route.standings(),
            queues=self._room.queues(),
        )

    def _wait_for_slot(self) -> None:
        """Wait for the first slot that somebody who is prepared may have."""
        now = self._clock.steady()
        _, slot = self._soonest(now)
        for country in self._ready.of() if self._room.is_there() else ():
            if self._room.takes(country):
                self.route.waits(self._scopes(country))
        if slot - now > IDLE_SECONDS:  # meanwhile a limit may change, and who waits is told again
            self._timer = self._later(min(IDLE_SECONDS, self.route.interval(self._base)), self._look)
        else:
            self._timer = self._later(slot - now, lambda: self._slot(slot))

    def _look(self) -> None:
        self._fill()
        self._wait_for_slot()

    def _soonest(self, now: float) -> tuple[Prepared | None, float]:
        """Give whose slot comes first, and when; the campaign's own next slot where nobody is prepared."""
        at_best = self.route.earliest(self._base, now)
        if not self._ready:
            return None, at_best

        def when(country: str) -> float:
            if not self._room.takes(country):
                return math.inf
            return self.route.earliest(self._scopes(country), now)

        return self._ready.soonest(when, at_best)

    def _slot(self, slot: float) -> None:
        """Send who may have the slot, unless a limit says later, then wait for the next one."""
        prepared, soonest = self._soonest(slot)
        while prepared is not None and not self._preparer.holds(prepared):
            self._ready.remove(prepared)
            self._engine.cancel(prepared.order.call, DAY_OVER)
            prepared, soonest = self._soonest(slot)
        if prepared is not None and self._engine.ready and self._room.is_there():
            if not self._engine.hears():
                self._timer = self._later(HEARING_SECONDS, lambda: self._slot(slot))
                return
            now = self._clock.steady()
            within = self._scopes(prepared.begin.country)
            # Another campaign may have had the slot meanwhile.
            wait = max(soonest, self.route.held_until(within, soonest)) - now
            if wait > 0:
                again = self._look if wait > IDLE_SECONDS else lambda: self._slot(soonest)
                self._timer = self._later(min(wait, IDLE_SECONDS), again)
                return
            trunk = self.route.choose(within, soonest, now)
            if trunk and (asterisk := self._pacer.lanes.next(soonest, now)):
                self._send(prepared, soonest, trunk, asterisk)
            self._look()
        else:  # a slot that nobody uses is gone
            self._fill()
            self._timer = self._later(self.route.interval(self._base), self._look)

    def _send(self, prepared: Prepared, slot: float, trunk: str, asterisk: str) -> None:
        self._ready.remove(prepared)
        within = self._scopes(prepared.begin.country)
        planned_at = self._clock.wall() + slot - self._clock.steady()
        if self._engine.send(self.route.over(prepared.order, trunk), planned_at, asterisk):
            self.route.took(within, trunk, asterisk, slot, self._clock.steady())
            self._sent += 1

    def _scopes(self, country: str) -> tuple[str, ...]:
        if country not in self._of_country:
            self._of_country[country] = (*self._base, scopes.country(country))
        return self._of_country[country]

    def _fill(self) -> None:
        """Keep enough attempts prepared, and enough contacts at hand."""
        ahead = self.route.slots_in(self._base, AHEAD_SECONDS)
        waiting, under_way = self._under_way()
        enough = ahead - min(ahead - ahead // 2, AT_ONCE)
        if not self._running or not ahead or (under_way > enough and self._supply):
            return

        def may(country: str) -> bool:
            return self._may_prepare(country, waiting, ahead)

        while self._engine.ready and under_way < ahead and (contact := self._supply.take(may)):
            self._preparing[contact.country] += 1
            self._spawn(self._prepare(contact, self._planned()))
            # It may have been prepared in this very turn.
            waiting, under_way = self._under_way()
        if not self._loading and under_way < ahead and not self._supply.has(may):
            self._loading = True
            self._spawn(self._load())

    def _under_way(self) -> tuple[Counter[str], int]:
        """Count who is prepared or in preparation by country, and those of them for whom there are agents."""
        waiting = self._ready.of() + self._preparing
        return waiting, sum(count for country, count in waiting.items() if self._room.takes(country))

    def _may_prepare(self, country: str, waiting: Counter[str], ahead: int) -> bool:
        """Say whether one more of a country would leave soon: one that must wait fills no place."""
        if country in self._supply.paused:
            return False
        if not self._room.takes(country):
            return not waiting[country]  # one, for the next agent who is free
        within = self._scopes(country)
        slots = self.route.slots_in(within, AHEAD_SECONDS)
        if slots and self.route.interval(within) <= self.route.interval(self._base):
            return True
        return waiting[country] < min(ahead, slots)

    def _planned(self) -> float:
        """Give the instant of the slot that an attempt prepared now will most likely have."""
        slot = self.route.earliest(self._base, now := self._clock.steady())
        ahead = len(self._ready) + self._preparing.total() - 1
        wait = slot - now + ahead * self.route.interval(self._base)
        return self._clock.wall() + (0.0 if slot == math.inf else wait)

    async def _prepare(self, contact: Contact, planned_at: float) -> None:
        try:
            outcome = await self._preparer.prepare(contact, planned_at)
        except DiscadorError:
            # The store is away, which is told elsewhere: the contact waits there, and the next slot goes on.
            return
        finally:
            self._preparing[contact.country] -= 1
            self._supply.done_with(contact)
        if isinstance(outcome, Prepared):
            self._engine.admit(outcome.begin)
            if self._running and self._engine.ready:
                self._ready.add(outcome)
            else:
                self._engine.cancel(outcome.order.call, "the campaign was stopped, or the link was lost")
            return  # more are prepared right after a slot, when the next one is furthest away
        if isinstance(outcome, Exhausted):
            self._supply.pause(outcome)
        else:
            self._skipped[str(outcome.no)] += 1
            self._supply.set_aside(contact)
        self._fill()

    async def _load(self) -> None:
        """Fetch contacts that are due; when there are none look again a little later."""
        fetched = False
        try:
            fetched = await self._supply.fetch()
            if not self._supply:
                await self._finish_if_over()
        except DiscadorError:
            return  # the store is away, which is told elsewhere
        finally:
            if fetched:
                self._look_again()
            elif self._running:
                self._later(IDLE_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._loading = False
        self._fill()

    async def _finish_if_over(self) -> None:
        if self._preparing.total() or self._ready:
            return
        if await self._ledger.is_over(self.campaign.name) and self._running:
            await self._ledger.set_state(self.campaign.name, CampaignState.DONE)
            self.stop("the campaign is done")
            self._done()
