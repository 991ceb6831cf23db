"""The limits that this engine shares with the others on its store: a beat twice a second, and what is told.

While the store does not answer nothing is renewed, and what is not renewed is not used.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from fastagi_server.app.rounds import Rounds
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing.sharer import BEAT_SECONDS, Sharer
from fastagi_server.pacing.shares import Beat, Deal, whole
from fastagi_server.store import shares
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError

RUN_BYTES = 8
# Another engine's turn at the store lasts milliseconds.
TRIES, AGAIN_SECONDS = 5, 0.03
# A share that moves by so much of its limit, or to nothing or from it, is worth a line.
MUCH = 0.25
_log = logging.getLogger("discador")


class Store(Protocol):
    """What sharing needs of the ledger."""

    @property
    def is_away(self) -> bool:
        """Whether the store is away as far as we know."""
        ...

    def now(self, work: Callable[[Any], Any]) -> Deferred[Any]:
        """Do a piece of work before all that waits."""
        ...


class Sharing:
    """The shared limits of one engine; `told` is given each scope whose share moves much."""

    def __init__(
        self,
        *,
        engine: str,
        run: str,
        pacer: Pacer,
        store: Store,
        clock: Clock,
        reactor: Any,
        told: Callable[[Mapping[str, object]], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._run = run
        self._pacer = pacer
        self._store = store
        self._clock = clock
        self._reactor = reactor
        self._told = told
        self._sharer = Sharer(engine=engine, run=run)
        self._last: dict[str, int] = {}
        self._lower: dict[str, float] = {}
        self._namesake = self._left = self._going = False

    def begin(self, rounds: Rounds) -> None:
        """Share from now on; until the store has answered nothing may leave."""
        self._pacer.limits.share({}, {}, self._clock.steady())
        rounds.begin("shares", BEAT_SECONDS, self.look, now=True)

    def look(self) -> None:
        """Beat, unless the last beat still lasts; a house that leaves does not wait for one."""
        if not self._going and not self._store.is_away:
            self._going = True
            ensureDeferred(self._beat()).addBoth(self._over)

    def _over(self, outcome: Any) -> None:
        self._going = False
        if isinstance(outcome, Failure) and not isinstance(outcome.value, DiscadorError):
            _log.error("the shared limits could not be renewed: %s", outcome.getTraceback())

    async def _beat(self) -> None:
        """Ask for what we could use, and keep to what we get."""
        # Before it is sent: whatever the store says is not younger than this.
        sent = self._clock.steady()
        asked = self._sharer.begin(sent, self._pacer.limits.parts.demands(sent))
        deal: Deal | None = await self._store.now(partial(shares.beat, asked=asked))
        for _ in range(TRIES):
            if deal is None and not self._left:
                await deferLater(self._reactor, AGAIN_SECONDS)
                deal = await self._store.now(partial(shares.beat, asked=asked))
        if self._left or deal is None:
            return
        self._sharer.took(deal, sent=sent, now=self._clock.steady())
        self._pacer.limits.share(self._sharer.shares, deal.limits, self._sharer.until)
        self._tell(asked, deal)

    async def leave(self) -> None:
        """Give everything back, once what we have sent last does not count any more."""
        if not self._pacer.limits.parts.are_shared:
            return
        self._left = True
        self._pacer.limits.share({}, {}, self._clock.steady())
        wait = self._pacer.limits.parts.quiet_at() - self._clock.steady()
        if wait > 0:
            await deferLater(self._reactor, wait)
        # Not waited for: the writer does what it was given before it closes.
        left = self._store.now(partial(shares.leave, run=self._run))
        left.addErrback(_not_left)

    def _tell(self, asked: Beat, deal: Deal) -> None:
        namesake = any(pulse.engine == self._engine for pulse in deal.others.values())
        if namesake and not self._namesake:
            _log.error(
                "another engine named %s is on this store, and each takes the other's calls for its own; "
                "give each its own name (the setting engine)",
                self._engine,
            )
        self._namesake = namesake
        for scope, share in self._sharer.shares.items():
            cps = deal.limits[scope]
            before = self._last.get(scope, whole(cps))
            if share != before and (not share or not before or abs(share - before) >= MUCH * whole(cps)):
                self._last[scope] = share
                _log.info(
                    "%s: %s of the limit's %g calls per second are this engine's, other engines here: %s",
                    *(scope, share, cps, len(deal.others)),
                )
                self._told({"scope": scope, "share": share, "limit": cps, "others": len(deal.others)})
        self._tell_lower(asked, deal.limits)

    def _tell_lower(self, asked: Beat, limits: Mapping[str, float]) -> None:
        """Tell once where another engine knows a lower limit than ours, which holds for us too."""
        for scope, cps in limits.items():
            ours = asked.wishes[scope].cps
            if cps < ours and self._lower.get(scope) != cps:
                self._lower[scope] = cps
                _log.warning(
                    "%s: the limit here is %g calls per second, another engine on this store has %g: the "
                    "lower one holds for all",
                    *(scope, ours, cps),
                )


def _not_left(failure: Failure) -> None:
    failure.trap(DiscadorError)  # type: ignore[no-untyped-call]
    _log.warning("our share of the limits is not given back, it lapses: %s", failure.getErrorMessage())
