"""How a campaign stands in one engine, as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastagi_server.dialer.agents import QueueStanding
from fastagi_server.dialer.route import WayStanding
from fastagi_server.pacing.why import Why
from fastagi_server.telephony.campaign import CampaignState


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a campaign stands in this engine; `paused` and `braked` say why for each country and scope.

    `trunk` is the trunk or the route that it names, `ways` are its trunks; `queues` are those whose agents
    are watched.
    """

    name: str
    state: CampaignState
    sent: int
    waiting: int
    skipped: dict[str, int]
    paused: dict[str, str] = field(default_factory=dict)
    trunk: str = ""
    ways: Sequence[WayStanding] = ()
    queues: Sequence[QueueStanding] = ()
    braked: dict[str, Why] = field(default_factory=dict)

    @property
    def trunk_up(self) -> int:
        """How many calls are up over its trunks, whoever ordered them."""
        return sum(each.up for each in self.ways)

    @property
    def channels(self) -> int:
        """How many its trunks take at once; 0 where one of them has no limit."""
        every = [each.way.channels for each in self.ways]
        return sum(every) if all(every) else 0
