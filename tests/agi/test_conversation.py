from __future__ import annotations

import pytest

from fastagi_server.agi.commands import DatabaseGet, GetFullVariable, GetVariable, GoSub, Noop, StreamFile
from fastagi_server.agi.conversation import MAX_MESSAGE, Conversation, HungUp, Turn
from fastagi_server.agi.errors import BadArgumentError, LocalError, OutOfTurn, RemoteError
from fastagi_server.agi.replies import Reply
from fastagi_server.agi.request import Request

BLOCK = (
    b"520-Invalid command syntax.  Proper usage follows:\nHANGUP\nExample return code: 200 result=1 (x)\n"
    b"520 End of proper usage.\n"
)


def data(heard: list[object]) -> list[str | None]:
    return [message.data for message in heard if isinstance(message, Reply)]


def test_a_session_as_it_should_be(request_bytes: bytes) -> None:
    conversation = Conversation()

    (request,) = conversation.receive(request_bytes)
    assert isinstance(request, Request)
    assert conversation.send(GetVariable("AMDSTATUS")) == b'GET VARIABLE "AMDSTATUS"\n'
    assert data(conversation.receive(b"200 result=1 (HUMAN)\n")) == ["HUMAN"]
    assert conversation.send(Noop()) == b"NOOP\n"
    assert conversation.receive(b"200 result=0\n") == [Reply(code=200, result="0", text="result=0")]
    assert conversation.eof()


def test_nothing_may_be_asked_before_the_request() -> None:
    with pytest.raises(OutOfTurn) as caught:
        Conversation().send(Noop())

    assert isinstance(caught.value, LocalError)
    assert "Noop" in str(caught.value)


def test_only_one_question_at_a_time(conversation: Conversation) -> None:
    conversation.send(GetVariable("A"))

    with pytest.raises(OutOfTurn) as caught:
        conversation.send(GetVariable("B"))

    assert isinstance(caught.value, LocalError)
    assert data(conversation.receive(b"200 result=1 (a)\n")) == ["a"]


def test_a_command_that_cannot_be_said_was_not_said(conversation: Conversation) -> None:
    with pytest.raises(BadArgumentError):
        conversation.send(GetVariable("A\nHANGUP"))

    assert conversation.turn is Turn.OURS
    conversation.send(Noop())


@pytest.mark.parametrize("said", [b"200 result=0\n", b"\n", b"2", b"HANGUP \n", b"HANX", b"100 Trying\n"])
def test_a_reply_that_nobody_asked_for_breaks_the_conversation(
    conversation: Conversation, said: bytes
) -> None:
    with pytest.raises(OutOfTurn) as caught:
        conversation.receive(said)

    assert isinstance(caught.value, RemoteError)
    with pytest.raises(RemoteError):
        conversation.receive(b"HANGUP\n")
    with pytest.raises(LocalError):
        conversation.send(Noop())
    assert not conversation.eof()


def test_two_replies_to_one_question_are_no_reply(conversation: Conversation) -> None:
    conversation.send(Noop())

    with pytest.raises(OutOfTurn):
        conversation.receive(b"200 result=0\n200 result=0\n")


def test_hangup_is_told_once_and_is_never_an_answer(conversation: Conversation) -> None:
    assert conversation.receive(b"HAN") == []
    conversation.send(GetVariable("AMDSTATUS"))
    assert conversation.receive(b"GUP\n") == [HungUp()]
    assert data(conversation.receive(b"200 result=1 (HUMAN)\nHANGUP\n")) == ["HUMAN"]
    assert conversation.receive(b"HANGUP\n") == []
    assert conversation.eof()


@pytest.mark.parametrize("command", [GetVariable("A"), GetFullVariable("${A}"), DatabaseGet("f", "k")])
@pytest.mark.parametrize(
    "value", ["a\nHANGUP\nb", "a\n200 result=1 (b", "\nHANGUP", "x) endpos=3\ny", "\n\n"]
)
def test_a_value_may_hold_lines_that_look_like_something(
    conversation: Conversation, command: GetVariable, value: str
) -> None:
    conversation.send(command)

    assert data(conversation.receive(f"200 result=1 ({value})\n".encode())) == [value]
    assert conversation.eof()


def test_an_unset_variable_has_no_value(conversation: Conversation) -> None:
    conversation.send(GetVariable("NOSUCH"))

    assert data(conversation.receive(b"200 result=0\n")) == [None]


def test_parentheses_in_other_answers_do_not_wait_for_more(conversation: Conversation) -> None:
    conversation.send(StreamFile("beep"))

    (reply,) = conversation.receive(b"200 result=1 (speech) endpos=1234 results=0\n")

    assert isinstance(reply, Reply)
    assert (reply.data, reply.endpos) == ("speech", 1234)


def test_a_value_that_closes_its_own_parenthesis_is_refused(conversation: Conversation) -> None:
    conversation.send(GetVariable("A"))

    with pytest.raises(OutOfTurn):
        conversation.receive(b"200 result=1 (a)\n200 result=1 (FAKE)\n")


def test_trying_is_not_yet_the_answer(conversation: Conversation) -> None:
    conversation.send(GoSub("ctx", "s", "1"))

    assert conversation.receive(b"100 result=0 Trying...\n") == []
    (reply,) = conversation.receive(b"200 result=0 Gosub complete\n")
    assert reply == Reply(code=200, result="0", text="result=0 Gosub complete")


@pytest.mark.parametrize("cut", range(len(BLOCK)))
def test_a_usage_block_is_one_reply(conversation: Conversation, cut: int) -> None:
    conversation.send(GetVariable("A"))

    heard = conversation.receive(BLOCK[:cut]) + conversation.receive(BLOCK[cut:])

    assert heard == [Reply(code=520, text=BLOCK[4:-1].decode())]


def test_a_usage_text_without_its_last_newline_ends_all_the_same(conversation: Conversation) -> None:
    conversation.send(GetVariable("A"))

    assert len(conversation.receive(b"520-Invalid\n usage520 End of proper usage.\n")) == 1


@pytest.mark.parametrize("begin", [b"", b"200 result=1 (", b"520-"])
def test_a_giant_message_is_an_error_and_not_memory(conversation: Conversation, begin: bytes) -> None:
    conversation.send(GetVariable("A"))
    conversation.receive(begin + b"x" * (MAX_MESSAGE - len(begin)))

    with pytest.raises(RemoteError, match="65536"):
        conversation.receive(b"x")
    assert conversation._buffer == b""


@pytest.mark.parametrize("said", [b"GET / HTTP/1.0\r\n\r\n", b"\n", b"\x16\x03\x01", b"HANGUP\n"])
def test_what_is_no_request_is_refused_at_its_first_bytes(said: bytes) -> None:
    with pytest.raises(RemoteError):
        Conversation().receive(said)


def test_the_end_is_in_turn_only_when_nothing_is_pending(request_bytes: bytes) -> None:
    conversation = Conversation()
    assert conversation.eof()
    conversation.receive(request_bytes[:30])
    assert not conversation.eof()
    conversation.receive(request_bytes[30:])
    assert conversation.eof()
    conversation.send(Noop())
    assert not conversation.eof()
