"""The FastAGI port on a real socket and a reactor of the test's own, turned by hand. It knows no test."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.main import CONNECTION_DONE
from twisted.python.failure import Failure

from fastagi_server.agi.request import SHORTEST
from fastagi_server.agi.script import Agi
from fastagi_server.asterisk.fastagi import FastAgiPort, Limits
from fastagi_server.asterisk.permits import read_permits

BACKLOG = 1024
PATIENCE = 30.0
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
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
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
