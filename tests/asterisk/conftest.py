"""Asterisk's end of both wires, played by hand; and a guard: an error that Twisted logs fails the test."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionRefusedError  # noqa: A004
from twisted.internet.interfaces import IProtocol
from twisted.internet.testing import Clock, MemoryReactorClock, StringTransport
from twisted.logger import LogLevel, globalLogPublisher
from twisted.python.failure import Failure

from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.fastagi import FastAgiPort, Limits
from fastagi_server.asterisk.link import Backoff, Link
from fastagi_server.asterisk.permits import read_permits
from fastagi_server.telephony.call_id import CallId, mint

HANDLES: list[socket.socket] = []
SECRET = "it is a secret"


@pytest.fixture(autouse=True)
def nothing_goes_unhandled() -> Iterator[None]:
    seen: list[Any] = []

    def observe(event: dict[str, Any]) -> None:
        if event.get("log_level") in (LogLevel.error, LogLevel.critical):
            seen.append(event.get("log_failure") or event.get("log_format") or event)

    globalLogPublisher.addObserver(observe)
    try:
        yield
        gc.collect()  # a Deferred tells of its unhandled failure when it is collected
    finally:
        while HANDLES:
            HANDLES.pop().close()
        globalLogPublisher.removeObserver(observe)
    assert seen == []


class Wire(StringTransport):
    """A transport that ends as Twisted's does: not at once, and nothing is written once it is to end."""

    def __init__(self, clock: Clock, peer: IPv4Address | IPv6Address | None = None) -> None:
        super().__init__(peerAddress=peer)
        self.clock = clock
        self.handle = socket.socket()
        HANDLES.append(self.handle)
        self.protocol: IProtocol | None = None
        self.aborted = False
        self.mute = False
        self.lost = False
        self.no_delay = False

    def getHandle(self) -> socket.socket:  # noqa: N802 - Twisted's name
        return self.handle

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802 - Twisted's name
        self.no_delay = enabled

    def write(self, data: bytes) -> None:
        if not self.disconnecting:
            super().write(data)

    def loseConnection(self) -> None:  # noqa: N802 - Twisted's name
        if not self.disconnecting and not self.mute:
            self.clock.callLater(0, self.ends, ConnectionDone())
        self.disconnecting = True

    def abortConnection(self) -> None:  # noqa: N802 - Twisted's name
        assert not self.lost, "TLS cannot be aborted once it is lost"
        if not self.aborted:
            self.clock.callLater(0, self.ends, ConnectionAborted())
        self.aborted = self.disconnecting = True

    def ends(self, why: Exception) -> None:
        if not self.lost:
            self.lost = True
            assert self.protocol is not None
            self.protocol.connectionLost(Failure(why))


class Peer:
    """Whoever is at the other end of one connection."""

    def __init__(self, protocol: Any, clock: Clock, peer: IPv4Address | IPv6Address | None = None) -> None:
        self.protocol = protocol
        self.clock = clock
        self.wire = Wire(clock, peer)
        self.wire.protocol = protocol
        protocol.makeConnection(self.wire)

    def sends(self, data: bytes) -> None:
        self.protocol.dataReceived(data)

    def gets(self) -> bytes:
        got: bytes = self.wire.value()
        self.wire.clear()
        return got

    def hangs_up(self) -> None:
        self.wire.ends(ConnectionDone())

    @property
    def closed(self) -> bool:
        """Whether our end has let go; the reactor is given its turn."""
        self.clock.advance(0)
        return self.wire.lost


class Manager(Peer):
    """Asterisk's manager: says messages, hears actions."""

    def says(self, *lines: str) -> None:
        self.sends(message(*lines))

    def greets(self) -> None:
        self.sends(b"Asterisk Call Manager/11.0.0\r\n")

    def hears(self) -> list[dict[str, Any]]:
        return [_heard(action) for action in self.gets().decode().split("\r\n\r\n") if action]

    def hears_one(self, action: str) -> dict[str, Any]:
        (heard,) = self.hears()
        assert heard["Action"] == action
        return heard

    def answers(self, asked: dict[str, Any], *lines: str, response: str = "Success") -> None:
        self.says(f"Response: {response}", f"ActionID: {asked['ActionID']}", *lines)

    def lets_in(self) -> None:
        """Greet, challenge, and take whatever comes."""
        self.greets()
        self.answers(self.hears_one("Challenge"), "Challenge: 4711")
        self.answers(self.hears_one("Login"), "Message: Authentication accepted")


