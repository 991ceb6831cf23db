"""One connection to Asterisk's manager, from its banner to its loss. It never sends anything twice.

The language is ami's; here are the socket's bytes and the time each answer may take.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from fastagi_server.ami.action import Action
from fastagi_server.ami.actions import Ping
from fastagi_server.ami.errors import LoginRefusedError, RemoteError
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered, Exchange, Orphan
from fastagi_server.ami.login import login
from fastagi_server.ami.messages import Banner, Response
from fastagi_server.asterisk.errors import OutcomeUnknownError, RefusedError
from fastagi_server.asterisk.straight import Straight
from fastagi_server.asterisk.translate import readable
from fastagi_server.telephony.errors import DiscadorError

# Asterisk cuts off a client whose buffers are full for 100 ms: a burst of events must fit.
RECEIVE_BUFFER = 4 * 1024 * 1024
# Read at a time: some five events. More would be one turn of the reactor, for which a slot would wait.
READ_BYTES = 2048
SILENT_LOOKS = 4


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long things may take, in seconds.

    Not one byte for twice the keepalive, though a Ping is on its way by then, is a link that is dead. One
    that is slow but says something is not: a single answer may take as long as any action's.
    """

    action: float = 5.0
    keepalive: float = 1.5


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who we are to Asterisk; the secret is never shown."""

    username: str
    secret: Callable[[], str]
    md5: bool = True


@dataclass(kw_only=True)
class _Asked:
    action: Action
    answer: Deferred[Answered]
    alarm: IDelayedCall
    at: float


class Connection(Protocol):
    """The protocol; `up` fires once logged in, or fails when refused or lost before that.

    `down` fires once, with the reason, when the connection is gone and everybody who waited was told.
    `on_event` must not raise: what it raised would end the connection and lose the rest of the bytes.
    """

    def __init__(
        self,
        *,
        prefix: str,
        credentials: Credentials,
        patience: Patience,
        alarm: IReactorTime,
        on_event: Callable[[Event], None],
    ) -> None:
        self._exchange = Exchange(prefix=prefix)
        self._credentials = credentials
        self._patience = patience
        self._alarm = alarm
        self._on_event = on_event
        self._asked: dict[str, _Asked] = {}
        self._watch: IDelayedCall | None = None
        self._listening: IDelayedCall | None = None
        self._heard = True
        self._silent = 0
        self._login: Generator[Action, Response, None] | None = None
        self._out: Straight | None = None
        self._over = False
        self.banner = ""
        self.up: Deferred[None] = Deferred()
        self.down: Deferred[str] = Deferred()
        self._why = ""

    @property
    def over(self) -> bool:
        """Whether nothing can be asked any more: it is lost, or about to be."""
        return self._over or bool(self._why)

    @property
    def orphans(self) -> int:
        """How many answers came that nobody waited for."""
        return self._exchange.orphans

    @property
    def unanswered(self) -> float:
        """For how long the oldest action waits for its answer, in seconds."""
        oldest = next(iter(self._asked.values()), None)
        return 0.0 if oldest is None else self._alarm.seconds() - oldest.at

    def ask(self, action: Action, *, seconds: float | None = None) -> Deferred[Answered]:
        """Send an action once; fails with RefusedError, or OutcomeUnknownError when no answer can come."""
        action_id, data = self._exchange.request(action)
        answer: Deferred[Answered] = Deferred()
        alarm = self._alarm.callLater(seconds or self._patience.action, self._expire, action_id)
        at = self._alarm.seconds()
        self._asked[action_id] = _Asked(action=action, answer=answer, alarm=alarm, at=at)
        assert self._out is not None, "nothing is asked before there is a connection"
        self._out.write(data)
        return answer

    def abort(self, why: str) -> None:
        """End the connection now; the first reason given is the one that is told."""
        self._why = self._why or why
        if self.transport is not None and not self._over:
            self._end_writing()
            self._wire.abortConnection()

    def leave(self, why: str) -> None:
        """End the connection once what was written is on its way; nothing more can be asked."""
        self._why = self._why or why
        if self.transport is not None and not self._over:
            self._end_writing()
            self._wire.loseConnection()

    def _end_writing(self) -> None:
        if self._out is not None:
            self._out.end()

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Make room for bursts; Asterisk speaks first."""
        transport = cast("Any", self.transport)
        handle = _socket_of(transport)
        if handle is not None:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            # The second action of a turn would wait for Asterisk's kernel to have acknowledged the first.
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport.bufferSize = READ_BYTES
        # Under TLS what is written goes through OpenSSL: that transport's own handle is none of ours.
        self._out = Straight(self._wire, handle if transport.getHandle() is handle else None)
        if self._why:  # it was to end before it began
            self._wire.abortConnection()
            return
        self._watch = self._alarm.callLater(self._patience.action, self.abort, "it did not let us in in time")
        self._listen()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take bytes from Asterisk; whatever breaks its own rules ends the link."""
        self._heard = True
        try:
            told = self._exchange.receive(data)
        except RemoteError as error:
            self.abort(error.sentence())
            return
        for message in told:
            match message:
                case Answered():
                    self._answered(message)
                case Banner():
                    self.banner = readable(message.text)
                    self._begin_login()
                case Orphan():
                    continue  # counted by the exchange; its asker was told long ago
                case _:
                    self._on_event(message)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """Tell everybody who waits that the outcome is unknown, once."""
        self._over = True
        why = self._why = self._why or f"the link was lost ({reason.getErrorMessage().rstrip('.')})"
        self._stop_watching()
        if self._listening is not None and self._listening.active():
            self._listening.cancel()
        for action_id in self._exchange.lost():
            asked = self._asked.pop(action_id)
            asked.alarm.cancel()
            asked.answer.errback(OutcomeUnknownError(action=asked.action.action, why=why))
        if not self.up.called:
            self.up.errback(OutcomeUnknownError(action="the login", why=why))
        self.down.callback(why)

    @property
    def _wire(self) -> ITCPTransport:
        return cast("ITCPTransport", self.transport)

    def _begin_login(self) -> None:
        try:
            self._login = login(
                username=self._credentials.username,
                secret=self._credentials.secret(),
                md5=self._credentials.md5,
            )
            first = self.ask(next(self._login))
        except (DiscadorError, OSError) as error:  # a secret that cannot be read, or said
            self._refuse(error)
        else:
            first.addCallbacks(self._go_on, self._login_failed)

    def _go_on(self, answered: Answered) -> None:
        assert self._login is not None
        try:
            action = self._login.send(answered.response)
        except StopIteration:
            self._logged_in()
        except LoginRefusedError as error:
            self._refuse(error)
        else:
            self.ask(action).addCallbacks(self._go_on, self._login_failed)

    def _login_failed(self, failure: Failure) -> None:
        # No answer is the login alarm's affair, and it went off first.
        if isinstance(failure.value, RefusedError):
            why = str(failure.value.details["why"])
            self._refuse(LoginRefusedError(username=self._credentials.username, why=why))

    def _refuse(self, error: Exception) -> None:
        self._why = self._why or str(error)
        if not self.up.called:
            self.up.errback(error)
        self.abort(self._why)

    def _logged_in(self) -> None:
        if not self.over:
            self._keep_alive_later()
            self.up.callback(None)

    def _keep_alive_later(self) -> None:
        self._stop_watching()
        self._watch = self._alarm.callLater(self._patience.keepalive, self._keep_alive)

    def _keep_alive(self) -> None:
        def alive(_: Answered) -> None:
            self._keep_alive_later()

        def dead(_: Failure) -> None:
            self.abort("no answer to a Ping")

        self.ask(Ping()).addCallbacks(alive, dead)

    def _listen(self) -> None:
        """Look whether anything was heard; looks count, not seconds: we may stand still ourselves."""
        self._silent = 0 if self._heard else self._silent + 1
        self._heard = False
        if self._silent >= SILENT_LOOKS:
            self.abort(f"it was silent for {2 * self._patience.keepalive:g} s")
        else:
            self._listening = self._alarm.callLater(2 * self._patience.keepalive / SILENT_LOOKS, self._listen)

    def _stop_watching(self) -> None:
        if self._watch is not None and self._watch.active():
            self._watch.cancel()

    def _answered(self, answered: Answered) -> None:
        asked = self._asked.pop(answered.action_id)
        asked.alarm.cancel()
        if answered.response.ok:
            asked.answer.callback(answered)
        else:
            why = readable(answered.response.message or answered.response.response)
            asked.answer.errback(RefusedError(action=asked.action.action, why=why))

    def _expire(self, action_id: str) -> None:
        for expired in self._exchange.expire([action_id]):
            asked = self._asked.pop(expired)
            asked.answer.errback(OutcomeUnknownError(action=asked.action.action, why="no answer in time"))


def _socket_of(transport: Any) -> socket.socket | None:
    """Give the socket itself: under TLS the transport's handle is OpenSSL's, and a transport carries it."""
    while transport is not None:
        handle = transport.getHandle()
        if isinstance(handle, socket.socket):
            return handle
        transport = getattr(transport, "transport", None)
    return None
