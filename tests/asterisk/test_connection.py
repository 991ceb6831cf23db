from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.testing import Clock

from fastagi_server.ami import actions, events
from fastagi_server.ami.errors import LoginRefusedError
from fastagi_server.ami.login import md5_key
from fastagi_server.asterisk.connection import READ_BYTES, RECEIVE_BUFFER, Connection, Credentials, Patience
from fastagi_server.asterisk.errors import OutcomeUnknownError, RefusedError

HANGUP = ("Event: Hangup", "Channel: c", "Uniqueid: u", "Cause: 16")
ORIGINATE = actions.Originate(channel="PJSIP/1@carrier", context="discador_mexico")


def test_it_greets_we_are_challenged_we_are_in(alone: Any) -> None:
    asterisk = alone.asterisk
    assert asterisk.hears() == []  # Asterisk speaks first

    asterisk.greets()
    asked = asterisk.hears_one("Challenge")
    asterisk.answers(asked, "Challenge: 4711")
    login = asterisk.hears_one("Login")
    asterisk.answers(login, "Message: Authentication accepted")

    assert (login["Username"], login["AuthType"]) == ("discador", "MD5")
    assert login["Key"] == md5_key("4711", "it is a secret")
    assert "Secret" not in login
    assert alone.up == [None]
    assert alone.connection.banner == "Asterisk Call Manager/11.0.0"


def test_a_plain_login_where_it_is_wanted(alone_with: Callable[..., Any]) -> None:
    alone = alone_with(secret=lambda: "s", md5=False)
    alone.asterisk.greets()

    login = alone.asterisk.hears_one("Login")
    alone.asterisk.answers(login)

    assert login["Secret"] == "s"
    assert alone.up == [None]


def test_bytes_cut_anywhere_say_the_same(alone: Any, said: Callable[..., bytes]) -> None:
    alone.asterisk.lets_in()
    for byte in said(*HANGUP):
        alone.asterisk.sends(bytes([byte]))

    assert alone.events == [events.Hangup(channel="c", uniqueid="u", cause=16)]


@pytest.mark.parametrize("refused_at", ["Challenge", "Login"])
def test_a_refused_login_is_told_and_ends_the_connection(alone: Any, refused_at: str) -> None:
    asterisk = alone.asterisk
    asterisk.greets()
    asked = asterisk.hears_one("Challenge")
    if refused_at == "Login":
        asterisk.answers(asked, "Challenge: 4711")
        asked = asterisk.hears_one("Login")
    asterisk.answers(asked, "Message: Authentication failed", response="Error")

    (failure,) = alone.up
    assert isinstance(failure.value, LoginRefusedError)
    assert "Authentication failed" in str(failure.value)
    assert asterisk.closed
    assert alone.down == [str(failure.value)]


def test_a_challenge_without_a_challenge_is_no_login(alone: Any) -> None:
    alone.asterisk.greets()
    alone.asterisk.answers(alone.asterisk.hears_one("Challenge"))

    assert isinstance(alone.up[0].value, LoginRefusedError)
    assert alone.asterisk.closed


@pytest.mark.parametrize("secret", ["two\r\nlines", "x" * 2000])
def test_a_secret_that_cannot_be_said_is_not_said(alone_with: Callable[..., Any], secret: str) -> None:
    alone = alone_with(secret=lambda: secret, md5=False)
    alone.asterisk.greets()

    assert alone.asterisk.hears() == []
    assert "secret" in str(alone.up[0].value)
    assert secret not in str(alone.up[0].value)
    assert alone.asterisk.closed


def test_a_secret_that_cannot_be_read_ends_the_connection(alone_with: Callable[..., Any]) -> None:
    def unreadable() -> str:
        raise PermissionError(13, "Permission denied")

    alone = alone_with(secret=unreadable)
    alone.asterisk.greets()

    assert isinstance(alone.up[0].value, PermissionError)
    assert alone.asterisk.closed


@pytest.mark.parametrize("silent_from", ["the beginning", "the banner", "the challenge"])
def test_silence_at_the_login_ends_it(alone: Any, silent_from: str) -> None:
    if silent_from != "the beginning":
        alone.asterisk.greets()
    if silent_from == "the challenge":
        alone.asterisk.answers(alone.asterisk.hears_one("Challenge"), "Challenge: 4711")
    alone.clock.advance(Patience().action - 0.01)
    assert not alone.asterisk.closed

    alone.clock.advance(0.02)

    assert alone.asterisk.closed
    assert "in time" in str(alone.up[0].value)
    assert alone.clock.getDelayedCalls() == []


