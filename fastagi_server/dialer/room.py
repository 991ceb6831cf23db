"""Whether there is room for one more call of a campaign: calls up, its trunk's channels, its agents."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from fastagi_server.dialer.agents import Agents, QueueStanding


class Counts(Protocol):
    """What room needs to know of the calls that are up."""

    @property
    def up(self) -> int:
        """How many calls have left and not ended."""
        ...

    def up_over(self, trunk: str) -> int:
        """Count the calls over a trunk that have left and not ended."""
        ...


class Room:
    """The room of one campaign; `concurrency` and `channels` are 0 for no limit."""

    def __init__(
        self,
        *,
        campaign: str,
        trunk: str,
        concurrency: int,
        channels: int,
        calls: Counts,
        agents: Agents | None = None,
    ) -> None:
        self._campaign = campaign
        self._trunk = trunk
        self._concurrency = concurrency
        self.channels = channels
        self._calls = calls
        self._agents = agents

    def is_there(self) -> bool:
        """Say whether one more call may be up, whatever its country."""
        full = self.channels and self._calls.up_over(self._trunk) >= self.channels
        return not full and (not self._concurrency or self._calls.up < self._concurrency)

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
