from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from fastagi_server.agi.errors import Gone
from fastagi_server.agi.script import Agi
from fastagi_server.asterisk.fastagi import KNOWN_HOSTS

MakePort = Callable[..., Any]


async def greet(agi: Agi) -> None:
    await agi.set_variable("HELLO", agi.request.uniqueid)


async def two_questions(agi: Agi) -> None:
    name = await agi.get_variable("NAME")
    await agi.set_variable("HELLO", name or "nobody")


async def quiet(agi: Agi) -> None:
    pass


# Who may ask


def test_a_stranger_is_closed_at_once_and_unheard(fastagi: MakePort) -> None:
    ran: list[Agi] = []

    async def script(agi: Agi) -> None:
        ran.append(agi)

    port = fastagi(script)
    stranger = port.called_by("192.0.2.1")
    stranger.asks()

    assert stranger.closed
    assert stranger.gets() == b""
    assert ran == []
    assert (port.counts.strangers, port.counts.open, port.counts.served) == (1, 0, 0)
    assert port.clock.getDelayedCalls() == []


def test_a_stranger_who_knocks_all_day_is_logged_once(fastagi: MakePort) -> None:
    port = fastagi(greet)
    for _ in range(50):
        assert port.called_by("192.0.2.1").closed

    assert port.counts.strangers == 50
    assert port.log == ["FastAGI: 192.0.2.1 may not ask; fastagi.permit does not name it"]


def test_strangers_from_everywhere_do_not_fill_the_memory(fastagi: MakePort) -> None:
    port = fastagi(greet, ["127.0.0.1"])
    for number in range(KNOWN_HOSTS + 500):
        assert not port.port._permitted(f"2001:db8::{number:x}")

    assert port.port._permitted.cache_info().currsize == KNOWN_HOSTS
    assert not port.called_by("127.0.0.1").closed


# A session


def test_a_request_is_answered_and_the_session_closed(fastagi: MakePort) -> None:
    port = fastagi(greet)
    asterisk = port.called_by()
    asterisk.asks()
    assert asterisk.hears() == ['SET VARIABLE "HELLO" "c-17"']
    assert not asterisk.closed

    asterisk.says("200 result=1")

    assert asterisk.closed
    assert not asterisk.wire.aborted
    assert asterisk.wire.no_delay
    assert (port.counts.served, port.counts.failed, port.counts.open) == (1, 0, 0)
    assert port.log == []
    assert port.clock.getDelayedCalls() == []


def test_a_request_cut_anywhere_is_the_same(fastagi: MakePort) -> None:
    asterisk = fastagi(greet).called_by()
    for byte in asterisk.REQUEST:
        asterisk.sends(bytes([byte]))

    assert asterisk.hears() == ['SET VARIABLE "HELLO" "c-17"']


def test_connect_then_close_says_nothing(fastagi: MakePort) -> None:
    port = fastagi(greet)
    asterisk = port.called_by()
    asterisk.hangs_up()

    assert asterisk.gets() == b""
    assert port.log == []
    assert (port.counts.open, port.counts.failed) == (0, 0)
    assert port.clock.getDelayedCalls() == []


def test_a_hang_up_in_mid_session_goes_on_to_the_end(fastagi: MakePort) -> None:
    port = fastagi(two_questions)
    asterisk = port.called_by()
    asterisk.asks()
    asterisk.gets()
    asterisk.sends(b"HANGUP\n")
    assert asterisk.hears() == []

    asterisk.says("200 result=1 (Ana)")

    assert asterisk.hears() == ['SET VARIABLE "HELLO" "Ana"']
    asterisk.sends(b"200 result=1\nHANGUP\n")
    assert asterisk.closed
    assert port.log == []


def test_a_line_that_breaks_in_mid_session_runs_the_scripts_way_out(fastagi: MakePort) -> None:
    left: list[str] = []

    async def script(agi: Agi) -> None:
        try:
            await agi.noop()
        except Gone:
            left.append("gone")
            raise

    port = fastagi(script)
    asterisk = port.called_by()
    asterisk.asks()
    asterisk.hangs_up()

    assert left == ["gone"]
    assert (port.counts.served, port.counts.failed, port.log) == (1, 0, [])