def message(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("utf-8", "surrogateescape")


def _heard(text: str) -> dict[str, Any]:
    heard: dict[str, Any] = {}
    for line in text.split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "Variable":
            heard.setdefault(name, []).append(value)
        else:
            assert name not in heard, f"{name} twice"
            heard[name] = value
    return heard


class Owner:
    """Uses a link: notes what it is told, works as long as `work` says."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.events: list[Any] = []
        self.work: Callable[[], Any] = lambda: None
        self.react: Callable[[Any], None] = self.events.append

    async def link_up(self) -> None:
        self.told.append("up")
        waited = self.work()
        if waited is not None:
            await waited
        self.told.append("ready")

    def link_down(self, why: str) -> None:
        self.told.append(f"down: {why}")

    def event(self, event: Any) -> None:
        self.react(event)


class World:
    """A link, its owner, and an Asterisk that may be reached or not."""

    def __init__(self) -> None:
        self.clock = MemoryReactorClock()
        self.owner = Owner()
        self.log: list[str] = []
        self.managers: list[Manager] = []
        self.link = Link(
            where="Asterisk",
            endpoint=TCP4ClientEndpoint(self.clock, "127.0.0.1", 5038),
            credentials=Credentials(username="discador", secret=lambda: SECRET),
            patience=Patience(),
            backoff=Backoff(chance=lambda: 0.0),
            alarm=self.clock,
            owner=self.owner,
            log=self.log.append,
        )

    @property
    def tries(self) -> int:
        return len(self.clock.tcpClients)

    def accepts(self) -> Manager:
        *_, factory, _, _ = self.clock.tcpClients[-1]
        manager = Manager(factory.buildProtocol(None), self.clock)
        self.managers.append(manager)
        return manager

    def refuses(self) -> None:
        *_, factory, _, _ = self.clock.tcpClients[-1]
        factory.clientConnectionFailed(None, Failure(ConnectionRefusedError()))

    def linked(self) -> Manager:
        manager = self.accepts()
        manager.lets_in()
        return manager

    def pause(self) -> float:
        """Wait for the next try and give how long it took."""
        before, tries = self.clock.seconds(), self.tries
        (again,) = self.clock.getDelayedCalls()
        self.clock.advance(again.getTime() - before)
        assert self.tries == tries + 1
        return self.clock.seconds() - before


class Agi(Peer):
    """Asterisk's res_agi: one AGI() of a dialplan."""

    REQUEST = (
        b"agi_network: yes\nagi_network_script: key\nagi_request: agi://127.0.0.1/key\n"
        b"agi_channel: PJSIP/carrier-00000001\nagi_uniqueid: c-17\n\n"
    )

    def asks(self) -> None:
        self.sends(self.REQUEST)

    def gets(self) -> bytes:
        """Give what has come; our end says it once the reactor is given its turn."""
        self.clock.advance(0)
        return super().gets()

    def says(self, line: str) -> None:
        self.sends(line.encode() + b"\n")

    def hears(self) -> list[str]:
        return self.gets().decode().splitlines()


class Port:
    """A FastAGI port with a script, and its callers."""

    def __init__(self, script: Any, permits: list[str], limits: Limits) -> None:
        self.clock = Clock()
        self.log: list[str] = []
        self.port = FastAgiPort(
            script=script,
            permits=read_permits(permits),
            limits=limits,
            reactor=self.clock,
            log=self.log.append,
        )

    @property
    def counts(self) -> Any:
        return self.port.counts

    def called_by(self, host: str = "127.0.0.1") -> Agi:
        kind = IPv6Address if ":" in host else IPv4Address
        return Agi(self.port.buildProtocol(None), self.clock, kind("TCP", host, 40000))


class Alone:
    """One connection to a manager, without a link over it."""

    def __init__(self, credentials: Credentials) -> None:
        self.clock = Clock()
        self.events: list[Any] = []
        self.connection = Connection(
            prefix="test",
            credentials=credentials,
            patience=Patience(),
            alarm=self.clock,
            on_event=self.events.append,
        )
        self.up: list[Any] = []
        self.down: list[str] = []
        self.connection.up.addBoth(self.up.append)
        self.connection.down.addCallback(self.down.append)
        self.asterisk = Manager(self.connection, self.clock)


@pytest.fixture
def alone() -> Alone:
    return Alone(Credentials(username="discador", secret=lambda: SECRET))


@pytest.fixture
def alone_with() -> Callable[..., Alone]:
    return lambda **credentials: Alone(Credentials(username="discador", **credentials))


@pytest.fixture
def world() -> World:
    world = World()
    world.link.start()
    return world


@pytest.fixture
def fastagi() -> Callable[..., Port]:
    def make(script: Any, permits: list[str] | None = None, **limits: Any) -> Port:
        return Port(script, permits or ["127.0.0.1"], Limits(**limits))

    return make


@pytest.fixture
def manager() -> type[Manager]:
    return Manager


@pytest.fixture
def said() -> Callable[..., bytes]:
    return message


@pytest.fixture
def call() -> CallId:
    return mint(1.0, b"0123456789")


@pytest.fixture
def other_call() -> CallId:
    return mint(2.0, b"0123456789")


@pytest.fixture
def outcome() -> Callable[[Any], list[Any]]:
    """Give the list into which a Deferred's or a coroutine's outcome falls; a failure as its exception."""

    def watch(deferred: Any) -> list[Any]:
        from twisted.internet.defer import ensureDeferred

        fell: list[Any] = []
        ensureDeferred(deferred).addCallbacks(fell.append, lambda failure: fell.append(failure.value))
        return fell

    return watch