def test_who_is_no_manager_is_left(alone: Any) -> None:
    alone.asterisk.sends(b"SSH-2.0-OpenSSH_9.2\r\n")

    assert alone.asterisk.closed
    assert "greeted" in alone.down[0]


def test_an_answer_finds_its_question_in_any_order(alone: Any, outcome: Callable[[Any], list[Any]]) -> None:
    alone.asterisk.lets_in()
    first, second = outcome(alone.connection.ask(actions.Ping())), outcome(alone.connection.ask(ORIGINATE))
    ping, originate = alone.asterisk.hears()

    alone.asterisk.answers(originate, "Message: queued")
    assert (first, len(second)) == ([], 1)
    alone.asterisk.answers(ping, "Ping: Pong")

    assert second[0].response.message == "queued"
    assert first[0].response.headers.get("Ping") == "Pong"


def test_a_refusal_says_why(alone: Any, outcome: Callable[[Any], list[Any]]) -> None:
    alone.asterisk.lets_in()
    told = outcome(alone.connection.ask(ORIGINATE))
    alone.asterisk.answers(
        alone.asterisk.hears_one("Originate"), "Message: Permission denied", response="Error"
    )

    assert isinstance(told[0], RefusedError)
    assert told[0].details == {"action": "Originate", "why": "Permission denied"}


def test_no_answer_in_time_is_unknown_and_the_late_answer_an_orphan(
    alone: Any, outcome: Callable[[Any], list[Any]]
) -> None:
    alone.asterisk.lets_in()
    told = outcome(alone.connection.ask(ORIGINATE, seconds=3))
    asked = alone.asterisk.hears_one("Originate")

    alone.clock.advance(3)
    assert [type(one) for one in told] == [OutcomeUnknownError]
    alone.asterisk.answers(asked)

    assert len(told) == 1
    assert alone.connection.orphans == 1
    assert not alone.asterisk.closed


def test_a_link_lost_tells_each_who_waits_once(alone: Any, outcome: Callable[[Any], list[Any]]) -> None:
    alone.asterisk.lets_in()
    told = [outcome(alone.connection.ask(action)) for action in (ORIGINATE, actions.Ping(), ORIGINATE)]

    alone.asterisk.hangs_up()

    assert [[type(one) for one in each] for each in told] == [[OutcomeUnknownError]] * 3
    assert {str(each[0].details["why"]) for each in told} == set(alone.down)
    assert alone.down == ["the link was lost (Connection was closed cleanly)"]
    assert alone.clock.getDelayedCalls() == []


def test_a_question_that_nobody_waits_for_any_more_is_let_go(
    alone: Any, outcome: Callable[[Any], list[Any]]
) -> None:
    alone.asterisk.lets_in()
    given_up = [alone.connection.ask(ORIGINATE) for _ in range(2)]
    told = [outcome(each.addTimeout(1, alone.clock)) for each in given_up]
    answered, _ = alone.asterisk.hears()
    alone.clock.advance(1)

    alone.asterisk.answers(answered)
    alone.asterisk.hangs_up()

    assert [[type(one).__name__ for one in each] for each in told] == [["TimeoutError"]] * 2


def test_it_is_asked_whether_it_is_there_for_as_long_as_it_is(alone: Any) -> None:
    alone.asterisk.lets_in()
    for _ in range(3):
        alone.clock.advance(Patience().keepalive)
        alone.asterisk.answers(alone.asterisk.hears_one("Ping"), "Ping: Pong")

    assert not alone.asterisk.closed


def test_a_link_that_is_silent_is_dead_within_four_seconds_and_its_reason_is_the_one_told(
    alone: Any, outcome: Callable[[Any], list[Any]]
) -> None:
    alone.asterisk.lets_in()
    told = outcome(alone.connection.ask(ORIGINATE))
    alone.clock.pump([0.05] * 59)
    assert not alone.asterisk.closed
    alone.clock.pump([0.05] * 20)

    assert alone.asterisk.closed
    assert alone.down == ["it was silent for 3 s"]
    assert [type(one) for one in told] == [OutcomeUnknownError]
    assert alone.clock.getDelayedCalls() == []


def test_a_link_that_speaks_and_does_not_answer_has_as_long_as_any_action(
    alone: Any, said: Callable[..., bytes]
) -> None:
    alone.asterisk.lets_in()
    for _ in range(15):
        alone.clock.pump([0.05] * 10)
        if alone.asterisk.closed:
            break
        alone.asterisk.sends(said("Event: PeerStatus"))
    seen = alone.clock.seconds()

    assert alone.down == ["no answer to a Ping"]
    assert seen == pytest.approx(Patience().keepalive + Patience().action, abs=0.6)


