"""What a real Asterisk said of its queues, as types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastagi_server.ami import queue_events as q
from fastagi_server.ami.parsing import WANTED, parser_of
from tests.ami.test_events import heard


def test_a_queue_as_it_is_listed(transcript: Callable[[str], Any]) -> None:
    said = transcript("errors").server
    assert heard(said, q.QueueParams) == [q.QueueParams(action_id="rec-3", queue="recorded", calls=0)]
    (member,) = heard(said, q.QueueMember)
    assert (member.name, member.location, member.status) == ("Agent One", "Local/ring@recorded_callee", 1)
    assert (member.in_call, member.paused, member.wrapuptime) == (0, 0, 0)


def test_events_that_only_share_their_fields_are_no_events() -> None:
    assert "OfMember" not in WANTED
    assert {"QueueMemberStatus", "QueueCallerJoin", "AgentConnect"} < WANTED


def test_a_caller_s_own_channel_is_read_and_not_the_agent_s() -> None:
    raw = (
        b"Event: AgentConnect\r\nPrivilege: agent,all\r\nChannel: PJSIP/carrier-1\r\nUniqueid: ours\r\n"
        b"Linkedid: ours\r\nDestChannel: PJSIP/100-2\r\nDestUniqueid: theirs\r\nQueue: ventas\r\n"
        b"MemberName: Ana\r\nInterface: PJSIP/100\r\nRingTime: 3\r\nHoldTime: 5"
    )

    assert parser_of("AgentConnect")(raw) == q.AgentConnect(
        channel="PJSIP/carrier-1",
        uniqueid="ours",
        linkedid="ours",
        queue="ventas",
        interface="PJSIP/100",
        hold_time=5,
        ring_time=3,
    )
