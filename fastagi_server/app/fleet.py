"""The Asterisks of one house, wired: a link and a switch for each, and where their trunks lead.

This file decides nothing about calls; dialer/fleet.py does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol

from twisted.internet.defer import CancelledError, Deferred

from fastagi_server.ami.event import Event
from fastagi_server.app import reach
from fastagi_server.app.doors import as_deferred
from fastagi_server.asterisk.connection import Patience
from fastagi_server.asterisk.errors import NoLinkError
from fastagi_server.asterisk.link import Backoff, Link
from fastagi_server.asterisk.narrow import narrow
from fastagi_server.asterisk.switch import Switch
from fastagi_server.asterisk.trunk import Ask, addresses
from fastagi_server.config.settings import Settings
from fastagi_server.dialer import ports
from fastagi_server.telephony import facts
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError

# Where calls through a dial string may be sent to; none when that cannot be known.
Leads = Callable[[str], Awaitable[Sequence[str]]]


class Keeper(Protocol):
    """Whoever is told of the links, each by the name of its Asterisk."""

    async def link_up(self, name: str) -> None:
        """A link is there; when this fails it is dropped and tried again."""
        ...

    def link_down(self, name: str, why: str) -> None:
        """A link is gone."""
        ...


class _Owner:
    """One Asterisk's link's owner."""

    def __init__(self, name: str, switch: Switch, keeper: Keeper) -> None:
        self._name = name
        self._switch = switch
        self._keeper = keeper
        self.event: Callable[[Event], None] = switch.event
        self.reads = switch.READS

    async def link_up(self) -> None:
        if self._switch.link is not None:
            await narrow(self.reads, self._switch.link.ask)
        await self._keeper.link_up(self._name)

    def link_down(self, why: str) -> None:
        self._keeper.link_down(self._name, why)


class Links:
    """All of one engine."""

    def __init__(
        self,
        *,
        settings: Settings,
        reactor: Any,
        clock: Clock,
        chance: Callable[[], float],
        tell: Callable[[facts.Fact], None],
        fastagi: Callable[[], str],
        keeper: Keeper,
        log: Callable[[str], None],
    ) -> None:
        self.doubt: Callable[[str], None] = lambda _: None
        self.asterisks: list[ports.Asterisk] = []
        self._links: dict[str, Link] = {}
        self._owners: dict[str, _Owner] = {}
        for name, asterisk in settings.asterisks.items():
            switch = Switch(clock=clock, tell=tell, fastagi=_told(asterisk.advertise, fastagi))
            at = f"at {reach.where(asterisk)}"
            owner = self._owners[name] = _Owner(name, switch, keeper)
            link = switch.link = Link(
                where=f"Asterisk {name} {at}" if settings.fleet else f"Asterisk {at}",
                endpoint=reach.endpoint(reactor, asterisk),
                credentials=reach.credentials(asterisk),
                patience=Patience(action=asterisk.action_seconds, keepalive=asterisk.keepalive_seconds),
                backoff=Backoff(ceiling=asterisk.reconnect_ceiling_seconds, chance=chance),
                alarm=reactor,
                owner=owner,
                log=log,
            )
            self._links[name] = link
            self.asterisks.append(
                ports.Asterisk(
                    name=name,
                    switch=switch,
                    weight=asterisk.weight,
                    write_off=asterisk.write_off_seconds,
                    is_stuck=partial(_is_stuck, link),
                )
            )

    def __getitem__(self, name: str) -> Link:
        return self._links[name]

    def start(self) -> None:
        """Reach for every Asterisk, and come back whenever a link is lost."""
        for link in self._links.values():
            link.start()

    async def stop(self) -> None:
        """End every link."""
        for stopped in [link.stop() for link in self._links.values()]:
            await as_deferred(stopped)

    def when_up(self) -> Deferred[Any]:
        """Fire when the first link is up, its owner's work done too; CancelledError when they are stopped."""
        up: Deferred[Any] = Deferred()
        for link in self._links.values():
            link.when_up().addCallbacks(partial(_first, up), partial(_stopped, up))
        return up

    async def leads(self, dial: str) -> Sequence[str]:
        """Give every host that calls through a dial string may be sent to by an Asterisk that is there.

        One that does not answer, or does not know while another one does (it may be booting), is doubted, so
        that no call goes there for a while.
        """
        led: dict[str, list[str]] = {}
        silent: dict[str, DiscadorError] = {}
        gone: dict[str, DiscadorError] = {}
        for name, link in self._links.items():
            try:
                led[name] = await addresses(dial, link.ask)
            except NoLinkError as error:
                gone[name] = error
            except DiscadorError as error:
                silent[name] = error
        if not led:
            raise next(iter((*silent.values(), *gone.values())))
        known = {host for hosts in led.values() for host in hosts}
        for name in (*silent, *(name for name, hosts in led.items() if known and not hosts)):
            self.doubt(name)
        return sorted(known)

    def hear(self, name: str, heard: Callable[[Event], None], reads: frozenset[type[Event]]) -> None:
        """Tell somebody else too what one of them tells, once its switch has heard it."""
        owner = self._owners[name]
        owner.reads |= reads
        first = owner.event

        def both(event: Event) -> None:
            first(event)
            heard(event)

        owner.event = both

    def ask(self, name: str) -> Ask:
        """Give the way to ask one of them."""
        return self._links[name].ask


def _told(advertised: str, fastagi: Callable[[], str]) -> Callable[[], str]:
    return (lambda: advertised) if advertised else fastagi


def _is_stuck(link: Link) -> bool:
    return link.is_stuck


def _first(up: Deferred[Any], _: Any) -> None:
    if not up.called:
        up.callback(None)


def _stopped(up: Deferred[Any], failure: Any) -> None:
    failure.trap(CancelledError)
    if not up.called:
        up.errback(failure)
