from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from twisted.internet.testing import StringTransport

from fastagi_server.asterisk.straight import Straight

MUCH = bytes(1 << 16)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 - the socket's own
    with closing(ours), closing(theirs):
        yield ours, theirs


def test_what_is_written_is_there_in_this_very_turn(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    wire = StringTransport()

    Straight(wire, ours).write(b"Action: Ping\r\n\r\n")

    assert theirs.recv(100) == b"Action: Ping\r\n\r\n"
    assert wire.value() == b""


def test_from_what_is_not_taken_on_twisted_writes_and_nothing_overtakes_it(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    wire = StringTransport()
    out = Straight(wire, ours)
    written = 0
    while not wire.value():
        out.write(MUCH)
        written += len(MUCH)
    taken = written - len(wire.value())
    heard = 0
    while heard < taken:
        heard += len(theirs.recv(1 << 20))

    out.write(b"last")

    assert wire.value().endswith(b"last")
    theirs.setblocking(False)  # noqa: FBT003 - the socket's own
    with pytest.raises(BlockingIOError):
        theirs.recv(1)


def test_a_broken_socket_is_twisteds_to_find_out(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.close()
    wire = StringTransport()

    Straight(wire, ours).write(b"hello")

    assert wire.value() == b"hello"


@pytest.mark.parametrize("ended", [True, False])
def test_without_a_socket_of_ours_or_at_the_end_twisted_writes(
    pair: tuple[socket.socket, socket.socket], ended: bool
) -> None:
    ours, theirs = pair
    wire = StringTransport()
    out = Straight(wire, ours if ended else None)
    out.end()
    out.write(b"hello")

    assert wire.value() == b"hello"
    theirs.setblocking(False)  # noqa: FBT003 - the socket's own
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
