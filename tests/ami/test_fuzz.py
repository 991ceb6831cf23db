"""Any bytes from a manager, cut anywhere, and any value to it: our own errors or none, one line a header."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fastagi_server.ami import actions as a
from fastagi_server.ami import events as e
from fastagi_server.ami.errors import LoginRefusedError, RemoteError
from fastagi_server.ami.exchange import Answered, Exchange
from fastagi_server.ami.headers import MAX_HEADERS, MAX_LINE, Escaped, line, variable
from fastagi_server.ami.login import login
from fastagi_server.ami.messages import Response, split_headers, text_of
from fastagi_server.ami.reader import Reader
from fastagi_server.telephony.errors import BadInputError

HELLO = b"Asterisk Call Manager/11.0.0\r\n"

hostile = st.text(max_size=60) | st.binary(max_size=60).map(text_of)
words = st.sampled_from(
    [
        b"Event: ",
        b"Response: ",
        b"Success",
        b"Error",
        b"Follows",
        b"Goodbye",
        b"ActionID: p-1",
        b"ActionID: p-2",
        b"ActionID: ",
        b"Hangup",
        b"UserEvent",
        b"UserEvent: Discador",
        b"DBGetTreeResponse",
        b"DBGetTreeComplete",
        b"EventList: Cancelled",
        b"ListItems: ",
        b"Uniqueid: ",
        b"Cause: ",
        b"9" * 30,
        b"-1",
        b"\xff",
        b"\0",
        b": ",
        b"\r\n",
        b"\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\r",
        b"\n",
        b"--END COMMAND--",
        HELLO,
    ]
)
streams = st.lists(words | st.binary(max_size=8), max_size=40).map(b"".join)
cuts = st.lists(st.integers(0, 600), max_size=8)


def pieces(stream: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({min(place, len(stream)) for place in places} | {0, len(stream)})
    return [stream[start:end] for start, end in pairwise(edges)]


def begun(**options: int) -> Exchange:
    exchange = Exchange(prefix="p", **options)  # type: ignore[arg-type]
    exchange.receive(HELLO)
    exchange.request(a.Ping())
    exchange.request(a.DBGetTree(family="f"))
    return exchange


@given(stream=streams, places=cuts)
def test_an_exchange_takes_any_bytes_and_answers_each_question_once_at_most(
    stream: bytes, places: list[int]
) -> None:
    exchange = begun(max_message=400)
    answered: list[str] = []
    try:
        for piece in pieces(stream, places):
            answered += [each.action_id for each in exchange.receive(piece) if isinstance(each, Answered)]
    except RemoteError:
        with pytest.raises(RemoteError):
            exchange.receive(b"Response: Success\r\nActionID: p-1\r\n\r\n")

    assert len(answered) == len(set(answered))
    assert sorted(answered + exchange.lost()) == ["p-1", "p-2"]


@given(stream=streams, places=cuts)
def test_where_it_is_cut_changes_nothing_in_an_exchange(stream: bytes, places: list[int]) -> None:
    def told(portions: list[bytes]) -> list[object]:
        exchange = begun()
        return [each for portion in portions for each in exchange.receive(portion)]

    assert told([stream]) == told(pieces(stream, places))


@given(headers=st.lists(st.tuples(hostile, hostile), max_size=6))
@example(headers=[("Response", "Success"), ("Challenge", "\udcff")])
def test_a_login_takes_any_answers_and_is_in_or_refused(headers: list[tuple[str, str]]) -> None:
    text = "".join(f"{name}: {value}\r\n" for name, value in headers)
    said = split_headers(text)
    answer = Response(response=said.get("Response"), headers=said, message=said.get("Message"))
    talk = login(username="u", secret="s")
    next(talk)
    try:
        asked = talk.send(answer).encode("p-1")
        assert asked.count(b"\r\n") == 6
        talk.send(answer)
    except StopIteration:
        assert answer.ok
    except LoginRefusedError:
        assert not (answer.ok and said.get("Challenge"))
    else:
        pytest.fail("two answers are a login")


@given(name=st.sampled_from(["Cause", "ListItems", "Uniqueid", "ActionID", "Digit"]), value=hostile)
@example(name="Cause", value="9" * 40)
def test_a_number_is_never_greater_than_every_store_takes(name: str, value: str) -> None:
    body = f"Event: Hangup\r\nChannel: c\r\nUniqueid: u\r\nCause: 16\r\n{name}: {value}\r\n\r\n"
    swapped = body.replace("Cause: 16\r\n", "") if name == "Cause" else body
    for message in Reader().receive(HELLO + swapped.encode("utf-8", "surrogatepass"))[1:]:
        if isinstance(message, e.Hangup):
            assert -(1 << 63) <= message.cause < 1 << 63


def fields_of(action: a.Action, encoded: bytes) -> list[tuple[str, str]]:
    assert encoded.endswith(b"\r\n\r\n")
    assert encoded.count(b"\r\n\r\n") == 1
    lines = encoded[:-4].split(b"\r\n")
    assert len(lines) <= MAX_HEADERS
    for each in lines:
        assert len(each) + 2 <= MAX_LINE
        assert not {b"\r"[0], b"\n"[0], 0} & set(each), "nothing breaks the line but its end"
    assert lines[0] == b"Action: " + action.action.encode()
    return [tuple(text_of(each).split(": ", 1)) for each in lines]  # type: ignore[misc]


@given(value=hostile, other=hostile, count=st.integers(0, 140))
@example(value="x" * 1014, other="", count=0)
@example(value="x" * 1015, other="", count=0)
@example(value="a", other="b", count=MAX_HEADERS - 3)
def test_what_goes_out_is_as_it_was_meant_or_refused(value: str, other: str, count: int) -> None:
    actions: list[Any] = [
        lambda: a.DBPut(family=value, key=other, val=value),
        lambda: a.Originate(channel=value, context=other, caller_id=value, account=other),
        lambda: a.Setvar(variable=value, value=other, channel=value),
        lambda: a.UserEvent(name=value, headers=((f"H{other}", value),)),
        lambda: a.UserEvent(name="n", headers=tuple((f"H{n}", value) for n in range(count))),
        lambda: a.Hangup(channel=value),
        lambda: a.Login(username=value, secret=other),
    ]
    for make in actions:
        try:
            action = make()
            encoded = action.encode("p-1")
        except BadInputError:
            continue
        said = fields_of(action, encoded)
        assert said[1] == ("ActionID", "p-1")
        assert all(meant in {value, other, "s", "1", "true", "false", "n"} for _, meant in said[2:])


def asterisk_takes_apart(value: str) -> list[str]:
    """Split as ast_app_parse_args does for `Variable:`: at bare commas; quotes and backslashes go."""
    parts, quoted, letters = [""], False, iter(value)
    for letter in letters:
        if letter == "\\":
            parts[-1] += next(letters, "")
        elif letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


@given(value=st.text(alphabet='a1,\\"=()${}; \u00e9', max_size=30))
def test_a_variable_arrives_as_one_and_unchanged_or_is_refused(value: str) -> None:
    try:
        (said,) = asterisk_takes_apart(text_of(variable("FOO", value)).removesuffix("\r\n"))
    except BadInputError:
        assert set(value) & set(',\\"')
    else:
        assert said == f"Variable: FOO={value}"
    try:
        encoded = variable("FOO", Escaped(value))
    except BadInputError:
        return
    assert len(asterisk_takes_apart(text_of(encoded).removesuffix("\r\n"))) == 1


@given(value=st.binary(max_size=1100))
def test_whatever_bytes_came_go_back_as_they_were_or_not_at_all(value: bytes) -> None:
    try:
        encoded = line("Channel", text_of(value), field="channel")
    except BadInputError:
        assert len(value) > MAX_LINE - 11 or set(value) & {0, 10, 13}
    else:
        assert encoded == b"Channel: " + value + b"\r\n"


FLOOD = 1 << 20
HEAD = b"Response: Follows\r\nActionID: p-1\r\n"


@pytest.mark.parametrize(
    "unit",
    [
        b"\r\n\r\n",
        b"\r\n",
        b"x",
        b"x\r\n",
        b"\r\n\r\n\r\n",
        HEAD + b"\r\n",
        b"Event: Hangup\r\n\r\n",
        b": \r\n\r\n",
    ],
    ids=repr,
)
@pytest.mark.parametrize("head", [b"", HEAD, b"Event: Hangup\r\n"], ids=["bare", "output", "event"])
@pytest.mark.parametrize("portion", [100, 65536])
def test_a_megabyte_of_rubbish_is_read_in_a_blink(unit: bytes, head: bytes, portion: int) -> None:
    exchange = begun(max_message=FLOOD)
    data = head + unit * (FLOOD // len(unit) + 1)
    before = time.process_time()
    try:
        for start in range(0, len(data), portion):
            exchange.receive(data[start : start + portion])
    except RemoteError:
        pass
    assert time.process_time() - before < 2.0


def test_a_list_of_giant_items_ends_the_link_not_the_memory() -> None:
    exchange = begun()
    item = b"Event: DBGetTreeResponse\r\nActionID: p-2\r\nKey: /f/k\r\nVal: " + b"v" * 1_000_000 + b"\r\n\r\n"
    items = 0
    with pytest.raises(RemoteError, match="list"):  # noqa: PT012 - which of them it is does not matter
        while items < 1000:
            items += 1
            exchange.receive(item)
    assert items < 100
    assert exchange.lost() == ["p-1", "p-2"]
