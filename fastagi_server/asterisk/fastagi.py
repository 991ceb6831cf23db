"""The FastAGI port: who may ask, how long and how many at once. What is asked is the script's affair.

Closing a session is always safe: the dialplan has its default set before it asks.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from fastagi_server.agi.drive import FOREIGN, LISTENING, Drive
from fastagi_server.agi.errors import Gone
from fastagi_server.agi.request import SHORTEST
from fastagi_server.agi.script import Script
from fastagi_server.asterisk.permits import Network, permitted
from fastagi_server.asterisk.straight import Straight
from fastagi_server.telephony.errors import DiscadorError

# How many hosts' permission is remembered; anybody may knock from any number of addresses.
KNOWN_HOSTS = 1024
# Asterisk writes its request line by line, and the kernel wakes us once there is enough to read. Who says
# less than Asterisk ever does is heard after so many seconds.
SHORT_REQUEST_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one FastAGI port bears: seconds without a word from Asterisk, seconds in all, sessions at once.

    `own` is how long a script may wait for something of ours (a commit) before the session is closed.
    """

    idle: float = 5.0
    own: float = 5.0
    session: float = 30.0
    sessions: int = 4096


@dataclass(kw_only=True)
class Counts:
    """What the port has seen; for whoever asks."""

    open: int = 0
    served: int = 0
    failed: int = 0
    strangers: int = 0
    turned_away: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


class Session(Protocol):
    """One AGI() of a dialplan."""

    def __init__(self, port: FastAgiPort) -> None:
        self._port = port
        self._drive = Drive(port.script)
        self._alarm: IDelayedCall | None = None
        self._due = self._last = 0.0
        self._waiting: Deferred[Any] | None = None
        self._lost = False
        self._told = False
        self._gathers = False
        self._out: Straight | None = None

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Let in whoever may ask, while there is room."""
        if not self._port.admit(self._wire.getPeer()):
            self._wire.abortConnection()
            return
        self._wire.setTcpNoDelay(True)
        self._out = Straight(self._wire, self._socket)
        self._wake_at(SHORTEST)
        limits, reactor = self._port.limits, self._port.reactor
        now = reactor.seconds()
        self._due, self._last = now + limits.idle, now + limits.session
        first = min(limits.idle, limits.session, SHORT_REQUEST_SECONDS)
        self._alarm = reactor.callLater(first, self._look)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take Asterisk's bytes and answer; who was not let in is not heard."""
        if self._gathers:
            self._wake_at(1)
        if self._alarm is not None:
            self._go_on(self._drive.receive(data))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802 - Twisted's name
        """Let the script know, and make room."""
        if self._alarm is None:
            return
        self._lost = True
        if self._alarm.active():
            self._alarm.cancel()
        self._port.left()
        if not self._drive.ended:
            self._drive.connection_lost()
            # What a script does on its way out (finally) may wait for something of ours too.
            self._go_on(b"")

    @property
    def _wire(self) -> ITCPTransport:
        return cast("ITCPTransport", self.transport)

    @property
    def _socket(self) -> socket.socket:
        return cast("socket.socket", cast("Any", self.transport).getHandle())

    def _wake_at(self, size: int) -> None:
        """Have the kernel say that there is something to read from so many bytes on, or at the end."""
        self._gathers = size > 1
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)

    def _go_on(self, out: bytes) -> None:
        """Say what the script says, and wait for what it waits for."""
        if out:
            self._port.soon(self, out)
        stage = self._drive.stage
        if stage is LISTENING:
            self._due = self._port.reactor.seconds() + self._port.limits.idle
        elif stage is not FOREIGN:
            self._close()
        elif self._drive.awaiting is not self._waiting:
            self._allow_ourselves(self._port.limits.own)
            self._wait_for(self._drive.awaiting)

    def say(self, out: bytes) -> None:
        """Write this now; who is gone is told nothing."""
        if self._out is not None and not self._lost:
            self._out.write(out)

    def _close(self) -> None:
        if not self._told:
            self._told = True
            failure = self._drive.failure
            if failure is not None and not isinstance(failure, Gone):
                self._port.failed(failure)
        if not self._lost:
            self._wire.loseConnection()

    def _wait_for(self, awaited: Deferred[Any]) -> None:
        self._waiting = awaited

        def came(value: Any) -> None:
            self._go_on(self._drive.resume(value, awaited))

        def failed(failure: Failure) -> None:
            error = failure.value or Gone()
            if self._drive.awaiting is not awaited:  # the script has left; its error is still somebody's
                self._port.failed(error)
            self._go_on(self._drive.throw(error, awaited))

        awaited.addCallbacks(came, failed)

    def _allow_ourselves(self, seconds: float) -> None:
        alarm = self._alarm
        self._due = self._port.reactor.seconds() + seconds
        if alarm is not None and alarm.active() and self._due < alarm.getTime():
            alarm.reset(seconds)

    def _look(self) -> None:
        """End the session when a time is over, else look again when the next one is.

        One alarm that is hardly ever moved, instead of two that every portion moves.
        """
        if self._gathers:
            self._wake_at(1)
        now = self._port.reactor.seconds()
        if now >= self._last:
            self._end("the session took too long")
        elif now >= self._due:
            self._give_up()
        else:
            wait = min(self._due, self._last) - now
            self._alarm = self._port.reactor.callLater(wait, self._look)

    def _give_up(self) -> None:
        ours = self._drive.stage is FOREIGN
        self._end("our own answer took too long" if ours else "Asterisk said nothing in time")

    def _end(self, why: str) -> None:
        self._port.count(why)
        if self._out is not None:
            self._out.end()
        self._wire.abortConnection()


