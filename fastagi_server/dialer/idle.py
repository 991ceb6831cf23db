"""Forgets what is known of campaigns that neither run nor are stopped: an engine sees many in its life.

This file does not know who runs; it is told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from fastagi_server.dialer.brakes import Brakes
from fastagi_server.dialer.limits import Limits
from fastagi_server.pacing import scopes
from fastagi_server.pacing.slots import Slots
from fastagi_server.pacing.why import Standing

# Who stops a campaign and starts it again finds what was usual still known, and nothing that was written in
# its last second is forgotten before it counts no more.
LOOK_SECONDS = 60.0

Within = tuple[str, ...]


class Idle:
    """The idle campaigns of one engine; `buckets` names the slots of scopes, `known` remembers them."""

    def __init__(
        self,
        slots: Slots,
        brakes: Brakes,
        limits: Limits,
        *,
        buckets: Callable[[Within], Within],
        known: dict[Within, Within],
    ) -> None:
        self._slots = slots
        self._brakes = brakes
        self._limits = limits
        self._buckets = buckets
        self._known = known
        self._before: set[str] = set()
        self._looked_at = -math.inf

    def look(self, running: Iterable[str], now: float) -> None:
        """Forget the campaigns that are idle now as they were a minute ago; `running` are names."""
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        runs = {scopes.campaign(name) for name in running}
        every = {each for each in (*self._slots.scopes(), *self._brakes.scopes()) if scopes.is_campaign(each)}
        idle = {each for each in every - runs if self._brakes.standing(each) is Standing.FREE}
        for scope in idle & self._before:
            # It may have run in between.
            if now - self._limits.wrote_at(scope) >= LOOK_SECONDS:
                self._forget(scope)
        self._before = idle - self._before

    def _forget(self, scope: str) -> None:
        self._slots.forget(self._buckets((scope,)))
        self._brakes.forget(scope)
        self._limits.forget(scope)
        for within in [each for each in self._known if scope in each]:
            del self._known[within]