def test_a_failing_script_is_logged_and_its_session_closed(fastagi: MakePort) -> None:
    async def script(agi: Agi) -> None:
        raise KeyError("a mistake of ours")

    port = fastagi(script)
    asterisk = port.called_by()
    asterisk.asks()

    assert asterisk.closed
    assert port.log == [
        "FastAGI: a script failed, the dialplan's default stands: KeyError('a mistake of ours')"
    ]
    assert (port.counts.served, port.counts.failed) == (1, 1)


def test_our_own_errors_are_logged_as_their_sentences(fastagi: MakePort) -> None:
    async def script(agi: Agi) -> None:
        await agi.set_variable("A", "two\nlines")

    port = fastagi(script)
    port.called_by().asks()

    assert len(port.log) == 1
    assert "it should be" in port.log[0]


def test_who_does_not_speak_agi_is_closed_and_logged(fastagi: MakePort) -> None:
    port = fastagi(greet)
    asterisk = port.called_by()
    asterisk.sends(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert asterisk.closed
    assert port.counts.failed == 1
    assert "does not speak AGI" in port.log[0]


def test_what_comes_after_the_end_is_not_answered(fastagi: MakePort) -> None:
    port = fastagi(quiet)
    asterisk = port.called_by()
    asterisk.asks()
    asterisk.sends(b"200 result=1\nHANGUP\n")

    assert asterisk.gets() == b""
    assert asterisk.closed
    assert port.counts.served == 1


# Its limits


def test_silence_is_given_up(fastagi: MakePort) -> None:
    port = fastagi(greet, idle=5)
    asterisk = port.called_by()
    port.clock.advance(4.9)
    assert not asterisk.closed
    port.clock.advance(0.1)

    assert asterisk.closed
    assert asterisk.wire.aborted
    assert port.counts.reasons == {"Asterisk said nothing in time": 1}
    assert port.counts.open == 0
    assert len(port.log) == 1


def test_an_unanswered_question_is_given_up(fastagi: MakePort) -> None:
    port = fastagi(greet, idle=5)
    asterisk = port.called_by()
    port.clock.advance(4)
    asterisk.asks()
    port.clock.advance(4.9)
    assert not asterisk.closed
    port.clock.advance(0.1)

    assert asterisk.closed
    assert port.counts.failed == 0


def test_who_trickles_is_ended_by_the_whole_sessions_limit(fastagi: MakePort) -> None:
    port = fastagi(greet, idle=5, session=30)
    asterisk = port.called_by()
    for _ in range(29):
        asterisk.sends(b"agi_x: " if asterisk.protocol._drive.agi is None else b"y")
        port.clock.advance(1)
    assert not asterisk.closed
    port.clock.advance(1)

    assert asterisk.closed
    assert port.counts.reasons == {"the session took too long": 1}


def test_a_script_may_wait_for_something_of_ours(fastagi: MakePort) -> None:
    commit: Deferred[str] = Deferred()

    async def script(agi: Agi) -> None:
        await agi.set_variable("DONE", await commit)

    port = fastagi(script)
    asterisk = port.called_by()
    asterisk.asks()
    assert asterisk.hears() == []
    commit.callback("yes")

    assert asterisk.hears() == ['SET VARIABLE "DONE" "yes"']
    asterisk.says("200 result=1")
    assert asterisk.closed


def test_a_commit_that_fails_is_the_scripts_to_see(fastagi: MakePort) -> None:
    commit: Deferred[str] = Deferred()

    async def script(agi: Agi) -> None:
        try:
            await commit
        except ValueError as error:
            await agi.verbose(str(error))

    asterisk = fastagi(script).called_by()
    asterisk.asks()
    commit.errback(ValueError("the disk is full"))

    assert asterisk.hears() == ['VERBOSE "the disk is full" "1"']


def test_many_waits_in_one_session(fastagi: MakePort) -> None:
    waits: list[Deferred[None]] = []

    async def script(agi: Agi) -> None:
        for _ in range(3):
            waits.append(Deferred())
            await waits[-1]
            await agi.noop()

    asterisk = fastagi(script).called_by()
    asterisk.asks()
    for _ in range(3):
        waits[-1].callback(None)
        assert asterisk.hears() == ["NOOP"]
        asterisk.says("200 result=0")

    assert asterisk.closed


def test_our_own_slowness_is_given_up_and_named(fastagi: MakePort) -> None:
    commit: Deferred[None] = Deferred()

    async def script(agi: Agi) -> None:
        await commit

    port = fastagi(script, idle=1, own=5, session=30)
    asterisk = port.called_by()
    asterisk.asks()
    port.clock.advance(2)
    asterisk.sends(b"HANGUP\n")  # Asterisk may speak meanwhile; our own time is not longer for it
    port.clock.advance(2.9)
    assert not asterisk.closed
    port.clock.advance(0.1)

    assert asterisk.closed
    assert port.counts.reasons == {"our own answer took too long": 1}
    commit.callback(None)
    assert asterisk.gets() == b""


def test_after_our_own_slowness_asterisk_has_its_whole_time(fastagi: MakePort) -> None:
    commit: Deferred[None] = Deferred()

    async def script(agi: Agi) -> None:
        await commit
        await agi.noop()

    port = fastagi(script, idle=5, own=5)
    asterisk = port.called_by()
    asterisk.asks()
    port.clock.advance(4.9)
    commit.callback(None)
    port.clock.advance(4.9)
    assert not asterisk.closed
    asterisk.says("200 result=0")

    assert asterisk.closed
    assert port.counts.reasons == {}


def test_an_answer_of_ours_after_the_line_broke_is_let_go(fastagi: MakePort) -> None:
    commit: Deferred[None] = Deferred()

    async def script(agi: Agi) -> None:
        await commit
        await agi.noop()

    port = fastagi(script)
    asterisk = port.called_by()
    asterisk.asks()
    asterisk.hangs_up()
    commit.callback(None)

    assert asterisk.gets() == b""
    assert (port.counts.open, port.counts.served, port.counts.failed) == (0, 1, 0)


def test_a_failure_of_ours_after_the_line_broke_is_still_logged(fastagi: MakePort) -> None:
    commit: Deferred[None] = Deferred()

    async def script(agi: Agi) -> None:
        await commit

    port = fastagi(script)
    asterisk = port.called_by()
    asterisk.asks()
    asterisk.hangs_up()
    commit.errback(ValueError("the disk is full"))

    assert port.counts.failed == 1
    assert "the disk is full" in port.log[0]


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_a_way_out_that_waits_for_something_of_ours_is_seen_to_its_end(fastagi: MakePort, ends: str) -> None:
    commit: Deferred[None] = Deferred()
    done: list[str] = []

    async def script(agi: Agi) -> None:
        try:
            await agi.noop()
        finally:
            await commit
            done.append("kept")

    port = fastagi(script)
    asterisk = port.called_by()
    asterisk.asks()
    asterisk.gets()
    asterisk.hangs_up()
    assert port.counts.open == 0
    if ends == "well":
        commit.callback(None)
    else:
        commit.errback(ValueError("the disk is full"))

    assert done == (["kept"] if ends == "well" else [])
    assert port.counts.failed == (0 if ends == "well" else 1)
    assert asterisk.gets() == b""
    assert port.clock.getDelayedCalls() == []


def test_no_more_sessions_at_once_than_the_limit(fastagi: MakePort) -> None:
    port = fastagi(greet, sessions=2)
    first, second = port.called_by(), port.called_by()
    for _ in range(10):
        assert port.called_by().closed
    assert (port.counts.open, port.counts.turned_away) == (2, 10)
    assert port.log == ["FastAGI: 2 sessions are open; others are turned away"]

    first.hangs_up()
    third = port.called_by()

    assert not third.closed
    assert port.counts.open == 2
    assert port.called_by().closed
    second.hangs_up()
    third.hangs_up()
    assert port.counts.open == 0


def test_a_stranger_does_not_take_a_session(fastagi: MakePort) -> None:
    port = fastagi(greet, sessions=1)
    port.called_by("192.0.2.1")

    assert not port.called_by().closed
