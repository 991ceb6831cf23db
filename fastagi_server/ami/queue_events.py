"""The manager's events of call queues, as app_queue tells them; those of the class `agent`, and QueueStatus.

This file does not know bytes. A status is a device's: 0 unknown, 1 free, 2 in use, 3 busy, 4 invalid,
5 unavailable, 6 ringing, 7 ringing and in use, 8 on hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastagi_server.ami.event import Complete, Event, Item, OfChannel


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueParams(Item):
    """One queue."""

    queue: str
    calls: int
    completed: int = 0
    abandoned: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMember(Item):
    """One member of a queue; `last_call` and `wrapuptime` are Unix seconds and seconds."""

    queue: str
    name: str = ""
    location: str
    status: int
    paused: int = 0
    in_call: int = 0
    last_call: int = 0
    wrapuptime: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueEntry(Item):
    """One caller who waits in a queue."""

    queue: str
    position: int
    channel: str
    uniqueid: str = ""
    wait: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStatusComplete(Complete):
    """The queues are listed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfMember(Event):
    """An event that tells how a member of a queue stands."""

    queue: str
    interface: str
    member_name: str = ""
    status: int = 0
    paused: int = 0
    in_call: int = 0
    last_call: int = 0
    wrapuptime: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMemberStatus(OfMember):
    """A member's device, or what we are told of it, changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMemberAdded(OfMember):
    """A member joined a queue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMemberRemoved(OfMember):
    """A member left a queue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMemberPause(OfMember):
    """A member paused, or came back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCallerJoin(OfChannel):
    """A caller began to wait in a queue."""

    queue: str
    position: int = 0
    count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCallerLeave(OfChannel):
    """A caller waits no more: an agent took the call, or the wait was over without one."""

    queue: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCallerAbandon(OfChannel):
    """A caller hung up waiting; `hold_time` are whole seconds."""

    queue: str
    hold_time: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentCalled(OfChannel):
    """An agent is rung for a caller, whose channel this is."""

    queue: str
    interface: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentConnect(OfChannel):
    """An agent took a call; `hold_time` is the caller's whole wait, `ring_time` that agent's, in seconds."""

    queue: str
    interface: str
    hold_time: int = 0
    ring_time: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentComplete(OfChannel):
    """An agent's call is over; `reason` says who ended it: agent, caller or transfer."""

    queue: str
    interface: str
    talk_time: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentRingNoAnswer(OfChannel):
    """An agent was rung and did not take the call; `ring_time` here is in milliseconds."""

    queue: str
    interface: str
    ring_time: int = 0
