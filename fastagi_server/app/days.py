"""At each zone's midnight, and at the start for those that passed unseen: the day's uses are told once.

Nothing is rewritten then: a new day is a new counting period by its name. This file counts nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from fastagi_server.callerid.day import day_before, ends_at
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country

_NEVER = (0.0, 0.0)


class Closes(Protocol):
    """What closing a day needs of the store."""

    def close_day(
        self, country: Country, yesterday: str, ended_at: float
    ) -> Awaitable[Sequence[Mapping[str, Any]]]:
        """Tell each day that is over and was not told yet; give what was told now."""
        ...


class Days:
    """Closes the days of every country, for one engine; another may be first, and then it has told."""

    def __init__(
        self,
        *,
        countries: Sequence[Country],
        store: Closes,
        clock: Clock,
        told: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._countries = countries
        self._store = store
        self._clock = clock
        self._told = told
        # From when to when there is nothing to close: the calendar is asked once a day, we each second.
        self._today: dict[str, tuple[float, float]] = {}

    async def look(self) -> None:
        """Close the days that are over since we looked last; one that cannot be told now is tried again."""
        now = self._clock.wall()
        for country in self._countries:
            begins, ends = self._today.get(country.slug, _NEVER)
            # A clock that was ahead and is set right goes on; what was told already the store knows.
            if not begins <= now < ends:
                day, ended_at = day_before(now, country.zone)
                for says in await self._store.close_day(country, day, ended_at):
                    self._told(says)
                self._today[country.slug] = (ended_at, ends_at(now, country.zone))
