"""Queues wired: Asterisk is asked how they stand and heard, and the records say who was abandoned."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Protocol

from twisted.internet.defer import DeferredList, ensureDeferred

from fastagi_server.ami.event import Event
from fastagi_server.app.rounds import Rounds
from fastagi_server.asterisk import queues
from fastagi_server.asterisk.trunk import Ask
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.agents import Agents, Ceilings
from fastagi_server.dialer.engine import Engine
from fastagi_server.pacing.abandonment import DAYS, Counted, Tally, is_abandoned
from fastagi_server.store import abandonment
from fastagi_server.telephony import facts
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError

LOOK_SECONDS = 2.0
_log = logging.getLogger("discador")


class Reads(Protocol):
    """The store, as far as it is read here."""

    def read(self, work: Callable[[Any], Any]) -> Awaitable[Any]:
        """Give what a piece of reading finds."""
        ...


class Queues:
    """The queues that the settings name; without any nothing is asked and nothing heard."""

    READS = queues.READS

    def __init__(
        self,
        *,
        engine: Engine,
        settings: Settings,
        countries: Sequence[Country],
        clock: Clock,
        ask: Ask,
        ledger: Reads,
    ) -> None:
        pacing = settings.pacing
        self._engine = engine
        self._clock = clock
        self._ask = ask
        self._ledger = ledger
        self._most = pacing.abandon_seconds
        self._loaded = False
        self._missing: set[str] = set()
        self.agents = Agents(
            queues={each.slug: settings.dialplan.destination_for(each.slug).queue for each in countries},
            ceilings=Ceilings(
                soft=pacing.abandon_soft,
                hard=pacing.abandon_hard,
                seconds=pacing.abandon_seconds,
                wrap_up=pacing.wrap_up_seconds,
            ),
            clock=clock,
            take=self._take,
        )
        if self.names:
            engine.watch(self.agents.watch)

    @property
    def names(self) -> tuple[str, ...]:
        """The queues that the settings name."""
        return self.agents.crews.names

    def _take(self, fact: facts.Fact) -> None:
        self._engine.take(fact)

    def after(self, fact: facts.Fact) -> None:
        """Go on after a fact that the engine has taken."""
        if isinstance(fact, facts.Connecting):
            self.agents.pressed(self._engine.known(fact.call))

    def event(self, event: Event) -> None:
        """Hear an event from Asterisk."""
        news = queues.news(event, self._clock.wall())
        if news is not None:
            self.agents.hear(news)

    def begin(self, rounds: Rounds) -> None:
        """Ask from now on how each queue stands, by itself: one that does not answer holds no other up."""
        for name in self.names:
            rounds.ask(f"queue {name}", LOOK_SECONDS, partial(self._look, name))

    async def look(self) -> None:
        """Ask how every queue stands, all at once."""
        await DeferredList([ensureDeferred(self._try(name)) for name in self.names])

    async def _try(self, name: str) -> None:
        try:
            await self._look(name)
        except DiscadorError as error:
            # The link is of use all the same; nothing leaves for a queue of which nothing is told.
            _log.warning("Asterisk does not tell how queue %s stands: %s", name, error.sentence())

    async def _look(self, name: str) -> None:
        """Ask how a queue stands; events alone would leave a mistake for ever."""
        stands = await queues.standing(name, self._ask)
        self.agents.told(name, stands)
        if stands is None and name not in self._missing:
            _log.warning("Asterisk has no queue %s: nothing leaves for it; 'queue show' lists them", name)
        (self._missing.discard if stands else self._missing.add)(name)

    async def link_up(self) -> None:
        """Know the calls that are up and how the queues stand."""
        up = (self._engine.known(call) for call in self._engine.left())
        self.agents.link_up([record for record in up if record is not None])
        await self.look()

    def link_down(self) -> None:
        """Know nothing of the queues until Asterisk is back."""
        self.agents.crews.forget()

    async def load(self) -> None:
        """Count who was abandoned in the last thirty days, once."""
        if self._loaded or not self.names:
            return
        found: list[abandonment.Press] = []
        since, call = self._clock.wall() - DAYS, ""
        while page := await self._ledger.read(_page(since, call)):
            found += page
            since, call = page[-1].queued_at, page[-1].call_id
        found.sort(key=lambda press: press.campaign)
        for campaign, presses in groupby(found, key=lambda press: press.campaign):
            self.agents.load(campaign, map(self._counted, presses))
        self._loaded = True

    def _counted(self, press: abandonment.Press) -> Counted:
        abandoned = is_abandoned(
            pressed_at=press.queued_at,
            agent_at=press.agent_at,
            ended_at=press.ended_at or press.queued_at,
            left=press.left_at is not None,
            most=self._most,
        )
        return Counted(since=press.queued_at, tally=Tally(pressed=1, abandoned=int(abandoned)))


def _page(since: float, call: str) -> Callable[[Any], list[abandonment.Press]]:
    return lambda conn: abandonment.presses(conn, since, after_call=call)
