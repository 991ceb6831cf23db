"""Runs one campaign: attempts are prepared a little ahead, and one leaves at each slot.

What is not durable in time gives its slot to the next. Whatever happens, no write comes within one second of
the write `limit` places before it, in any scope.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fastagi_server.dialer.gate import DAY_OVER
from fastagi_server.dialer.pools import Exhausted
from fastagi_server.dialer.ports import CampaignLedger, Cancellable, Later, Sends, Spawn
from fastagi_server.dialer.prepare import Prepared, Preparer
from fastagi_server.pacing.grid import HEADROOM, Grid
from fastagi_server.pacing.window import Windows
from fastagi_server.telephony.campaign import Campaign, CampaignState, Contact
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import PlaceCall

AHEAD_SECONDS = 0.4
BATCH = 200
IDLE_SECONDS = 0.5
# How soon we look again whether we hear who leaves the list; on a busy machine that may be a moment late.
HEARING_SECONDS = 0.01
ASIDE_SECONDS = 5.0
LONGEST_PAUSE = 26 * 3600.0
CLUSTER = "cluster"
HIDDEN = "its caller ID is not shown any more"


def scopes_of(trunk: str) -> tuple[str, ...]:
    """Give the scopes whose limits every call over a trunk is under, whoever orders it."""
    return (CLUSTER, f"trunk:{trunk}")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a campaign stands in this engine; `paused` says why for each country.

    `trunk_up` calls are up over its trunk, whoever ordered them, of `channels`, 0 for no limit.
    """

    name: str
    state: CampaignState
    sent: int
    waiting: int
    skipped: dict[str, int]
    paused: dict[str, str] = field(default_factory=dict)
    trunk: str = ""
    trunk_up: int = 0
    channels: int = 0


