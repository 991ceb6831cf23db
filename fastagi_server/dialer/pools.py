"""The caller-ID pools of every country, each loaded from the store for its counting period.

A new day of the country's zone is a new period: the pool is loaded anew; nothing is rewritten at midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastagi_server.callerid.day import day_of, ends_at
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.ports import Uses
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country


@dataclass(frozen=True, kw_only=True)
class Exhausted:
    """A country whose caller IDs are all at their cap, or that has none, and until when.

    `numbers` is how many it has, `cap` the uses of each, `zone` whose midnight begins the next period.
    """

    country: str
    why: str
    until: float
    numbers: int = 0
    cap: int = 0
    zone: str = ""


class Pools:
    """One pool a country, made when first asked for."""

    def __init__(self, *, countries: Mapping[str, Country], uses: Uses, clock: Clock) -> None:
        self._countries = countries
        self._uses = uses
        self._clock = clock
        self._pools: dict[tuple[str, bool], tuple[str, Pool]] = {}
        self._forgotten = 0

    async def of(self, country: str, *, lab: bool) -> Pool:
        """Give the country's pool for today: a lab's numbers for a lab's campaigns, ours for the others."""
        day = day_of(self._clock.wall(), self._countries[country].zone)
        key = (country, lab)
        known = self._pools.get(key)
        if known is not None and known[0] == day:
            return known[1]
        forgotten = self._forgotten
        told = await self._uses.uses(country, day, lab=lab)
        if forgotten != self._forgotten:
            # What was read may be older than what has changed.
            return await self.of(country, lab=lab)
        cap = self._countries[country].cap if told.cap is None else told.cap
        pool = Pool(country=country, period=told.period, cap=cap, uses=told.uses)
        # Two may have asked at once; the first one's pool is already in use.
        current = self._pools.setdefault(key, (day, pool))
        if current[0] != day:
            current = self._pools[key] = (day, pool)
        return current[1]

    def forget(self) -> None:
        """Load anew when next asked: the inventory, a limit or a period has changed."""
        self._forgotten += 1
        self._pools.clear()

    def exhausted(self, pool: Pool) -> Exhausted:
        """Say why a country pauses, and until when."""
        zone = self._countries[pool.country].zone
        until = ends_at(self._clock.wall(), zone)
        if not len(pool):
            why = "no caller ID of ours may be shown there"
        else:
            why = f"all {len(pool)} caller IDs are at their cap of {pool.cap} until midnight of {zone}"
        return Exhausted(
            country=pool.country, why=why, until=until, numbers=len(pool), cap=pool.cap, zone=zone
        )