class FastAgiPort(Factory):
    """All sessions of one port."""

    noisy = False

    def __init__(
        self,
        *,
        script: Script,
        permits: tuple[Network, ...],
        limits: Limits,
        reactor: IReactorTime,
        log: Callable[[str], None],
    ) -> None:
        self.script = script
        self.limits = limits
        self.reactor = reactor
        self.counts = Counts()
        self._log = log
        self._full = False
        self._unsaid: list[tuple[Session, bytes]] = []

        @lru_cache(maxsize=KNOWN_HOSTS)
        def judged(host: str) -> bool:
            may = permitted(host, permits)
            if not may:
                log(f"FastAGI: {host} may not ask; fastagi.permit does not name it")
            return may

        self._permitted = judged

    def buildProtocol(self, addr: IAddress | None) -> Session:  # noqa: ARG002, N802 - Twisted's name
        """Open a session."""
        return Session(self)

    def admit(self, peer: IAddress) -> bool:
        """Say whether this peer may ask now; a host is told of when it is first refused."""
        host = str(getattr(peer, "host", ""))
        if not self._permitted(host):
            self.counts.strangers += 1
            return False
        if self.counts.open >= self.limits.sessions:
            self.counts.turned_away += 1
            if not self._full:
                self._log(f"FastAGI: {self.limits.sessions} sessions are open; others are turned away")
            self._full = True
            return False
        self.counts.open += 1
        return True

    def soon(self, session: Session, out: bytes) -> None:
        """Say this when everybody who was heard in this turn of the loop has found his words.

        Twisted's own write asks epoll twice for each, and a write at once wakes Asterisk again and again
        while others wait; docs/speed.md has the figures.
        """
        if not self._unsaid:
            self.reactor.callLater(0, self._say_all)
        self._unsaid.append((session, out))

    def _say_all(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        for session, out in unsaid:
            session.say(out)

    def left(self) -> None:
        """Count a session that is over."""
        self.counts.open -= 1
        self.counts.served += 1
        self._full = False

    def failed(self, failure: BaseException) -> None:
        """Count a script that failed."""
        self.counts.failed += 1
        what = failure.sentence() if isinstance(failure, DiscadorError) else repr(failure)
        self._log(f"FastAGI: a script failed, the dialplan's default stands: {what}")

    def count(self, why: str) -> None:
        """Count a session that was given up."""
        self.counts.reasons[why] = self.counts.reasons.get(why, 0) + 1
        self._log(f"FastAGI: a session was given up, the dialplan's default stands: {why}")
