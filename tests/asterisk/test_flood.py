"""A manager that floods, that never ends a line, that breaks off: on real sockets, beside a FastAGI port."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.endpoints import TCP4ClientEndpoint

from fastagi_server.ami.event import Event
from fastagi_server.asterisk.connection import Credentials, Patience
from fastagi_server.asterisk.link import Backoff, Link
from tests.asterisk.crowd import COMMAND, REQUEST, Server

BURST = 100_000
GIANTS, GIANT_BYTES = 300, 60_000
MEGABYTE = 1024 * 1024
Plot = Callable[[socket.socket], object]


def hangup(channel: bytes = b"PJSIP/carrier-00000001") -> bytes:
    return b"Event: Hangup\r\nChannel: " + channel + b"\r\nUniqueid: u\r\nCause: 16\r\n\r\n"


class Manager:
    """Asterisk's end in a thread of its own, for it blocks while its client does not read; a plot a link."""

    def __init__(self, plots: Sequence[Plot]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, args=[plots])
        self.thread.start()

    def _run(self, plots: Sequence[Plot]) -> None:
        for plot in plots:
            wire, _ = self.listener.accept()
            with wire, suppress(OSError):
                wire.sendall(b"Asterisk Call Manager/11.0.0\r\n")
                lines = wire.makefile("rb")
                for says in (b"Challenge: 4711", b"Message: Authentication accepted"):
                    asked = dict(line.rstrip().split(b": ") for line in iter(lines.readline, b"\r\n"))
                    wire.sendall(
                        b"Response: Success\r\nActionID: " + asked[b"ActionID"] + b"\r\n" + says + b"\r\n\r\n"
                    )
                plot(wire)
                lines.close()

    def stay(self, wire: socket.socket) -> None:
        self.over.wait()

    def close(self) -> None:
        self.over.set()
        self.thread.join(10)
        self.listener.close()
        assert not self.thread.is_alive()


class Heard:
    """The link's owner: counts what it hears."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.events = 0

    async def link_up(self) -> None:
        self.told.append("up")

    def link_down(self, why: str) -> None:
        self.told.append(why)

    def event(self, event: Event) -> None:
        self.events += 1


@pytest.fixture
def server() -> Iterator[Server]:
    with ExitStack() as callers:
        server = Server(callers)
        yield server
        callers.close()
        server.close()


@contextmanager
def linked(server: Server, manager: Manager) -> Iterator[Heard]:
    heard = Heard()
    reactor: Any = server.reactor
    link = Link(
        where="Asterisk",
        endpoint=TCP4ClientEndpoint(reactor, "127.0.0.1", manager.port),
        credentials=Credentials(username="discador", secret=lambda: "secret"),
        patience=Patience(),
        backoff=Backoff(first=0.01, chance=lambda: 0.0),
        alarm=reactor,
        owner=heard,
        log=lambda line: None,
    )
    link.start()
    try:
        yield heard
    finally:
        stopped = link.stop()
        manager.over.set()
        server.turn(lambda: bool(stopped.called))
        manager.close()


def resident() -> int:
    """Give the memory that this process really has, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_a_hundred_thousand_events_at_once_keep_no_dialplan_waiting(server: Server) -> None:
    burst = hangup() * BURST
    before = resident()
    manager = Manager([lambda wire: (wire.sendall(burst), manager.stay(wire))])
    with linked(server, manager) as heard:
        caller = server.caller()
        server.turn(lambda: heard.events > 0)
        caller.sendall(REQUEST)

        assert server.hears(caller) == COMMAND
        assert heard.events < BURST, "the dialplan is answered while the flood lasts"
        server.turn(lambda: heard.events == BURST)

        assert heard.told == ["up"]
        assert resident() - before < 64 * MEGABYTE


def test_a_line_without_end_and_a_break_in_the_middle_cost_a_link_and_no_memory(server: Server) -> None:
    def endless(wire: socket.socket) -> None:
        wire.sendall(hangup()[:40])
        for _ in range(256):
            wire.sendall(b"x" * MEGABYTE)

    def giants(wire: socket.socket) -> None:
        for _ in range(GIANTS):
            wire.sendall(hangup(b"y" * GIANT_BYTES))
        manager.stay(wire)

    before = resident()
    manager = Manager([endless, lambda wire: wire.sendall(hangup() + hangup()[:40]), giants])
    with linked(server, manager) as heard:
        server.turn(lambda: heard.events == GIANTS + 1)

        assert [told == "up" for told in heard.told] == [True, False, True, False, True]
        assert resident() - before < 64 * MEGABYTE
