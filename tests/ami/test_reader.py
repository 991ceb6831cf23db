from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.ami import events as e
from fastagi_server.ami.errors import RemoteError
from fastagi_server.ami.messages import Banner, Response
from fastagi_server.ami.reader import Message, Reader

HELLO = b"Asterisk Call Manager/9.0.0\r\n"
NEWSTATE = (
    b"Event: Newstate\r\nPrivilege: call,all\r\nChannel: c\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    b"Uniqueid: u\r\nLinkedid: l\r\n\r\n"
)
UP = e.Newstate(channel="c", uniqueid="u", linkedid="l", channel_state=6, channel_state_desc="Up")
SKIPPED = b"Event: RTCPSent\r\nPrivilege: reporting,all\r\nPT: 200\r\n\r\n"
OLD = b"Response: Follows\r\nPrivilege: Command\r\nActionID: p-1\r\none\n\r\n\r\ntwo\n--END COMMAND--\r\n\r\n"
PIECES = [NEWSTATE, SKIPPED, OLD, b"Response: Success\r\nActionID: p-2\r\n\r\n", b"\r\n", b"noise\r\n\r\n"]
PIECES += [
    b"Event: \xff\xfe\r\n\r\n",
    b"Event: Hangup\r\nCause: \xc3\r\n\r\n",
    b"\r\n\r\n",
    b"Event: Shutdown\r\n\r\n",
]


def read(chunks: list[bytes], **options: int) -> list[Message]:
    reader = Reader(**options)  # type: ignore[arg-type]
    return [message for chunk in chunks for message in reader.receive(chunk)]


def test_the_banner_comes_first() -> None:
    assert read([HELLO]) == [Banner(text="Asterisk Call Manager/9.0.0")]
    assert read([HELLO + NEWSTATE]) == [Banner(text="Asterisk Call Manager/9.0.0"), UP]


def test_what_nobody_wants_is_skipped() -> None:
    assert read([HELLO, SKIPPED, NEWSTATE, SKIPPED]) == [Banner(text="Asterisk Call Manager/9.0.0"), UP]
    assert Reader(frozenset()).receive(HELLO + NEWSTATE)[1:] == []


def test_what_is_wanted_without_a_type_is_unknown() -> None:
    (event,) = Reader(frozenset({"RTCPSent"})).receive(HELLO + SKIPPED)[1:]
    assert isinstance(event, e.UnknownEvent)


def test_an_event_of_one_line() -> None:
    assert read([HELLO, b"Event: Shutdown\r\n\r\n"])[1:] == [e.Shutdown()]


def test_the_old_form_of_command_with_empty_lines_inside() -> None:
    first, second = read([HELLO, OLD + NEWSTATE])[1:]
    assert isinstance(first, Response)
    assert first.output == ("one", "", "", "two")
    assert second == UP


def test_an_event_quoted_in_an_old_output_is_output() -> None:
    quoted = OLD.replace(b"two", b"\r\n\r\n" + NEWSTATE + b"two")
    (answer,) = read([HELLO, quoted])[1:]
    assert isinstance(answer, Response)
    assert "Event: Newstate" in answer.output


def test_empty_lines_too_many_are_nothing() -> None:
    assert read([HELLO, b"\r\n\r\n\r\n" + NEWSTATE + b"\r\n\r\n" + NEWSTATE])[1:] == [UP, UP]


def test_a_message_that_is_neither_event_nor_response_is_told() -> None:
    assert read([HELLO, b"HTTP/1.1 200 OK\r\n\r\n" + NEWSTATE])[1:] == [
        e.Malformed(event="", field="first line", value="HTTP/1.1 200 OK"),
        UP,
    ]


@pytest.mark.parametrize("noise", [b"SSH-2.0-OpenSSH_9\r\n", b"x", b"Asterisk Call Manager/" + b"9" * 2000])
def test_another_greeting_is_not_a_manager(noise: bytes) -> None:
    with pytest.raises(RemoteError, match="greet"):
        read([noise])


def test_an_error_stays() -> None:
    reader = Reader()
    with pytest.raises(RemoteError):
        reader.receive(b"SSH-2.0\r\n")
    with pytest.raises(RemoteError, match="SSH"):
        reader.receive(HELLO)


def test_a_message_without_end_is_an_error() -> None:
    reader = Reader(max_message=1000)
    reader.receive(HELLO)
    for _ in range(7):
        assert reader.receive(b"Event: Newstate\r\nX: " + b"y" * 100 + b"\r\n") == []
    with pytest.raises(RemoteError, match="more than 1000 bytes"):
        reader.receive(b"y" * 200)


def test_an_output_without_end_is_an_error() -> None:
    reader = Reader(max_message=1000)
    reader.receive(HELLO + b"Response: Follows\r\n\r\n")
    for _ in range(9):
        assert reader.receive(b"y" * 100 + b"\r\n\r\n") == []
    with pytest.raises(RemoteError, match="more than 1000 bytes"):
        reader.receive(b"y" * 100 + b"\r\n\r\n")


def test_what_was_whole_before_an_endless_message_is_given_first() -> None:
    reader = Reader(max_message=100)
    assert reader.receive(HELLO + NEWSTATE[:0] + SKIPPED + NEWSTATE + b"E" * 300)[1:] == [UP]
    with pytest.raises(RemoteError):
        reader.receive(b"E")


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.lists(st.integers(0, 1500), max_size=8))
def test_however_it_is_cut_it_reads_the_same(pieces: list[bytes], cuts: list[int]) -> None:
    whole = HELLO + b"".join(pieces)
    places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    chunks = [whole[start:end] for start, end in pairwise(places)]
    assert read(chunks) == read([whole])


@given(
    st.lists(
        st.binary(max_size=200) | st.sampled_from([*PIECES, HELLO, b"\r\n", b"Event: Hangup\r\nCause: "])
    )
)
def test_any_bytes_raise_our_error_or_none(chunks: list[bytes]) -> None:
    for greeting in (b"", HELLO):
        try:
            read([greeting, *chunks], max_message=500)
        except RemoteError:
            continue


@given(st.sampled_from(["DTMFEnd", "Hangup", "QueueEntry", "UserEvent"]), st.binary())
def test_any_body_of_a_wanted_event_is_read_or_told(name: str, noise: bytes) -> None:
    messages = read([HELLO, b"Event: " + name.encode() + b"\r\n" + noise, b"\r\n\r\n", NEWSTATE])
    assert messages[-1] == UP or b"\r\n\r\n" in noise or noise.endswith(b"\r")
