"""The caller-ID pools of every country, each loaded from the store for its counting period.

A new day of the country's zone is a new period: the pool is loaded anew; nothing is rewritten at midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastagi_server.callerid.day import begins_at, day_of, ends_at
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.ahead import Ahead
from fastagi_server.dialer.longlived import put_aside
from fastagi_server.dialer.ports import Uses
from fastagi_server.numbering.area import area_of
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country

# How soon a country is looked at again whose last uses another engine holds and may give back.
AGAIN_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Exhausted:
    """A country whose caller IDs are all at their cap or rest, or that has none, and until when.

    `numbers` is how many it has, `cap` the uses of each, `resting` how many rest, `zone` whose midnight
    begins the next period.
    """

    country: str
    why: str
    until: float
    numbers: int = 0
    cap: int = 0
    resting: int = 0
    zone: str = ""


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    """A pool, the day it is for, when it was loaded, and how many of its uses other engines held then."""

    since: float
    until: float
    pool: Pool
    at: float
    held: int

    def is_of(self, now: float) -> bool:
        """Say whether the instant is in its day, by the wall; asked with every call, so no calendar is."""
        return self.since <= now < self.until


class Pools:
    """One pool a country, made when first asked for; with `ahead` their uses are reserved ahead."""

    def __init__(
        self, *, countries: Mapping[str, Country], uses: Uses, clock: Clock, ahead: Ahead | None = None
    ) -> None:
        self._countries = countries
        self._uses = uses
        self._clock = clock
        self._ahead = ahead
        self._pools: dict[tuple[str, bool], _Loaded] = {}
        self._forgotten = 0

    async def of(self, country: str, *, lab: bool) -> Pool:
        """Give the country's pool for today: a lab's numbers for a lab's campaigns, ours for the others."""
        now, zone = self._clock.wall(), self._countries[country].zone
        key = (country, lab)
        known = self._pools.get(key)
        if known is not None and known.is_of(now):
            return known.pool
        forgotten = self._forgotten
        if self._ahead is not None:
            await self._ahead.recover()
        told = await self._uses.uses(country, day_of(now, zone), lab=lab)
        if forgotten != self._forgotten:
            # What was read may be older than what has changed.
            return await self.of(country, lab=lab)
        known = self._pools.get(key)
        if known is not None and known.is_of(now):
            # Several asked at once, and one of them was first.
            return known.pool
        cap = self._countries[country].cap if told.cap is None else told.cap
        pool = Pool(
            country=country,
            period=told.period,
            cap=cap,
            uses=told.uses,
            rests=told.rests,
            area=area_of,
            passed=told.passed,
        )
        if known is not None:
            self._drop(known)
        since, until = begins_at(now, zone), ends_at(now, zone)
        at = self._clock.steady()
        self._pools[key] = _Loaded(since=since, until=until, pool=pool, at=at, held=told.held)
        put_aside(len(told.uses))
        return pool

    def drawn(self, pool: Pool) -> None:
        """Take note that the pool was drawn from: it is time to reserve what comes next."""
        if self._ahead is not None:
            self._ahead.drawn(pool)

    def again(self, country: str, *, lab: bool) -> bool:
        """Load an exhausted pool anew when next asked, unless it was loaded just now; say whether."""
        known = self._pools.get((country, lab))
        if known is None:
            return True
        if self._clock.steady() - known.at < AGAIN_SECONDS:
            return False
        self._drop(self._pools.pop((country, lab)))
        return True

    def holds(self, country: str, period: str) -> bool:
        """Say whether a counting period's day still lasts."""
        return period.partition("#")[0] == day_of(self._clock.wall(), self._countries[country].zone)

    def forget(self) -> None:
        """Load anew when next asked: the inventory, a limit, a rest or a period has changed."""
        self._forgotten += 1
        for known in self._pools.values():
            self._drop(known)
        self._pools.clear()

    def exhausted(self, pool: Pool) -> Exhausted:
        """Say why a country pauses, and until when."""
        zone, now = self._countries[pool.country].zone, self._clock.wall()
        until = ends_at(now, zone)
        resting = pool.resting
        if not len(pool):
            why = "no caller ID of ours may be shown there"
        elif resting:
            why = f"all {len(pool)} caller IDs are at their cap, rest or are in quarantine"
        else:
            why = f"all {len(pool)} caller IDs are at their cap of {pool.cap} until midnight of {zone}"
        if pool.wakes is not None:
            until = min(until, max(now, pool.wakes))
        if any(each.pool is pool and each.held for each in self._pools.values()):
            until = min(until, now + AGAIN_SECONDS)
        return Exhausted(
            country=pool.country,
            why=why,
            until=until,
            numbers=len(pool),
            cap=pool.cap,
            resting=resting,
            zone=zone,
        )

    def _drop(self, known: _Loaded) -> None:
        if self._ahead is not None:
            self._ahead.drop(known.pool)
