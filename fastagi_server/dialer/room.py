"""Whether there is room for one more call of a campaign: calls up, its trunks' channels, its agents."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from fastagi_server.dialer.agents import Agents, QueueStanding
from fastagi_server.dialer.route import Route


class Counts(Protocol):
    """What room needs to know of the calls that are up."""

    @property
    def up(self) -> int:
        """How many calls have left and not ended."""
        ...


class Room:
    """The room of one campaign over its route; `concurrency` is 0 for no limit."""

    def __init__(
        self,
        *,
        campaign: str,
        route: Route,
        concurrency: int,
        calls: Counts,
        agents: Agents | None = None,
    ) -> None:
        self._campaign = campaign
        self._route = route
        self._concurrency = concurrency
        self._calls = calls
        self._agents = agents

    def is_there(self) -> bool:
        """Say whether one more call may be up, whatever its country."""
        return self._route.is_there() and (not self._concurrency or self._calls.up < self._concurrency)

    def takes(self, country: str) -> bool:
        """Say whether whoever answers in a country, and presses, may be taken by an agent."""
        return self._agents is None or self._agents.may_leave(country, self._campaign)

    def closed(self, countries: Collection[str]) -> dict[str, str]:
        """Say why nothing leaves into those of these countries that wait until Asterisk tells more."""
        whys = {} if self._agents is None else self._agents.whys()
        return {country: why for country, why in whys.items() if country in countries}

    def queues(self) -> list[QueueStanding]:
        """Say how the queues stand."""
        return [] if self._agents is None else self._agents.standings(self._campaign)
