"""The FastAGI port under a crowd, on a real socket and a reactor of the test's own, turned by hand."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.tcp import Server as Transport
from twisted.python.failure import Failure

from fastagi_server.agi.request import SHORTEST
from fastagi_server.agi.script import Agi
from fastagi_server.asterisk.fastagi import FastAgiPort, Limits
from fastagi_server.asterisk.permits import read_permits

BACKLOG = 1024
REQUEST = b"agi_network: yes\nagi_uniqueid: c-17\n\n"
WHOLE_REQUEST = b"agi_network: yes\nagi_uniqueid: c-17\nagi_accountcode: " + b"a" * SHORTEST + b"\n\n"
COMMAND = b'SET VARIABLE "HELLO" "c-17"\n'


async def greet(agi: Agi) -> None:
    await agi.set_variable("HELLO", agi.request.uniqueid)


class Server:
    """The port and its reactor."""

    def __init__(self, callers: ExitStack) -> None:
        self.reactor = EPollReactor()
        self.log: list[str] = []
        self.callers = callers
        self.factory = FastAgiPort(
            script=greet,
            permits=read_permits(["127.0.0.1"]),
            limits=Limits(idle=60, session=60),
            reactor=self.reactor,
            log=self.log.append,
        )
        self.port = self.reactor.listenTCP(0, self.factory, BACKLOG, "127.0.0.1")

    @property
    def counts(self) -> Any:
        return self.factory.counts

    def caller(self) -> socket.socket:
        """Connect; nobody accepts before the reactor turns, so it waits in the backlog."""
        connected = socket.create_connection(("127.0.0.1", self.port.getHost().port), timeout=10)
        return self.callers.enter_context(connected)

    def turn(self, until: Callable[[], bool]) -> None:
        for _ in range(2000):
            if until():
                return
            self.reactor.runUntilCurrent()
            self.reactor.doIteration(0.01)
        raise AssertionError("it never came")

    def hears(self, caller: socket.socket) -> bytes:
        self.turn(lambda: bool(select_one(caller)))
        return caller.recv(100)

    def close(self) -> None:
        stopped = self.port.stopListening()
        self.turn(lambda: self.counts.open == 0 and stopped.called)
        for reader in (*self.reactor.removeAll(), *self.reactor._internalReaders):
            reader.connectionLost(Failure(CONNECTION_DONE))
        self.reactor._poller.close()


def select_read(transport: Any) -> list[Any]:
    return select_one(transport.getHandle())


def select_one(caller: socket.socket) -> list[Any]:
    poll = select.poll()
    poll.register(caller, select.POLLIN)
    return poll.poll(0)


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


def test_a_thousand_idle_sockets_do_not_stop_another(server: Server) -> None:
    for _ in range(1000):
        server.caller()
    server.turn(lambda: server.counts.open == 1000)

    caller = server.caller()
    caller.sendall(REQUEST)
    assert server.hears(caller) == COMMAND
    caller.sendall(b"200 result=1\n")
    assert server.hears(caller) == b""

    server.turn(lambda: server.counts.open == 1000)
    assert (server.counts.served, server.log) == (1, [])


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
