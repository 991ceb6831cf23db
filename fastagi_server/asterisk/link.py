"""The lasting link to one Asterisk: it comes back for ever, and what was pending is never sent again.

ClientService keeps the connection; here is what makes a connection a link (the login, then its owner's
work), and who is told when it is up and when it is down. ClientService's own prepareConnection is not used:
a connection that is lost while it runs makes ClientService believe in a dead one for ever (Twisted 26.10).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred, succeed
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory

from fastagi_server.ami.action import Action
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.connection import Connection, Credentials, Patience
from fastagi_server.asterisk.errors import NoLinkError

LEAVING_SECONDS = 2.0
STUCK_SECONDS = 2.0


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
        self._pause = _policy(backoff)
        self._times = 0
        self._failed = 0
        self._newest: Connection | None = None
        self._manager: Connection | None = None
        self._ready = False
        self._waiting: list[Deferred[Any]] = []
        self._service = ClientService(
            endpoint, _Connections(self._connection), retryPolicy=self._wait_before, clock=alarm
        )

    def start(self) -> None:
        """Connect, and come back whenever the link is lost."""
        self._service.startService()

    def stop(self) -> Deferred[Any]:
        """End the link and do not come back."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.errback(CancelledError())
        leaving = self._newest
        if leaving is not None:
            leaving.leave("we left")
        stopped = self._service.stopService()
        return stopped if leaving is None else self._not_for_ever(stopped, leaving)

    def when_up(self) -> Deferred[Any]:
        """Fire when the link is up, its owner's work done too; CancelledError when it is stopped first."""
        if self._ready:
            return succeed(None)
        up: Deferred[Any] = Deferred()
        self._waiting.append(up)
        return up

    @property
    def is_stuck(self) -> bool:
        """Whether it answers so late that nothing that can wait should be asked of it."""
        return self._manager is not None and self._manager.unanswered > STUCK_SECONDS

    def ask(self, action: Action, *, seconds: float | None = None) -> Deferred[Answered]:
        """Send an action once; NoLinkError means that nothing was sent."""
        if self._manager is None or self._manager.over:
            raise NoLinkError(where=self._where, action=action.action)
        return self._manager.ask(action, seconds=seconds)

    def _connection(self) -> Connection:
        self._times += 1
        manager = Connection(
            # Asterisk tells OriginateResponse, ActionID and all, to every manager: ours must not look alike.
            prefix=f"discador-{os.getpid()}-{self._times}",
            credentials=self._credentials,
            patience=self._patience,
            alarm=self._alarm,
            on_event=self._event,
        )
        self._newest = manager
        work = ensureDeferred(self._use(manager))
        manager.down.addCallback(self._down, manager, work)
        return manager

    async def _use(self, manager: Connection) -> None:
        """Make the connection the link: logged in, then its owner's work."""
        try:
            await manager.up
            self._manager = manager
            self._log(f"linked to {self._where}: {manager.banner}")
            await self._owner.link_up()
        except Exception as error:  # noqa: BLE001 - whatever it was: this connection is of no use, the next may be
            why = str(error) or type(error).__name__
            if not manager.down.called:
                self._log(f"no use of {self._where}: {why}")
            manager.abort(why)
        else:
            self._come_up(manager)

    def _come_up(self, manager: Connection) -> None:
        if self._manager is not manager:  # lost meanwhile, and its owner did not mind
            if self._manager is None:
                self._owner.link_down("it was lost while it came up")
            return
        self._ready = True
        self._failed = 0
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)

    def _down(self, why: str, manager: Connection, work: Deferred[None]) -> None:
        was_link = self._manager is manager
        if was_link:
            self._manager = None
            self._ready = False
        if self._newest is manager:
            self._newest = None
        # What its owner still does for this connection must not end as if there were a link.
        work.cancel()
        if was_link:
            self._log(f"lost {self._where}: {why}")
            self._owner.link_down(why)

    def _event(self, event: Event) -> None:
        try:
            self._owner.event(event)
        except Exception:  # noqa: BLE001 - one event that breaks its reader must not cost the link and the rest
            self._log(f"{type(event).__name__} broke its reader: {traceback.format_exc()}")

    def _wait_before(self, _: int) -> float:
        # ClientService counts from the last TCP connection; a login refused for ever needs pauses that grow.
        if not self._failed:
            self._log(f"no link to {self._where}: trying again until there is one")
        self._failed += 1
        return self._pause(self._failed - 1)

    def _not_for_ever(self, stopped: Deferred[Any], leaving: Connection) -> Deferred[Any]:
        """End a connection that a mute peer, or TLS waiting for its goodbye, would keep open."""
        alarm: IDelayedCall = self._alarm.callLater(LEAVING_SECONDS, leaving.abort, "it did not let us go")

        def gone(result: Any) -> Any:
            if alarm.active():
                alarm.cancel()
            return result

        return stopped.addBoth(gone)


def _policy(backoff: Backoff) -> Callable[[int], float]:
    policy: Callable[[int], float] = backoffPolicy(
        initialDelay=backoff.first, maxDelay=backoff.ceiling, factor=1.5, jitter=backoff.jitter
    )
    return policy
