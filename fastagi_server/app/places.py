"""The place of a call by hand among the calls of a second: waited for before, and taken at its write.

Between the question whether there is one and the Originate lie a commit and a look at the list; a place that
was taken before them could be gone over by as many calls as leave meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from twisted.internet.task import deferLater

from fastagi_server.app.errors import StoppedByHandError
from fastagi_server.app.routes import Routes
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.pacer import IDLE_SECONDS, Pacer
from fastagi_server.dialer.show import Wish
from fastagi_server.pacing import scopes
from fastagi_server.telephony.clock import Clock

# How soon it is looked again where nothing says when there is a place.
MOMENT_SECONDS = 0.02


class Places:
    """The places of one engine's calls by hand, under every limit that a campaign's calls are under."""

    def __init__(self, *, pacer: Pacer, engine: Engine, routes: Routes, clock: Clock, reactor: Any) -> None:
        self._pacer = pacer
        self._engine = engine
        self._routes = routes
        self._clock = clock
        self._reactor = reactor
        self.leads_here = routes.leads_here

    async def trunk(self, route: str) -> str:
        """Give the trunk of a route that can take a call by hand now, or else one that says why it cannot."""
        return await self._routes.by_hand(route, self._engine.up_over)

    async def room(self, wish: Wish) -> None:
        """Wait until one more such call is within its limits; nothing is taken by it.

        Where no call may go anywhere at all it is not waited: who looks last says why.
        Raises StoppedByHandError where an operator has stopped the trunk, or everything, also meanwhile.
        """
        within = _within(wish)
        while True:
            stopped = self._pacer.stopped_by_hand(wish.trunk)
            if stopped is not None:
                raise StoppedByHandError(trunk=wish.trunk, who=stopped.says["who"], why=stopped.says["text"])
            wait = self._wait(within)
            if wait <= 0 or self._engine.why_not:
                return
            self._pacer.limits.parts.waits(within)
            await deferLater(self._reactor, min(wait, IDLE_SECONDS))

    def take(self, wish: Wish) -> str:
        """Take a place for a call that is written in this very turn; give its Asterisk, "" for none now."""
        within, now = _within(wish), self._clock.steady()
        if self._pacer.stopped_by_hand(wish.trunk) or self._wait(within) > 0:
            return ""
        asterisk = self._pacer.lanes.next(math.inf, now)
        if asterisk is None:
            return ""
        self._pacer.wrote((*within, scopes.asterisk(asterisk)), now)
        return asterisk

    def _wait(self, within: Sequence[str]) -> float:
        """Give how long there surely is no place; a moment where every Asterisk is slow or looked at."""
        wait = self._pacer.held_until(within) - self._clock.steady()
        return wait if self._pacer.lanes.open() else max(wait, MOMENT_SECONDS)


def _within(wish: Wish) -> tuple[str, ...]:
    """Give the scopes that such a call is in, but for its Asterisk's."""
    campaign = (scopes.campaign(wish.campaign),) if wish.campaign else ()
    return (*scopes.over(wish.trunk), scopes.country(wish.country), *campaign)
