"""Everything that a real Asterisk said, heard again with the bytes cut at every place."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fastagi_server.agi import commands
from fastagi_server.agi.commands import Command
from fastagi_server.agi.conversation import Conversation, HungUp
from fastagi_server.agi.drive import Drive, Stage
from fastagi_server.agi.errors import DeadChannelError, OutOfTurn, RemoteError
from fastagi_server.agi.replies import Reply
from fastagi_server.agi.request import SHORTEST, Request
from fastagi_server.agi.script import Agi

FOLDER = Path(__file__).parents[1] / "transcripts" / "agi"
OUT_OF_TURN = {"overlong", "request_injected", "request_blank_line"}
RELEASES = ("22", "16")
NAMES = sorted(
    f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.jsonl") if path.stem not in OUT_OF_TURN
)


def on_each(*names: str) -> list[str]:
    """Give recordings of each release."""
    return [f"{release}/{name}" for release in RELEASES for name in names]


VERBS = {
    b"GET VARIABLE": commands.GetVariable,
    b"GET FULL": commands.GetFullVariable,
    b"DATABASE GET": commands.DatabaseGet,
}


@dataclass(frozen=True)
class Exchange:
    """A question as recorded (None before the request), and all that Asterisk said until the next."""

    question: bytes | None
    answer: bytes
    expect: str | None

    def command(self) -> Command:
        """Give a command of the kind that was asked; its arguments decide nothing."""
        kind = next((kind for verb, kind in VERBS.items() if (self.question or b"").startswith(verb)), None)
        if kind is None:
            return commands.Noop()
        return kind("f", "k") if kind is commands.DatabaseGet else kind("x")


@pytest.mark.parametrize("release", RELEASES)
def test_asterisks_request_is_never_shorter_than_we_wait_for(release: str) -> None:
    request = load(f"{release}/answer_before")[0].answer
    values = [line.partition(b": ")[2] for line in request.splitlines()]

    assert len(request) - sum(map(len, values)) == SHORTEST


def load(name: str) -> list[Exchange]:
    about, *lines = map(json.loads, (FOLDER / f"{name}.jsonl").read_text().splitlines())
    exchanges: list[Exchange] = []
    question, answer = None, b""
    for line in [*lines, {"from": "us", "bytes": ""}]:
        said = line["bytes"].encode("latin-1")
        if line["from"] == "asterisk":
            answer += said
        elif line["from"] == "us":
            expect = about["expect"].get((question or b"").decode("latin-1"))
            exchanges.append(Exchange(question, answer, expect))
            question, answer = said, b""
    return exchanges


def hear(exchanges: list[Exchange], cut: Callable[[int, bytes], Iterable[bytes]]) -> list[list[object]]:
    conversation = Conversation()
    heard: list[list[object]] = []
    for number, exchange in enumerate(exchanges):
        if exchange.question is not None:
            conversation.send(exchange.command())
        heard.append([m for piece in cut(number, exchange.answer) for m in conversation.receive(piece)])
    assert conversation.eof()
    return heard


def check(exchanges: list[Exchange], heard: list[list[object]]) -> None:
    """Each question has one answer and it is its own; the hang-up is told once."""
    for exchange, messages in zip(exchanges, heard, strict=True):
        (said,) = [message for message in messages if not isinstance(message, HungUp)]
        if exchange.question is None:
            assert isinstance(said, Request)
            continue
        assert isinstance(said, Reply)
        assert said.text.encode("utf-8") in exchange.answer.decode("utf-8", "backslashreplace").encode()
        if exchange.expect is not None:
            assert said.data == exchange.expect
    assert [message for messages in heard for message in messages].count(HungUp()) == 1


@pytest.mark.parametrize("release", RELEASES)
def test_there_is_a_transcript_for_each_kind_of_moment(release: str) -> None:
    names = [name.removeprefix(f"{release}/") for name in NAMES if name.startswith(f"{release}/")]
    assert sum(name.endswith("_during") for name in names) >= 6
    assert sum(name.endswith("_before") for name in names) >= 20
    assert sum(name.startswith("value_") for name in names) >= 15


@pytest.mark.parametrize("name", NAMES)
def test_each_reply_reaches_its_question_wherever_the_bytes_are_cut(name: str) -> None:
    exchanges = load(name)

    for where, exchange in enumerate(exchanges):
        for at in range(len(exchange.answer) + 1):

            def cut(number: int, said: bytes, where: int = where, at: int = at) -> list[bytes]:
                return [said[:at], said[at:]] if number == where else [said]

            check(exchanges, hear(exchanges, cut))


@pytest.mark.parametrize("name", NAMES)
def test_each_reply_reaches_its_question_byte_by_byte(name: str) -> None:
    exchanges = load(name)

    check(exchanges, hear(exchanges, lambda _, said: [said[at : at + 1] for at in range(len(said))]))


@pytest.mark.parametrize("name", [name for name in NAMES if "_during" in name or "_before" in name])
def test_the_hang_up_may_come_before_or_after_the_reply(name: str) -> None:
    """Which of the two Asterisk writes first is a race, so each recording is heard in both orders."""
    exchanges = load(name)
    for first in (True, False):

        def swap(number: int, said: bytes, *, first: bool = first) -> list[bytes]:
            if not number or b"HANGUP\n" not in said:
                return [said]
            rest = said.replace(b"HANGUP\n", b"")
            return [b"HANGUP\n", rest] if first else [rest, b"HANGUP\n"]

        check(exchanges, hear(exchanges, swap))


@pytest.mark.parametrize("name", on_each("stream_file_during", "wait_for_digit_before", "gosub_during"))
def test_a_script_gets_its_own_answers_wherever_the_bytes_are_cut(name: str) -> None:
    exchanges = load(name)
    said = [exchange.answer for exchange in exchanges]

    for where in range(len(said)):
        for at in range(len(said[where]) + 1):
            got: list[object] = []

            async def script(agi: Agi, got: list[object] = got) -> None:
                with contextlib.suppress(DeadChannelError):
                    await agi.stream_file("demo-congrats")
                got += [await agi.get_variable("AMDSTATUS"), await agi.get_variable("CALLID"), agi.hungup]

            drive = Drive(script)
            for number, answer in enumerate(said):
                for piece in (answer[:at], answer[at:]) if number == where else (answer,):
                    drive.receive(piece)
            assert drive.stage is Stage.FINISHED
            assert got == ["HUMAN", "c-17", True]


@pytest.mark.parametrize("release", RELEASES)
def test_asterisk_understood_our_quoting(release: str, read_words: Callable[[bytes], list[bytes]]) -> None:
    """The lines that it answered rightly are those that our commands spell."""
    questions = [exchange.question for exchange in load(f"{release}/quoting") if exchange.question]

    for question in questions:
        words = [word.decode() for word in read_words(question)]
        kinds = {"SET VARIABLE": commands.SetVariable, "GET VARIABLE": commands.GetVariable}
        kind = kinds.get(" ".join(words[:2]))
        command = kind(*words[2:]) if kind else commands.GetFullVariable(words[3])
        assert command.line() == question


@pytest.mark.parametrize("release", RELEASES)
def test_a_line_too_long_is_answered_twice_and_that_is_seen(release: str) -> None:
    request, first, second = load(f"{release}/overlong")
    conversation = Conversation()
    conversation.receive(request.answer)
    conversation.send(first.command())
    conversation.receive(first.answer)
    conversation.send(second.command())

    with pytest.raises(OutOfTurn):
        conversation.receive(second.answer)


@pytest.mark.parametrize("name", on_each("request_injected", "request_blank_line"))
@pytest.mark.parametrize("size", [1, 7, 5000])
def test_a_request_that_a_value_has_forged_is_refused(name: str, size: int) -> None:
    ((_, answer),) = [(exchange.question, exchange.answer) for exchange in load(name)]
    conversation = Conversation()

    with pytest.raises(RemoteError):
        _ = [conversation.receive(answer[at : at + size]) for at in range(0, len(answer), size)]


@pytest.mark.parametrize("release", RELEASES)
def test_requests_as_recorded(release: str) -> None:
    (request,) = Conversation().receive(
        load(f"{release}/request_arguments")[0].answer.removesuffix(b"HANGUP\n")
    )
    assert isinstance(request, Request)
    assert (request.network_script, request.query) == ("request_arguments", "a=1&b=2")
    assert request.arguments == ("one", "two words", "", "four")
    assert request.uniqueid == "recorded-request-arguments-1"

    (request,) = Conversation().receive(load(f"{release}/request_newline")[0].answer)
    assert isinstance(request, Request)
    assert request.arguments == ("a\nb", "c")

    (request,) = Conversation().receive(load(f"{release}/request_not_utf8")[0].answer)
    assert isinstance(request, Request)
    assert request.others["agi_calleridname"] == r"Jos\xe9"
