"""Every way in which other AGI libraries lose the turn or the call, each tried on our core.

The rows are those of "What the peers get wrong" in the facts about the wire. The two that are about sockets
(time limits, a limit of sessions) belong to the carrier.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fastagi_server.agi.commands import GetVariable, SetVariable, StreamFile, Verbose
from fastagi_server.agi.conversation import Conversation, HungUp
from fastagi_server.agi.drive import Drive, Stage
from fastagi_server.agi.errors import BadArgumentError
from fastagi_server.agi.replies import Reply
from fastagi_server.agi.request import Request
from fastagi_server.agi.script import Agi


def ask(conversation: Conversation, name: str, said: bytes) -> str | None:
    conversation.send(GetVariable(name))
    (reply,) = [message for message in conversation.receive(said) if isinstance(message, Reply)]
    return reply.data


def test_hangup_while_a_reply_is_awaited_shifts_nothing(conversation: Conversation) -> None:
    conversation.send(StreamFile("demo-congrats"))
    heard = conversation.receive(b"200 result=-1 endpos=3200\nHANGUP\n")
    assert [type(message) for message in heard] == [Reply, HungUp]

    assert ask(conversation, "AMDSTATUS", b"200 result=1 (HUMAN)\n") == "HUMAN"
    assert ask(conversation, "CALLID", b"HANGUP\n200 result=1 (c-17)\n") == "c-17"


def test_a_520_block_shifts_nothing(conversation: Conversation) -> None:
    conversation.send(Verbose("x"))
    block = b"520-Invalid command syntax.  Proper usage follows:\nusage\nmore\n520 End of proper usage.\n"
    (reply,) = conversation.receive(block)

    assert isinstance(reply, Reply)
    assert reply.code == 520
    assert ask(conversation, "CALLID", b"200 result=1 (c-17)\n") == "c-17"


def test_a_520_of_one_line_waits_for_nothing_more(conversation: Conversation) -> None:
    conversation.send(Verbose("x"))
    (reply,) = conversation.receive(b"520 Invalid command syntax.  Proper usage not available.\n")

    assert isinstance(reply, Reply)
    assert reply.code == 520
    assert ask(conversation, "CALLID", b"200 result=1 (c-17)\n") == "c-17"


@pytest.mark.parametrize("value", ["two words", 'say "hi"', r"C:\new", '\\"', "tab\there", "", "\\"])
def test_an_argument_arrives_as_it_was_meant(value: str, read_words: Callable[[bytes], list[bytes]]) -> None:
    assert read_words(SetVariable("A", value).line())[2:] == [b"A", value.encode()]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_an_argument_cannot_smuggle_a_second_command(conversation: Conversation, end: str) -> None:
    with pytest.raises(BadArgumentError):
        conversation.send(SetVariable("A", f"x{end}HANGUP"))

    assert ask(conversation, "CALLID", b"200 result=1 (c-17)\n") == "c-17"


def test_a_header_that_is_not_utf8_drops_no_call() -> None:
    (request,) = Conversation().receive(
        b"agi_network: yes\nagi_calleridname: Jos\xc3\nagi_uniqueid: c-17\n\n"
    )

    assert isinstance(request, Request)
    assert request.uniqueid == "c-17"
    assert request.others["agi_calleridname"] == r"Jos\xc3"


def test_connect_then_close_with_nothing_sent_is_nothing() -> None:
    async def script(agi: Agi) -> None:
        raise AssertionError

    drive = Drive(script)
    drive.connection_lost()

    assert (drive.stage, drive.failure) == (Stage.FINISHED, None)
