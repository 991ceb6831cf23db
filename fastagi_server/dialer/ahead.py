"""Keeps uses of one engine's caller IDs reserved a little ahead of need, and gives back what is not needed.

A choice never waits for it: where nothing is reserved, the use is counted with its call. This file does not
know which number is next; the pool does.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from fastagi_server.callerid.lease import how_many
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.ports import Spawn
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.did import Lease, Leased
from fastagi_server.telephony.errors import DiscadorError

# Whoever draws a few and no more need not reserve.
EARNEST = 8
# What nobody drew from for so long is given back: others may need it.
IDLE_SECONDS = 5.0


class Reserves(Protocol):
    """What reserving needs of the store."""

    def lease(self, wish: Lease) -> Awaitable[Leased]:
        """Reserve uses durably."""
        ...

    def give_back(self, country: str | None = None, period: str | None = None) -> Awaitable[object]:
        """Give back what this engine has reserved and not taken, of one country and period or of all."""
        ...


@dataclass(kw_only=True)
class _Standing:
    """How it stands with a pool; `asked` once uses were reserved, `over` once nobody draws any more."""

    drawn: int = 0
    drawn_at: float = 0.0
    engines: int = 1
    asked: bool = False
    busy: bool = False
    over: bool = False


class Ahead:
    """Reserves for the pools of one engine."""

    def __init__(self, *, engine: str, store: Reserves, clock: Clock, spawn: Spawn) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._spawn = spawn
        self._standings: dict[Pool, _Standing] = {}
        self._recovered = False
        # Where nobody knows what is reserved: the store went away while it was asked.
        self._doubtful: set[tuple[str, str]] = set()

    async def recover(self) -> None:
        """Give back what an engine of our name had reserved when it died, before anything is chosen."""
        if not self._recovered:
            await self._store.give_back()
            self._recovered = True

    def drawn(self, pool: Pool) -> None:
        """Take note that the pool was drawn from, and reserve more when it is time to."""
        standing = self._standings.setdefault(pool, _Standing())
        standing.drawn += 1
        standing.drawn_at = self._clock.steady()
        if standing.busy or standing.drawn < EARNEST:
            return
        held = pool.reserved
        wise = how_many(None if pool.left is None else pool.left - held, standing.engines)
        if held * 2 < wise:
            standing.busy = standing.asked = True
            self._spawn(self._reserve(pool, standing, wise - held))

    def drop(self, pool: Pool) -> None:
        """Give back what is reserved for a pool; one that goes on reserves anew when it is drawn from."""
        standing = self._standings.pop(pool, None)
        if standing is not None:
            standing.over = True
            # The store's word goes before the pool's: nothing may stay reserved that nobody knows of.
            if standing.asked:
                self._let_go(pool)

    def look(self) -> None:
        """Give back what is reserved for pools that nobody draws from, and what nobody knows of."""
        for country, period in self._doubtful:
            self._spawn(self._given_back(country, period))
        self._doubtful.clear()
        now = self._clock.steady()
        for pool, standing in tuple(self._standings.items()):
            if now - standing.drawn_at >= IDLE_SECONDS:
                self.drop(pool)

    async def leave(self) -> None:
        """Give back everything: this engine ends."""
        for pool, standing in self._standings.items():
            standing.over = True
            pool.release()
        self._standings.clear()
        if self._recovered:
            await self._store.give_back()

    async def _reserve(self, pool: Pool, standing: _Standing, most: int) -> None:
        try:
            wanted = pool.propose(most)
            if not wanted:
                return
            wish = Lease(
                engine=self._engine,
                country=pool.country,
                period=pool.period,
                cap=pool.cap,
                at=self._clock.wall(),
                wanted=wanted,
            )
            try:
                told = await self._store.lease(wish)
            except DiscadorError:
                self._doubtful.add((pool.country, pool.period))
                return
            standing.engines = told.engines
            pool.grant({number: wanted[number] for number in told.granted}, told.uses)
            if standing.over:
                self._let_go(pool)
        finally:
            standing.busy = False

    def _let_go(self, pool: Pool) -> None:
        pool.release()
        self._spawn(self._given_back(pool.country, pool.period))

    async def _given_back(self, country: str, period: str) -> None:
        try:
            await self._store.give_back(country, period)
        except DiscadorError:
            self._doubtful.add((country, period))
