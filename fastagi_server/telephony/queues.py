"""Call queues, whose agents take the calls that a connect key sends: what Asterisk tells of them, as values.

`at` is Unix seconds in UTC as the engine saw it; a caller is known by the channel's Uniqueid, which of a call
of ours is its CallId.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class MemberState(enum.StrEnum):
    """How a member of a queue stands; one who is away is paused or cannot be reached."""

    FREE = "free"
    RINGING = "ringing"
    BUSY = "busy"
    AWAY = "away"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member; the last call ended at `last_call`, 0 for never; `wrap_up` seconds of pause follow."""

    state: MemberState
    last_call: float = 0.0
    wrap_up: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One queue as it stood when it was asked for: members by interface, callers who wait."""

    members: Mapping[str, Member]
    callers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that happened in a queue."""

    queue: str
    at: float


@dataclass(frozen=True, kw_only=True)
class MemberStands(News):
    """A member came, or stands otherwise now; None of one who left the queue."""

    interface: str
    member: Member | None


@dataclass(frozen=True, kw_only=True)
class CallerWaits(News):
    """A caller began to wait."""

    caller: str


@dataclass(frozen=True, kw_only=True)
class CallerLeft(News):
    """A caller waits no more, with an agent or without."""

    caller: str


@dataclass(frozen=True, kw_only=True)
class AgentRings(News):
    """An agent is rung for a caller."""

    caller: str
    interface: str


@dataclass(frozen=True, kw_only=True)
class AgentTook(News):
    """An agent took a caller."""

    caller: str
    interface: str


@dataclass(frozen=True, kw_only=True)
class AgentDone(News):
    """An agent's call is over."""

    caller: str
    interface: str
