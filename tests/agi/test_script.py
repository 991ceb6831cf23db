from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from fastagi_server.agi import commands
from fastagi_server.agi.commands import Command
from fastagi_server.agi.errors import DeadChannelError, RefusedError
from fastagi_server.agi.replies import parse_reply
from fastagi_server.agi.request import Request
from fastagi_server.agi.script import Agi, ask

Question = Callable[[Agi], Coroutine[Any, Any, object]]


def play(question: Question, said: bytes) -> tuple[Command, object]:
    """Drive one question by hand: what it asked, and what it made of the reply."""
    coroutine = question(Agi(Request()))
    asked = coroutine.send(None)
    with pytest.raises(StopIteration) as ended:
        coroutine.send(parse_reply(said))
    return asked, ended.value.value


@pytest.mark.parametrize(
    ("question", "command", "said", "made"),
    [
        (lambda agi: agi.get_variable("A"), commands.GetVariable("A"), b"200 result=1 (x)", "x"),
        (lambda agi: agi.get_variable("A"), commands.GetVariable("A"), b"200 result=1 ()", ""),
        (lambda agi: agi.get_variable("A"), commands.GetVariable("A"), b"200 result=0", None),
        (
            lambda agi: agi.get_full_variable("${A}"),
            commands.GetFullVariable("${A}"),
            b"200 result=1 (x)",
            "x",
        ),
        (lambda agi: agi.set_variable("A", "b"), commands.SetVariable("A", "b"), b"200 result=1", None),
        (lambda agi: agi.verbose("hi", 3), commands.Verbose("hi", 3), b"200 result=1", None),
        (lambda agi: agi.answer(), commands.Answer(), b"200 result=0", True),
        (lambda agi: agi.answer(), commands.Answer(), b"200 result=-1", False),
        (lambda agi: agi.hangup(), commands.Hangup(), b"200 result=1", True),
        (lambda agi: agi.hangup(), commands.Hangup(), b"200 result=-1", False),
        (lambda agi: agi.stream_file("a"), commands.StreamFile("a"), b"200 result=0 endpos=9", ""),
        (
            lambda agi: agi.stream_file("a", "3"),
            commands.StreamFile("a", "3"),
            b"200 result=51 endpos=9",
            "3",
        ),
        (lambda agi: agi.stream_file("a"), commands.StreamFile("a"), b"200 result=-1 endpos=0", None),
        (lambda agi: agi.wait_for_digit(9), commands.WaitForDigit(9), b"200 result=35", "#"),
        (lambda agi: agi.wait_for_digit(9), commands.WaitForDigit(9), b"200 result=0", ""),
        (lambda agi: agi.wait_for_digit(9), commands.WaitForDigit(9), b"200 result=-1", None),
        (lambda agi: agi.wait_for_digit(9), commands.WaitForDigit(9), "200 result=²".encode(), None),
        (lambda agi: agi.wait_for_digit(9), commands.WaitForDigit(9), b"200 result=" + b"9" * 5000, "ϧ"),
        (lambda agi: agi.exec("Wait", "1"), commands.Exec("Wait", "1"), b"200 result=0", "0"),
        (lambda agi: agi.exec("Nope"), commands.Exec("Nope"), b"200 result=-2", "-2"),
        (lambda agi: agi.database_get("f", "k"), commands.DatabaseGet("f", "k"), b"200 result=1 (v)", "v"),
        (lambda agi: agi.database_get("f", "k"), commands.DatabaseGet("f", "k"), b"200 result=0", None),
        (
            lambda agi: agi.database_put("f", "k", "v"),
            commands.DatabasePut("f", "k", "v"),
            b"200 result=1",
            True,
        ),
        (lambda agi: agi.database_del("f", "k"), commands.DatabaseDel("f", "k"), b"200 result=0", False),
        (
            lambda agi: agi.gosub("c", "s", "1"),
            commands.GoSub("c", "s", "1"),
            b"200 result=0 Gosub complete",
            True,
        ),
        (
            lambda agi: agi.gosub("c", "s", "1", "a"),
            commands.GoSub("c", "s", "1", "a"),
            b"200 result=-1 no",
            False,
        ),
        (lambda agi: agi.noop(), commands.Noop(), b"200 result=0", None),
    ],
)
def test_each_question_asks_its_command_and_reads_its_reply(
    question: Question, command: Command, said: bytes, made: object
) -> None:
    assert play(question, said) == (command, made)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"511 Command Not Permitted on a dead channel or intercept routine", DeadChannelError),
        (b"510 Invalid or unknown command", RefusedError),
        (b"520-Invalid command syntax.\nusage\n520 End of proper usage.", RefusedError),
    ],
)
def test_a_refusal_is_raised_where_it_was_asked(said: bytes, kind: type[RefusedError]) -> None:
    coroutine = Agi(Request()).stream_file("beep")
    coroutine.send(None)

    with pytest.raises(RefusedError) as caught:
        coroutine.send(parse_reply(said))

    assert type(caught.value) is kind
    assert caught.value.status == int(said[:3])
    assert "StreamFile" in str(caught.value)


def test_the_bare_question_gives_the_whole_reply() -> None:
    async def script() -> object:
        return await ask(commands.Noop())

    assert play(lambda _: script(), b"510 no")[1] == parse_reply(b"510 no")
