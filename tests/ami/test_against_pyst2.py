"""pyst2 as an independent witness: it reads each recorded message into the same values as we do."""

import re
from collections.abc import Callable
from typing import Any

from asterisk.manager import ManagerMsg

from fastagi_server.ami.events import UserEvent
from fastagi_server.ami.messages import Response
from fastagi_server.ami.parsing import TYPES, header_of
from fastagi_server.ami.reader import Reader

HELLO = b"Asterisk Call Manager/11.0.0\r\n"
ANY_HELLO = re.compile(rb"\AAsterisk Call Manager/[^\r]*\r\n")
EXAMINED = ("channel", "uniqueid", "linkedid", "dest_uniqueid", "digit", "cause", "reason", "key", "app_data")


def witness_of(raw: bytes) -> ManagerMsg:
    text = ANY_HELLO.sub(b"", raw).decode("utf-8", "surrogateescape")
    return ManagerMsg([line + "\r\n" for line in text.split("\r\n")])


def test_both_read_the_same_headers(scene: str, transcript: Callable[[str], Any]) -> None:
    compared = 0
    for raw in transcript(scene).server.split(b"\r\n\r\n"):
        witness = witness_of(raw)
        for message in Reader().receive(HELLO + ANY_HELLO.sub(b"", raw) + b"\r\n\r\n")[1:]:
            if isinstance(message, Response):
                assert message.action_id == witness.get_header("ActionID")
                assert message.response == witness.get_header("Response")
                # Some of Asterisk's messages end with a bare LF of their own; pyst2 drops it.
                assert message.message.rstrip("\n") == witness.get_header("Message", "")
                compared += 1
                continue
            assert type(message) is TYPES[str(witness.get_header("Event"))]
            if isinstance(message, UserEvent):
                continue
            for field in EXAMINED:
                value = getattr(message, field, "")
                if value not in ("", None):
                    assert str(value) == witness.get_header(header_of(field)), field
                    compared += 1
    assert compared >= 3


def test_a_hostile_reason_phrase_gives_the_witness_another_call_and_us_our_own(
    transcript: Callable[[str], Any],
) -> None:
    """A SIP reason phrase with commas appends headers to a UserEvent; the last Uniqueid is the attacker's."""
    pieces = transcript("call").server.split(b"\r\n\r\n")
    (raw,) = (piece for piece in pieces if b"UserEvent: Sip\r\n" in piece)
    assert witness_of(raw).get_header("Uniqueid") == "stolen"
    (event,) = Reader().receive(HELLO + raw + b"\r\n\r\n")[1:]
    assert isinstance(event, UserEvent)
    assert event.uniqueid == event.fields["Call"] == "01hf7yat00recordedcall0001"