class Runner:
    """One running campaign."""

    def __init__(
        self,
        *,
        campaign: Campaign,
        cps: float,
        concurrency: int,
        channels: int,
        preparer: Preparer,
        ledger: CampaignLedger,
        engine: Sends,
        windows: Windows,
        clock: Clock,
        later: Later,
        spawn: Spawn,
        done: Callable[[], None],
    ) -> None:
        self.campaign = campaign
        self._cps = cps
        self._concurrency = concurrency
        self._channels = channels
        self._preparer = preparer
        self._ledger = ledger
        self._engine = engine
        self._windows = windows
        self._clock = clock
        self._later = later
        self._spawn = spawn
        self._done = done
        self._grid = Grid(cps=cps * HEADROOM, start=clock.steady())
        self._ahead = max(2, math.ceil(cps * AHEAD_SECONDS))
        # Several are prepared at once, so that they share a commit.
        self._low = self._ahead // 2
        self._contacts: deque[Contact] = deque()
        self._ready: deque[Prepared] = deque()
        self._claimed: set[int] = set()
        self._aside: dict[int, float] = {}
        self._paused: dict[str, Exhausted] = {}
        self._skipped: Counter[str] = Counter()
        self._preparing = 0
        self._loading = False
        self._sent = 0
        self._timer: Cancellable | None = None
        self._running = False

    def start(self) -> None:
        """Begin to prepare, and to send at each slot."""
        self._running = True
        self._fill()
        self._wait_for_slot()

    def stop(self, why: str) -> None:
        """Send nothing more; what was prepared is taken back, so that nobody is lost."""
        self._running = False
        if self._timer is not None:
            self._timer.cancel()
        self.take_back(why)

    def take_back(self, why: str) -> None:
        """Take back what is prepared and has not left: what was true when it was begun may change."""
        while self._ready:
            self._engine.cancel(self._ready.popleft().order.call, why)

    def look_again(self) -> None:
        """Try every country again, and look at what is prepared: what may be shown has changed."""
        self._paused.clear()
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
            waiting=len(self._ready) + self._preparing,
            skipped=dict(self._skipped),
            paused={slug: each.why for slug, each in self._paused.items()},
            trunk=self.campaign.trunk,
            trunk_up=self._engine.up_over(self.campaign.trunk),
            channels=self._channels,
        )

    def _wait_for_slot(self) -> None:
        now = self._clock.steady()
        slot = self._grid.take(now)
        self._timer = self._later(max(0.0, slot - now), lambda: self._slot(slot))

    def _slot(self, slot: float) -> None:
        """Send the next prepared attempt, unless a limit says later, then wait for the next slot."""
        while self._ready and not self._preparer.holds(self._ready[0]):
            self._engine.cancel(self._ready.popleft().order.call, DAY_OVER)
        if self._ready and self._engine.ready and self._has_room():
            if not self._engine.hears():
                self._timer = self._later(HEARING_SECONDS, lambda: self._slot(slot))
                return
            now = self._clock.steady()
            scopes = self._scopes(self._ready[0].order)
            earliest = self._windows.earliest(scopes)
            if earliest > now:
                self._timer = self._later(earliest - now, lambda: self._slot(slot))
                return
            self._send(self._ready.popleft(), slot, scopes)
        self._fill()
        self._wait_for_slot()

    def _send(self, prepared: Prepared, slot: float, scopes: Sequence[str]) -> None:
        planned_at = self._clock.wall() + slot - self._clock.steady()
        if self._engine.send(prepared.order, planned_at):
            self._windows.wrote(scopes, self._clock.steady())
            self._sent += 1

    def _scopes(self, order: PlaceCall) -> tuple[str, ...]:
        return (*scopes_of(order.trunk), f"campaign:{self.campaign.name}")

    def _has_room(self) -> bool:
        if self._channels and self._engine.up_over(self.campaign.trunk) >= self._channels:
            return False
        return not self._concurrency or self._engine.up < self._concurrency

    def _fill(self) -> None:
        """Keep enough attempts prepared, and enough contacts at hand."""
        if len(self._ready) + self._preparing > self._low and self._contacts:
            return
        while (
            self._running
            and self._engine.ready
            and self._contacts
            and len(self._ready) + self._preparing < self._ahead
        ):
            contact = self._contacts.popleft()
            self._preparing += 1
            self._spawn(self._prepare(contact, self._planned()))
        if self._running and not self._contacts and not self._loading:
            self._loading = True
            self._spawn(self._load())

    def _planned(self) -> float:
        """Give the instant of the slot that an attempt prepared now will most likely have."""
        slot = self._grid.coming(len(self._ready) + self._preparing - 1)
        return self._clock.wall() + slot - self._clock.steady()

    async def _prepare(self, contact: Contact, planned_at: float) -> None:
        try:
            outcome = await self._preparer.prepare(contact, planned_at)
        except DiscadorError:
            # The store is away, which is told elsewhere: the contact waits there, and the next slot goes on.
            return
        finally:
            self._preparing -= 1
            self._claimed.discard(contact.id)
        if isinstance(outcome, Prepared):
            self._engine.admit(outcome.begin)
            if self._running and self._engine.ready:
                self._ready.append(outcome)
            else:
                self._engine.cancel(outcome.order.call, "the campaign was stopped, or the link was lost")
        elif isinstance(outcome, Exhausted):
            self._paused[outcome.country] = outcome
            self._drop_paused()
        else:
            self._skipped[str(outcome.no)] += 1
            self._set_aside(contact)
        self._fill()

    def _set_aside(self, contact: Contact) -> None:
        """Leave a contact alone for a moment: what we fetch is what others fetch too, and may have taken."""
        now = self._clock.steady()
        self._aside = {each: until for each, until in self._aside.items() if until > now}
        self._aside[contact.id] = now + ASIDE_SECONDS

    def _drop_paused(self) -> None:
        """Put contacts of paused countries back; in the store they are queued as before."""
        kept = [each for each in self._contacts if each.country not in self._paused]
        self._claimed.difference_update(each.id for each in self._contacts if each.country in self._paused)
        self._contacts = deque(kept)

    async def _load(self) -> None:
        """Fetch contacts that are due; when there are none look again a little later."""
        try:
            await self._fetch()
            if not self._contacts:
                await self._finish_if_over()
        except DiscadorError:
            return  # the store is away, which is told elsewhere
        finally:
            if self._contacts:
                self._look_again()
            elif self._running:
                self._later(IDLE_SECONDS, self._look_again)

    async def _fetch(self) -> None:
        now = self._clock.wall()
        # No midnight is further away: one that is was told by a clock that has been set right since.
        self._paused = {
            slug: each for slug, each in self._paused.items() if now < each.until <= now + LONGEST_PAUSE
        }
        # Those in preparation are still queued in the store: one batch more than them is asked for.
        # So are those that somebody else has, or has given back just now.
        steady = self._clock.steady()
        passed = self._claimed | {each for each, until in self._aside.items() if until > steady}
        wanted = BATCH + len(passed)
        found = await self._ledger.due(
            self.campaign.name, now, limit=wanted, not_countries=tuple(self._paused)
        )
        fresh = [each for each in found if each.id not in passed]
        self._claimed.update(each.id for each in fresh)
        self._contacts.extend(fresh)

    def _look_again(self) -> None:
        self._loading = False
        self._fill()

    async def _finish_if_over(self) -> None:
        if self._preparing or self._ready:
            return
        if await self._ledger.is_over(self.campaign.name) and self._running:
            await self._ledger.set_state(self.campaign.name, CampaignState.DONE)
            self.stop("the campaign is done")
            self._done()
