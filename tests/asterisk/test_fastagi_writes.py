"""What the FastAGI port says goes to the socket itself, and never out of order when the socket is full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from fastagi_server.agi.script import Agi

MakePort = Callable[..., Any]
COMMAND = b"NOOP\n"


class Socket:
    """A socket that takes so many bytes at each send; None breaks."""

    def __init__(self, *takes: int | None) -> None:
        self.takes = list(takes)
        self.took = b""

    def send(self, data: bytes) -> int:
        room = self.takes.pop(0)
        if room is None:
            raise BlockingIOError
        self.took += data[:room]
        return min(room, len(data))


async def thrice(agi: Agi) -> None:
    for _ in range(3):
        await agi.noop()


@pytest.fixture
def over(fastagi: MakePort) -> Callable[..., Any]:
    def make(script: Any, *takes: int | None, **limits: float) -> tuple[Any, Any, Socket]:
        socket = Socket(*takes)
        port = fastagi(script, **limits)
        asterisk = port.called_by()
        asterisk.protocol._out._send = socket.send
        asterisk.asks()
        port.clock.advance(0)
        return port, asterisk, socket

    return make


def test_a_socket_with_room_takes_everything_at_once(over: Callable[..., Any]) -> None:
    _, asterisk, socket = over(thrice, 99, 99, 99)
    for said in (1, 2, 3):
        assert asterisk.gets() == b""
        assert socket.took == said * COMMAND
        asterisk.says("200 result=0")


@pytest.mark.parametrize("room", [None, 0, 1, 4])
def test_what_a_full_socket_leaves_is_twisteds_and_so_is_all_that_follows(
    over: Callable[..., Any], room: int | None
) -> None:
    _, asterisk, socket = over(thrice, 99, room)
    asterisk.says("200 result=0")
    left = asterisk.gets()
    asterisk.says("200 result=0")
    left += asterisk.gets()

    assert socket.took == COMMAND + COMMAND[: room or 0]
    assert socket.took + left == 3 * COMMAND


def test_what_was_to_be_said_when_the_line_broke_is_let_go(over: Callable[..., Any]) -> None:
    port, asterisk, socket = over(thrice, 99, None)
    asterisk.says("200 result=0")
    asterisk.hangs_up()

    assert asterisk.gets() == b""
    assert socket.took == COMMAND
    assert port.counts.open == 0


def test_all_who_were_heard_in_one_turn_are_answered_in_the_next(fastagi: MakePort) -> None:
    port = fastagi(thrice)
    first, second = port.called_by(), port.called_by()
    first.asks()
    second.asks()
    assert len(port.clock.getDelayedCalls()) == 3  # an alarm each, and one for what both will say

    assert first.hears() == second.hears() == ["NOOP"]
    assert len(port.clock.getDelayedCalls()) == 2


def test_a_session_that_was_given_up_says_nothing_any_more(over: Callable[..., Any]) -> None:
    commit: Deferred[None] = Deferred()

    async def script(agi: Agi) -> None:
        await commit
        await agi.noop()

    port, asterisk, socket = over(script, 99, own=5)
    asterisk.wire.ends = lambda why: None  # Twisted tells of an abort a turn of its loop later
    port.clock.advance(5)
    assert asterisk.wire.aborted
    commit.callback(None)

    assert socket.took == b""
    assert asterisk.gets() == b""
