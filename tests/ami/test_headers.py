from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.ami.headers import MAX_LINE, Escaped, line, variable
from fastagi_server.telephony.errors import BadInputError


@pytest.mark.parametrize("evil", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b", "\n"])
def test_a_line_break_in_a_value_is_refused_and_named(evil: str) -> None:
    with pytest.raises(BadInputError) as caught:
        line("Channel", evil, field="Hangup.channel")
    assert caught.value.details["field"] == "Hangup.channel"
    assert caught.value.details["value"] == evil


@pytest.mark.parametrize("evil", ["", "A B", "A:", "A\r\nAction", "A\n", "Ä", "A" * 81])
def test_a_header_name_is_letters_digits_and_dashes(evil: str) -> None:
    with pytest.raises(BadInputError, match="header name"):
        line(evil, "x", field="headers")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_whatever_is_let_through_is_one_line(value: str) -> None:
    try:
        written = line("Name", value, field="field")
    except BadInputError:
        assert set(value) & set("\r\n\0")
    else:
        assert written == b"Name: " + value.encode() + b"\r\n"
        assert written.count(b"\n") == written.count(b"\r") == 1


def test_a_line_fits_asterisk_s_buffer_even_when_its_last_byte_comes_late() -> None:
    room = MAX_LINE - len("Val: \r\n")
    assert len(line("Val", "x" * room, field="val")) == MAX_LINE == 1023
    with pytest.raises(BadInputError, match=f"at most {room} bytes"):
        line("Val", "x" * (room + 1), field="val")
    with pytest.raises(BadInputError):
        line("Val", "ñ" * (room // 2 + 1), field="val")


def test_bytes_that_are_no_utf8_go_back_as_they_came() -> None:
    heard = b"se\xc3".decode("utf-8", "surrogateescape")
    assert line("Channel", heard, field="channel") == b"Channel: se\xc3\r\n"


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(BadInputError, match="UTF-8"):
        line("Channel", "\ud800", field="channel")


def test_a_secret_is_not_told_by_its_refusal() -> None:
    with pytest.raises(BadInputError) as caught:
        line("Secret", "hunter2\n", field="Login.secret", secret=True)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("evil", ["a,CALLERID(name)=Evil", ",", 'a"b', "a\\b", "a\\,b", "x\r\nVariable: y=z"])
def test_what_asterisk_would_take_apart_is_refused_in_a_variable(evil: str) -> None:
    with pytest.raises(BadInputError, match="FOO"):
        variable("FOO", evil)


@pytest.mark.parametrize("evil", ["", "A=B", "A,B", "A B", "1A", "F(x", "F(a)b", "F(a)(b)", "F(a\n)", "A\n"])
def test_a_variable_s_name_is_plain_or_a_function(evil: str) -> None:
    with pytest.raises(BadInputError, match="variables name"):
        variable(evil, "x")


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("FOO", "two words", b"Variable: FOO=two words\r\n"),
        ("__FOO", "", b"Variable: __FOO=\r\n"),
        ("PJSIP_HEADER(add,X-Discador-Call)", "a=b", b"Variable: PJSIP_HEADER(add,X-Discador-Call)=a=b\r\n"),
        (
            "CHANNEL(hangup_handler_push)",
            Escaped(r"ctx\,s\,1"),
            b"Variable: CHANNEL(hangup_handler_push)=ctx\\,s\\,1\r\n",
        ),
    ],
)
def test_a_variable_is_one_header(name: str, value: str | Escaped, wire: bytes) -> None:
    assert variable(name, value) == wire


@pytest.mark.parametrize("bare", ["a,b", r"a\\,b", r"a\,b,c", 'a"b', "a\\", "a\\\\\\"])
def test_escaped_holds_only_escaped_commas(bare: str) -> None:
    with pytest.raises(BadInputError, match="escaped value"):
        Escaped(bare)


@pytest.mark.parametrize("good", [r"a\,b", r"a\\\,b", r"\,", r"a\"b", "plain", "", r"a\\"])
def test_escaped_takes_what_is_escaped(good: str) -> None:
    assert Escaped(good).text == good


@given(st.text(alphabet='a,\\"', max_size=12))
def test_escaped_agrees_with_a_reader_that_walks_letter_by_letter(text: str) -> None:
    letters = iter(text)
    bare = any(letter in ',"' or (letter == "\\" and next(letters, None) is None) for letter in letters)
    try:
        Escaped(text)
    except BadInputError:
        assert bare
    else:
        assert not bare


def test_escaped_cannot_break_the_line_either() -> None:
    with pytest.raises(BadInputError):
        variable("FOO", Escaped("a\r\nVariable: x=y"))


def test_asterisk_really_takes_variables_apart(transcript: Callable[[str], Any]) -> None:
    """The recording that these refusals stand on: FOO=a,EVIL=b sets two; quotes and backslashes go."""
    said = transcript("variables").server
    assert b"Variable: FOO\r\nValue: a\r\n" in said
    assert b"Variable: EVIL\r\nValue: b\r\n" in said
    assert b"Variable: QUOTED\r\nValue: x\r\n" in said
    assert b"Variable: SLASH\r\nValue: ab\r\n" in said
    assert b"Variable: ESCAPED\r\nValue: a,b,1\r\n" in said
    assert "Variable: PLAIN\r\nValue: señor (1) $ & ; = x\r\n".encode() in said
