from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialer.crews import STALE_SECONDS, Crews
from fastagi_server.pacing.agents import Crew
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
from tests.dialer.stage import Time

FREE, BUSY, AWAY = (Member(state=state) for state in (MemberState.FREE, MemberState.BUSY, MemberState.AWAY))


def crews(time: Time, wrap_up: float = 0.0, **members: Member) -> Crews:
    made = Crews(["ventas"], wrap_up=wrap_up, clock=time)
    made.told("ventas", Queue(members=members, callers=frozenset()))
    return made


def test_of_a_queue_that_was_not_told_nothing_is_assumed() -> None:
    time = Time()
    made = Crews(["ventas"], wrap_up=0.0, clock=time)
    assert made.why("ventas") == "Asterisk does not tell how queue ventas stands"
    assert made.crew("ventas") == Crew()

    made.told("ventas", Queue(members={"a": FREE}, callers=frozenset("u")))
    assert made.why("ventas") == ""
    assert made.crew("ventas") == Crew(free=1, waiting=1)
    assert made.is_waiting("ventas", "u")

    time.pass_by(STALE_SECONDS + 0.1)
    assert made.why("ventas") == "Asterisk does not tell how queue ventas stands"

    made.told("ventas", None)
    assert made.why("ventas") == "Asterisk has no queue ventas"
    assert made.crew("ventas") == Crew()


def test_a_lost_link_makes_everything_unknown() -> None:
    made = crews(Time(), a=FREE)
    made.forget()
    assert made.why("ventas") != ""
    assert made.crew("ventas") == Crew()


@pytest.mark.parametrize(
    ("news", "then"),
    [
        ([MemberStands(queue="ventas", at=1, interface="a", member=AWAY)], Crew(free=1)),
        ([MemberStands(queue="ventas", at=1, interface="a", member=None)], Crew(free=1)),
        ([MemberStands(queue="ventas", at=1, interface="c", member=FREE)], Crew(free=3)),
        ([MemberStands(queue="compras", at=1, interface="c", member=FREE)], Crew(free=2)),
        ([CallerWaits(queue="ventas", at=1, caller="u")], Crew(free=2, waiting=1)),
        (
            [
                CallerWaits(queue="ventas", at=1, caller="u"),
                AgentRings(queue="ventas", at=2, caller="u", interface="a"),
            ],
            Crew(free=1, ringing=1, waiting=1),
        ),
        (
            [
                CallerWaits(queue="ventas", at=1, caller="u"),
                AgentRings(queue="ventas", at=2, caller="u", interface="a"),
                CallerLeft(queue="ventas", at=3, caller="u"),
                AgentTook(queue="ventas", at=3, caller="u", interface="a"),
            ],
            Crew(free=1),
        ),
    ],
)
def test_news_move_it(news: Sequence[News], then: Crew) -> None:
    made = crews(Time(), a=FREE, b=FREE)
    for each in news:
        made.hear(each)
    assert made.crew("ventas") == then


def test_an_agent_who_wraps_up_is_not_free_yet() -> None:
    time = Time()
    made = crews(time, 5.0, a=BUSY)
    made.hear(AgentDone(queue="ventas", at=time.wall(), caller="u", interface="a"))
    freed = Member(state=MemberState.FREE, last_call=time.wall())
    made.hear(MemberStands(queue="ventas", at=time.wall(), interface="a", member=freed))
    assert made.crew("ventas").free == 0
    time.pass_by(5.0)
    assert made.crew("ventas").free == 1


def test_a_member_s_own_wrap_up_counts_where_it_is_longer() -> None:
    time = Time()
    made = crews(time, 1.0, a=Member(state=MemberState.FREE, last_call=time.wall(), wrap_up=9.0))
    time.pass_by(8.0)
    assert made.crew("ventas").free == 0
    time.pass_by(1.0)
    assert made.crew("ventas").free == 1


@pytest.mark.parametrize("apart", [-300.0, 0.0, 300.0])
def test_nobody_wraps_up_longer_than_wrap_up_whatever_asterisks_clock_says(apart: float) -> None:
    time = Time()
    ended = Member(state=MemberState.FREE, last_call=time.wall() + apart)
    assert crews(time, 0.0, a=ended).crew("ventas").free == 1

    made = crews(time, 5.0, a=BUSY)
    made.hear(AgentDone(queue="ventas", at=time.wall(), caller="u", interface="a"))
    for _ in range(4):
        time.pass_by(1.0)
        made.told("ventas", Queue(members={"a": ended}, callers=frozenset()))
        made.hear(MemberStands(queue="ventas", at=time.wall(), interface="a", member=ended))
        assert made.crew("ventas").free == 0
    time.pass_by(1.0)
    assert made.crew("ventas").free == 1


def test_an_end_of_which_only_asterisk_tells_counts_from_when_it_told() -> None:
    time = Time()
    made = crews(time, 5.0, a=Member(state=MemberState.FREE, last_call=time.wall() + 300))
    time.pass_by(4.0)
    assert made.crew("ventas").free == 0
    time.pass_by(1.0)
    assert made.crew("ventas").free == 1

    made.told(
        "ventas", Queue(members={"a": Member(state=MemberState.FREE, last_call=1.0)}, callers=frozenset())
    )
    assert made.crew("ventas").free == 1
    made.hear(MemberStands(queue="ventas", at=1, interface="a", member=None))
    assert made.crew("ventas") == Crew()


def test_when_an_agent_rang_last_is_given_once() -> None:
    made = crews(Time(), a=FREE, b=FREE)
    made.hear(AgentRings(queue="ventas", at=2.0, caller="u", interface="a"))
    made.hear(AgentRings(queue="ventas", at=7.0, caller="u", interface="b"))
    assert (made.rang_at("u"), made.rang_at("u")) == (7.0, None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("uvw"), st.integers(0, 5)), max_size=40))
def test_whatever_is_told_no_more_are_free_than_there_are_members(told: list[tuple[str, str, int]]) -> None:
    made = crews(Time(), a=FREE, b=FREE, c=FREE)
    for interface, caller, what in told:
        news: list[News] = [
            CallerWaits(queue="ventas", at=1, caller=caller),
            CallerLeft(queue="ventas", at=1, caller=caller),
            AgentRings(queue="ventas", at=1, caller=caller, interface=interface),
            AgentTook(queue="ventas", at=1, caller=caller, interface=interface),
            AgentDone(queue="ventas", at=1, caller=caller, interface=interface),
            MemberStands(queue="ventas", at=1, interface=interface, member=FREE),
        ]
        made.hear(news[what])
        crew = made.crew("ventas")
        assert crew.free + crew.ringing <= 3
        assert 0 <= crew.waiting <= 3
