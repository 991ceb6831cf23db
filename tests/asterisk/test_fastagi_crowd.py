"""The FastAGI port under a crowd, on a real socket and a reactor of the test's own, turned by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from twisted.internet.tcp import Server as Transport

from fastagi_server.agi.request import SHORTEST
from tests.asterisk.crowd import COMMAND, REQUEST, WHOLE_REQUEST, Server, select_read


@pytest.fixture
def server() -> Iterator[Server]:
    with ExitStack() as callers:
        server = Server(callers)
        yield server
        callers.close()
        server.close()


def test_a_burst_of_512_connections_loses_none(server: Server) -> None:
    callers = [server.caller() for _ in range(512)]
    for caller in callers:
        caller.sendall(REQUEST)

    heard = [server.hears(caller) for caller in callers]
    for caller in callers:
        caller.sendall(b"200 result=1\n")
    ends = [server.hears(caller) for caller in callers]

    assert heard == [COMMAND] * 512
    assert ends == [b""] * 512
    server.turn(lambda: server.counts.open == 0)
    assert (server.counts.served, server.counts.failed, server.log) == (512, 0, [])


IDLE, TRICKLING, SHOUTING, ENDLESS, HALF_CLOSED, REAL = 2000, 300, 40, 5, 40, 20


def test_two_thousand_idle_sockets_and_worse_do_not_stop_another(server: Server) -> None:
    callers: list[socket.socket] = []
    while len(callers) < IDLE:
        # No more at a time than wait in the backlog.
        callers += [server.caller() for _ in range(500)]
        await_open(server, len(callers))

    rest = iter(callers)
    trickling = [next(rest) for _ in range(TRICKLING)]
    for count in range(8):
        for caller in trickling:
            caller.sendall(REQUEST[count : count + 1])
        server.reactor.doIteration(0)
    for _ in range(SHOUTING):
        next(rest).sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\x00\xff" * 20)
    for _ in range(ENDLESS):
        pour(server, next(rest))
    for _ in range(HALF_CLOSED):
        next(rest).shutdown(socket.SHUT_WR)
    left = IDLE - SHOUTING - ENDLESS - HALF_CLOSED
    await_open(server, left)
    closed = server.counts.served

    for _ in range(REAL):
        caller = server.caller()
        caller.sendall(REQUEST)
        assert server.hears(caller) == COMMAND
        caller.sendall(b"200 result=1\n")
        assert server.hears(caller) == b""

    await_open(server, left)
    assert server.counts.served == closed + REAL
    # Who left without a word is no line of the log.
    assert len(server.log) == SHOUTING + ENDLESS


def await_open(server: Server, count: int) -> None:
    server.turn(lambda: server.counts.open == count)


def pour(server: Server, caller: socket.socket) -> None:
    """Say a header without an end until the other side has had enough."""
    caller.settimeout(0)
    caller.send(b"agi_network: ")

    def had_enough() -> bool:
        try:
            caller.send(b"x" * 65536)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return False

    server.turn(had_enough)


def test_a_request_said_line_by_line_is_read_when_there_is_enough(server: Server) -> None:
    caller = server.caller()
    caller.sendall(WHOLE_REQUEST[: SHORTEST - 1])
    server.turn(lambda: server.counts.open == 1)
    server.reactor.doIteration(0.01)
    (session,) = (each for each in server.reactor.getReaders() if isinstance(each, Transport))
    assert not select_read(session), "the kernel says nothing yet"

    caller.sendall(WHOLE_REQUEST[SHORTEST - 1 :])

    assert server.hears(caller) == COMMAND


def test_a_request_shorter_than_any_of_asterisks_is_heard_all_the_same(server: Server) -> None:
    caller = server.caller()
    caller.sendall(REQUEST)
    assert len(REQUEST) < SHORTEST

    assert server.hears(caller) == COMMAND


def test_who_leaves_in_the_middle_of_a_short_request_is_noticed(server: Server) -> None:
    caller = server.caller()
    caller.sendall(REQUEST[:20])
    server.turn(lambda: server.counts.open == 1)
    caller.close()

    server.turn(lambda: server.counts.open == 0)
    assert server.counts.served == 1
