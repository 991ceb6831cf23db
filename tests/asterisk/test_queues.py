from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from fastagi_server.ami import queue_events as told
from fastagi_server.ami.action import Action
from fastagi_server.ami.actions import QueueStatus
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.asterisk import queues
from fastagi_server.asterisk.errors import BrokenListError
from fastagi_server.telephony.queues import (
    AgentDone,
    AgentRings,
    AgentTook,
    CallerLeft,
    CallerWaits,
    Member,
    MemberStands,
    MemberState,
    Queue,
)

ANA = "PJSIP/100"
WHO = {"queue": "ventas", "interface": ANA}
CALLER = {"queue": "ventas", "channel": "PJSIP/carrier-1", "uniqueid": "u"}


@pytest.mark.parametrize(
    ("status", "more", "state"),
    [
        (1, {}, MemberState.FREE),
        (0, {}, MemberState.FREE),  # app_queue rings a device of which it knows nothing
        (1, {"in_call": 1}, MemberState.BUSY),
        (2, {}, MemberState.BUSY),
        (3, {}, MemberState.BUSY),
        (6, {}, MemberState.RINGING),
        (7, {}, MemberState.BUSY),
        (8, {}, MemberState.BUSY),
        (4, {}, MemberState.AWAY),
        (5, {}, MemberState.AWAY),
        (1, {"paused": 1}, MemberState.AWAY),
        (2, {"paused": 1}, MemberState.AWAY),
    ],
)
def test_a_member_s_device_says_whether_a_call_may_come(status: int, more: Any, state: MemberState) -> None:
    event = told.QueueMemberStatus(**WHO, status=status, last_call=7, wrapuptime=5, **more)

    assert queues.news(event, 9.0) == MemberStands(
        queue="ventas", at=9.0, interface=ANA, member=Member(state=state, last_call=7.0, wrap_up=5.0)
    )


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (told.QueueCallerJoin(**CALLER), CallerWaits),
        (told.QueueCallerLeave(**CALLER), CallerLeft),
        (told.QueueCallerAbandon(**CALLER), CallerLeft),
    ],
)
def test_callers_come_and_go(event: Event, kind: type[Any]) -> None:
    assert queues.news(event, 9.0) == kind(queue="ventas", at=9.0, caller="u")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (told.AgentCalled(**CALLER, interface=ANA), AgentRings),
        (told.AgentConnect(**CALLER, interface=ANA), AgentTook),
        (told.AgentComplete(**CALLER, interface=ANA), AgentDone),
    ],
)
def test_agents_ring_and_take_and_are_done(event: Event, kind: type[Any]) -> None:
    assert queues.news(event, 9.0) == kind(queue="ventas", at=9.0, caller="u", interface=ANA)


def test_whoever_leaves_the_queue_is_nobody() -> None:
    gone = queues.news(told.QueueMemberRemoved(**WHO), 9.0)
    assert gone == MemberStands(queue="ventas", at=9.0, interface=ANA, member=None)
    assert queues.news(Event(), 9.0) is None


def _answer(*listed: Event, items: int | None = None) -> Callable[[Action], Coroutine[Any, Any, Answered]]:
    async def ask(action: Action) -> Answered:
        assert action == QueueStatus(queue="ventas")
        end = told.QueueStatusComplete(
            event_list="Complete", list_items=len(listed) if items is None else items
        )
        return Answered(
            action_id="1",
            action=action,
            response=Response(response="Success"),
            events=listed,
            end=end,
        )

    return ask


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError


def test_a_queue_is_told_whole() -> None:
    ask = _answer(
        told.QueueParams(queue="ventas", calls=1),
        told.QueueMember(queue="ventas", location=ANA, status=1),
        told.QueueEntry(queue="ventas", position=1, channel="c", uniqueid="u"),
    )

    assert _run(queues.standing("ventas", ask)) == Queue(
        members={ANA: Member(state=MemberState.FREE)}, callers=frozenset({"u"})
    )


def test_a_queue_that_is_not_there_is_none_and_a_short_list_is_not_believed() -> None:
    assert _run(queues.standing("ventas", _answer())) is None
    with pytest.raises(BrokenListError):
        _run(queues.standing("ventas", _answer(told.QueueParams(queue="ventas", calls=0), items=2)))
