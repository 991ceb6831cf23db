from __future__ import annotations

import dataclasses

import pytest

from fastagi_server.telephony.queues import Member, MemberState, Queue


def test_what_a_queue_is_told_as_cannot_be_changed() -> None:
    queue = Queue(members={"PJSIP/100": Member(state=MemberState.FREE)}, callers=frozenset())
    with pytest.raises(dataclasses.FrozenInstanceError):
        queue.callers = frozenset({"x"})  # type: ignore[misc]


def test_a_member_who_never_had_a_call_has_no_wrap_up() -> None:
    assert (Member(state=MemberState.AWAY).last_call, Member(state=MemberState.AWAY).wrap_up) == (0.0, 0.0)
