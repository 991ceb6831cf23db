"""How a campaign stands in one engine, as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastagi_server.dialer.agents import QueueStanding
from fastagi_server.pacing.why import Why
from fastagi_server.telephony.campaign import CampaignState


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a campaign stands in this engine; `paused` and `braked` say why for each country and scope.

    `trunk_up` calls are up over its trunk, whoever ordered them, of `channels`, 0 for no limit; `queues` are
    those whose agents are watched.
    """

    name: str
    state: CampaignState
    sent: int
    waiting: int
    skipped: dict[str, int]
    paused: dict[str, str] = field(default_factory=dict)
    trunk: str = ""
    trunk_up: int = 0
    channels: int = 0
    queues: Sequence[QueueStanding] = ()
    braked: dict[str, Why] = field(default_factory=dict)