def test_a_link_whose_answers_take_long_is_no_dead_one(alone: Any) -> None:
    alone.asterisk.lets_in()
    waiting: list[tuple[float, dict[str, Any]]] = []
    for _ in range(400):
        alone.clock.advance(0.05)
        waiting += [(alone.clock.seconds() + 2.5, asked) for asked in alone.asterisk.hears()]
        while waiting and waiting[0][0] <= alone.clock.seconds():
            alone.asterisk.answers(waiting.pop(0)[1], "Ping: Pong")
        # Somebody calls all the time.
        alone.asterisk.says("Event: PeerStatus")

    assert not alone.asterisk.closed


def test_who_stood_still_himself_does_not_take_the_link_for_dead(alone: Any) -> None:
    alone.asterisk.lets_in()
    alone.clock.advance(3600)

    alone.asterisk.answers(alone.asterisk.hears_one("Ping"), "Ping: Pong")
    assert not alone.asterisk.closed


def test_how_long_the_oldest_question_waits(alone: Any) -> None:
    alone.asterisk.lets_in()
    assert alone.connection.unanswered == 0.0
    alone.connection.ask(ORIGINATE).addErrback(lambda _: None)
    asked = alone.asterisk.hears_one("Originate")
    alone.clock.advance(1.0)
    assert alone.connection.unanswered == 1.0

    alone.asterisk.answers(asked)
    assert alone.connection.unanswered == 0.0


def test_a_ping_that_is_pending_when_the_link_is_lost_is_not_the_reason(alone: Any) -> None:
    alone.asterisk.lets_in()
    alone.clock.advance(Patience().keepalive)

    alone.asterisk.hangs_up()

    assert "Ping" not in alone.down[0]


def test_the_first_reason_is_the_one_that_is_told(alone: Any) -> None:
    alone.asterisk.lets_in()
    alone.connection.abort("first")
    alone.connection.abort("second")

    assert alone.asterisk.closed
    assert alone.down == ["first"]


def test_who_leaves_says_what_was_written_first(alone: Any) -> None:
    alone.asterisk.lets_in()
    alone.connection.ask(actions.DBDel(family="f", key="k")).addErrback(lambda _: None)
    alone.connection.leave("we left")

    assert alone.connection.over
    assert [each["Action"] for each in alone.asterisk.hears()] == ["DBDel"]
    assert alone.asterisk.closed
    assert not alone.asterisk.wire.aborted
    assert alone.down == ["we left"]


def test_what_is_over_cannot_be_ended_again(alone: Any) -> None:
    alone.asterisk.hangs_up()

    alone.connection.abort("again")
    alone.connection.leave("and again")

    assert len(alone.down) == 1


def test_ended_before_it_began(manager: Any) -> None:
    clock = Clock()
    connection = Connection(
        prefix="t",
        credentials=Credentials(username="u", secret=lambda: "s"),
        patience=Patience(),
        alarm=clock,
        on_event=lambda _: None,
    )
    connection.up.addErrback(lambda _: None)
    connection.abort("never mind")

    assert manager(connection, clock).closed
    assert clock.getDelayedCalls() == []


def test_the_receive_buffer_is_large(alone: Any) -> None:
    fresh = socket.socket()
    with fresh:
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        most = fresh.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    given = alone.asterisk.wire.handle.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    assert given == most  # what the kernel allows of it (net.core.rmem_max)


def test_the_second_action_of_a_turn_does_not_wait_for_the_first_to_be_acknowledged(alone: Any) -> None:
    assert alone.asterisk.wire.handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_no_more_is_read_in_one_turn_than_a_slot_can_wait_for(alone: Any) -> None:
    assert alone.asterisk.wire.bufferSize == READ_BYTES


def test_events_of_one_chunk_come_in_their_order_with_the_answers(
    alone: Any, said: Callable[..., bytes], outcome: Callable[[Any], list[Any]]
) -> None:
    alone.asterisk.lets_in()
    order: list[str] = []
    alone.connection.ask(ORIGINATE).addCallback(lambda _: order.append("answer"))
    alone.connection._on_event = lambda event: order.append(event.uniqueid)
    asked = alone.asterisk.hears_one("Originate")

    alone.asterisk.sends(
        said(*HANGUP)
        + said("Response: Success", f"ActionID: {asked['ActionID']}")
        + said("Event: Hangup", "Channel: c", "Uniqueid: v", "Cause: 16")
    )

    assert order == ["u", "answer", "v"]
