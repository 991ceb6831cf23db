"""The lasting link to one Asterisk: it comes back for ever, and what was pending is never sent again.

ClientService keeps the connection; here is who is told when it is up and when it is down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IAddress, IProtocol, IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from fastagi_server.ami.action import Action
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.errors import NoLinkError


class Owner(Protocol):
    """Whoever uses the link."""

    async def link_up(self) -> None:
        """The link is there; when this fails the link is dropped and tried again."""
        ...

    def link_down(self, why: str) -> None:
        """The link is gone."""
        ...

    def event(self, event: Event) -> None:
        """Asterisk told something."""
        ...


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """How long to wait before each new try, in seconds; `chance` gives 0 to 1 and spreads many clients."""

    first: float = 0.25
    ceiling: float = 5.0
    chance: Callable[[], float] = field(default=lambda: 0.5)

    def jitter(self) -> float:
        """Give the seconds that are added to a wait, so that many clients do not come back at once."""
        return self.first * self.chance()


class _Connections(Factory):
    noisy = False

    def __init__(self, make: Callable[[], Connection]) -> None:
        self._make = make

    def buildProtocol(self, addr: IAddress | None) -> Connection:  # noqa: ARG002, N802 - Twisted's name
        return self._make()


class Link:
    """One Asterisk's manager, kept."""

    def __init__(
        self,
        *,
        where: str,
        endpoint: IStreamClientEndpoint,
        credentials: Credentials,
        patience: Patience,
        backoff: Backoff,
        alarm: IReactorTime,
        owner: Owner,
        log: Callable[[str], None],
    ) -> None:
        self._where = where
        self._credentials = credentials
        self._patience = patience
        self._alarm = alarm
        self._owner = owner
        self._log = log
        self._times = 0
        self._manager: Connection | None = None
        self._service = ClientService(
            endpoint,
            _Connections(self._connection),
            retryPolicy=_policy(backoff),
            clock=alarm,
            prepareConnection=self._prepare,
        )

    def start(self) -> None:
        """Connect, and come back whenever the link is lost."""
        self._service.startService()

    def stop(self) -> Deferred[Any]:
        """End the link and do not come back."""
        return self._service.stopService()

    def when_up(self) -> Deferred[Any]:
        """Fire when the link is up, its owner's work done too."""
        return self._service.whenConnected()

    def ask(self, action: Action, *, seconds: float | None = None) -> Deferred[Answered]:
        """Send an action once; NoLinkError means that nothing was sent."""
        if self._manager is None:
            raise NoLinkError(where=self._where, action=action.action)
        return self._manager.ask(action, seconds=seconds)

    def _connection(self) -> Connection:
        self._times += 1
        return Connection(
            prefix=f"discador-{self._times}",
            credentials=self._credentials,
            patience=self._patience,
            alarm=self._alarm,
            on_event=self._owner.event,
        )

    def _prepare(self, protocol: IProtocol) -> Deferred[None]:
        manager = cast("Connection", protocol)
        manager.down.addCallback(self._down, manager)

        async def prepare() -> None:
            await manager.up
            self._manager = manager
            self._log(f"linked to {self._where}: {manager.banner}")
            await self._owner.link_up()

        def drop(failure: Failure) -> Failure:
            self._log(f"no use of {self._where}: {failure.getErrorMessage()}")
            manager.abort(failure.getErrorMessage())
            return failure

        prepared: Deferred[None] = ensureDeferred(prepare())
        return prepared.addErrback(drop)

    def _down(self, why: str, manager: Connection) -> None:
        if self._manager is manager:
            self._manager = None
            self._log(f"lost {self._where}: {why}")
            self._owner.link_down(why)


def _policy(backoff: Backoff) -> Callable[[int], float]:
    policy: Callable[[int], float] = backoffPolicy(
        initialDelay=backoff.first, maxDelay=backoff.ceiling, factor=1.5, jitter=backoff.jitter
    )
    return policy
