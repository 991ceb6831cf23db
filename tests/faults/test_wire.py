"""AMI cut into messages, and what a bad wire makes of them."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.ami.exchange import Exchange
from tests.faults import wire
from tests.faults.wire import Frames

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
MESSAGES = [
    b"Response: Success\r\nActionID: 1\r\n\r\n",
    b"Event: FullyBooted\r\nUptime: 3\r\n\r\n",
    b"\r\n\r\n",
]


@given(st.lists(st.sampled_from(MESSAGES)), st.lists(st.integers(1, 40)))
def test_a_stream_cut_anywhere_is_the_same_messages(messages: list[bytes], cuts: list[int]) -> None:
    stream = BANNER + b"".join(messages)
    frames, found = Frames(banner=True), []
    for cut in [*cuts, len(stream)]:
        found += frames.feed(stream[:cut])
        stream = stream[cut:]

    assert found == [BANNER, *messages]
    assert frames.rest == b""


def test_a_message_that_is_not_whole_waits() -> None:
    frames = Frames(banner=False)

    assert frames.feed(b"Action: Ping\r\nAct") == []
    assert frames.rest == b"Action: Ping\r\nAct"
    assert frames.feed(b"ionID: 1\r\n\r\n") == [b"Action: Ping\r\nActionID: 1\r\n\r\n"]


@given(st.integers(0, 1_000), st.lists(st.booleans(), max_size=30))
def test_events_change_places_and_answers_keep_theirs(seed: int, kinds: list[bool]) -> None:
    sent = [
        b"Event: Newstate\r\nN: %d\r\n\r\n" % n if loose else b"Event: Listed\r\nActionID: %d\r\n\r\n" % n
        for n, loose in enumerate(kinds)
    ]

    came = wire.reordered(sent, random.Random(seed))

    assert sorted(came) == sorted(sent)
    assert [each for each in came if wire.is_listed(each)] == [each for each in sent if wire.is_listed(each)]


def test_events_do_change_places() -> None:
    sent = [b"Event: Newstate\r\nN: %d\r\n\r\n" % n for n in range(20)]

    assert wire.reordered(sent, random.Random(1)) != sent


def test_strangers_are_events_that_our_own_reader_takes() -> None:
    exchange = Exchange(prefix="x")

    told = exchange.receive(BANNER + b"".join(wire.strangers(200, random.Random(1))))

    assert len(told) > 100  # kinds that we never ask about are skipped
    assert not [each for each in told if type(each).__name__ == "Malformed"]


def test_an_originate_is_known_by_its_first_line() -> None:
    assert wire.is_originate(b"Action: Originate\r\nActionID: 1\r\n\r\n")
    assert not wire.is_originate(b"Action: Hangup\r\nChannel: Originate\r\n\r\n")
