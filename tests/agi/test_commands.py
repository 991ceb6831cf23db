from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.agi import commands
from fastagi_server.agi.commands import Command
from fastagi_server.agi.errors import BadArgumentError, LocalError
from fastagi_server.telephony.errors import BadInputError

SPELLED = [
    (commands.GetVariable("CALLERID(num)"), b'GET VARIABLE "CALLERID(num)"\n'),
    (commands.GetFullVariable("${A}-${B}"), b'GET FULL VARIABLE "${A}-${B}"\n'),
    (commands.SetVariable("KEY", "a b"), b'SET VARIABLE "KEY" "a b"\n'),
    (commands.SetVariable("KEY", ""), b'SET VARIABLE "KEY" ""\n'),
    (commands.Verbose('say "hi"', 3), b'VERBOSE "say \\"hi\\"" "3"\n'),
    (commands.Answer(), b"ANSWER\n"),
    (commands.Hangup(), b"HANGUP\n"),
    (commands.StreamFile("beep"), b'STREAM FILE "beep" ""\n'),
    (commands.StreamFile("beep", "9#"), b'STREAM FILE "beep" "9#"\n'),
    (commands.WaitForDigit(-1), b'WAIT FOR DIGIT "-1"\n'),
    (commands.Exec("Wait", "2"), b'EXEC "Wait" "2"\n'),
    (commands.DatabaseGet("f", "k"), b'DATABASE GET "f" "k"\n'),
    (commands.DatabasePut("f", "k", "C:\\x"), b'DATABASE PUT "f" "k" "C:\\\\x"\n'),
    (commands.DatabaseDel("f", "k"), b'DATABASE DEL "f" "k"\n'),
    (commands.GoSub("ctx", "s", "1"), b'GOSUB "ctx" "s" "1"\n'),
    (commands.GoSub("ctx", "s", "1", "a,b"), b'GOSUB "ctx" "s" "1" "a,b"\n'),
    (commands.Noop(), b"NOOP\n"),
]


@pytest.mark.parametrize(("command", "line"), SPELLED, ids=lambda value: type(value).__name__)
def test_each_command_has_its_spelling(command: Command, line: bytes) -> None:
    assert command.line() == line
    assert isinstance(command, Command)


def test_every_command_of_the_alias_is_spelled_here() -> None:
    assert {type(command) for command, _ in SPELLED} == set(Command.__args__)


@pytest.mark.parametrize("foreign", [None, "NOOP", object(), commands.Noop])
def test_other_things_are_no_commands(foreign: object) -> None:
    assert not isinstance(foreign, Command)


@pytest.mark.parametrize("bad", ["a\nHANGUP", "a\rb", "a\0b", "Jos\udcc3"])
@pytest.mark.parametrize("rest", ["", '"'])
def test_what_would_break_the_line_is_refused_by_field_and_value(bad: str, rest: str) -> None:
    with pytest.raises(BadArgumentError) as caught:
        commands.SetVariable("KEY", bad + rest).line()

    assert caught.value.details["field"] == "value"
    assert caught.value.details["value"] == bad + rest
    assert repr(bad + rest) in str(caught.value)
    assert isinstance(caught.value, LocalError)
    assert isinstance(caught.value, BadInputError)


def test_a_line_is_as_long_as_asterisk_reads_and_no_longer() -> None:
    room = commands.MAX_LINE - len(commands.SetVariable("LONG", "").line())

    assert len(commands.SetVariable("LONG", "x" * room).line()) == commands.MAX_LINE
    with pytest.raises(BadArgumentError, match="2047 bytes"):
        commands.SetVariable("LONG", "x" * (room + 1)).line()
    with pytest.raises(BadArgumentError, match="2047 bytes"):
        commands.SetVariable("LONG", "\u00e9" * (room // 2 + 1)).line()


texts = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40)


@given(name=texts, value=texts)
def test_asterisks_reader_gets_back_what_was_meant(
    name: str, value: str, read_words: Callable[[bytes], list[bytes]]
) -> None:
    words = read_words(commands.SetVariable(name, value).line())

    assert words == [b"SET", b"VARIABLE", name.encode(), value.encode()]


@given(place=st.tuples(texts, texts, texts, texts.filter(bool)))
def test_no_command_comes_near_the_words_that_asterisk_holds(
    place: tuple[str, ...], read_words: Callable[[bytes], list[bytes]]
) -> None:
    words = read_words(commands.GoSub(*place).line())

    assert words == [b"GOSUB", *(text.encode() for text in place)]
    assert len(words) < 127
