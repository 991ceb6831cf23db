"""What Asterisk's call queues tell: foreign words become values here and nowhere else.

app_queue rings whose device is free or unknown, who is not paused, in no call of a queue and not wrapping up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastagi_server.ami import actions
from fastagi_server.ami import queue_events as told
from fastagi_server.ami.event import Event
from fastagi_server.asterisk.trunk import Ask
from fastagi_server.asterisk.whole import whole
from fastagi_server.telephony.queues import (
    AgentDone,
    AgentRings,
    AgentTook,
    CallerLeft,
    CallerWaits,
    Member,
    MemberStands,
    MemberState,
    News,
    Queue,
)

_UNKNOWN, _NOT_IN_USE, _INVALID, _UNAVAILABLE, _RINGING = 0, 1, 4, 5, 6


async def standing(queue: str, ask: Ask) -> Queue | None:
    """Give a queue as it stands, None where Asterisk has none of that name."""
    answered = whole(await ask(actions.QueueStatus(queue=queue)))
    if not any(isinstance(event, told.QueueParams) and event.queue == queue for event in answered):
        return None
    members = {
        event.location: _member(event)
        for event in answered
        if isinstance(event, told.QueueMember) and event.queue == queue
    }
    callers = (
        event.uniqueid for event in answered if isinstance(event, told.QueueEntry) and event.queue == queue
    )
    return Queue(members=members, callers=frozenset(callers))


def news(event: Event, at: float) -> News | None:
    """Give what an event says of a queue, None where it is about none."""
    read = _READ.get(type(event))
    return None if read is None else read(event, at)


def _member(event: told.QueueMember | told.OfMember) -> Member:
    return Member(state=_state(event), last_call=float(event.last_call), wrap_up=float(event.wrapuptime))


def _state(event: told.QueueMember | told.OfMember) -> MemberState:
    if event.paused or event.status in (_INVALID, _UNAVAILABLE):
        return MemberState.AWAY
    if event.status == _RINGING:
        return MemberState.RINGING
    free = event.status in (_UNKNOWN, _NOT_IN_USE) and not event.in_call
    return MemberState.FREE if free else MemberState.BUSY


def _stands(event: told.OfMember, at: float) -> News:
    return MemberStands(queue=event.queue, at=at, interface=event.interface, member=_member(event))


def _gone(event: told.OfMember, at: float) -> News:
    return MemberStands(queue=event.queue, at=at, interface=event.interface, member=None)


def _waits(event: told.QueueCallerJoin, at: float) -> News:
    return CallerWaits(queue=event.queue, at=at, caller=event.uniqueid)


def _left(event: told.QueueCallerLeave | told.QueueCallerAbandon, at: float) -> News:
    return CallerLeft(queue=event.queue, at=at, caller=event.uniqueid)


def _rings(event: told.AgentCalled, at: float) -> News:
    return AgentRings(queue=event.queue, at=at, caller=event.uniqueid, interface=event.interface)


def _took(event: told.AgentConnect, at: float) -> News:
    return AgentTook(queue=event.queue, at=at, caller=event.uniqueid, interface=event.interface)


def _done(event: told.AgentComplete, at: float) -> News:
    return AgentDone(queue=event.queue, at=at, caller=event.uniqueid, interface=event.interface)


_READ: dict[type[Event], Callable[[Any, float], News]] = {
    told.QueueMemberStatus: _stands,
    told.QueueMemberAdded: _stands,
    told.QueueMemberPause: _stands,
    told.QueueMemberRemoved: _gone,
    told.QueueCallerJoin: _waits,
    told.QueueCallerLeave: _left,
    told.QueueCallerAbandon: _left,
    told.AgentCalled: _rings,
    told.AgentConnect: _took,
    told.AgentComplete: _done,
}
READS = frozenset(_READ)
