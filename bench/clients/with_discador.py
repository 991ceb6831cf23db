"""Our link as the engine uses it: socket, Exchange, types, Switch, Translator, facts. Run by ami.py."""

from __future__ import annotations

import sys

from stopwatch import Stopwatch
from twisted.internet import reactor
from twisted.internet.endpoints import TCP4ClientEndpoint

from fastagi_server.ami.event import Event
from fastagi_server.ami.events import UserEvent
from fastagi_server.app.clock import RealClock
from fastagi_server.asterisk.connection import Credentials, Patience
from fastagi_server.asterisk.link import Backoff, Link
from fastagi_server.asterisk.switch import Switch
from fastagi_server.telephony.facts import Fact


class Engine:
    """Takes events as the house does, and counts facts instead of deciding."""

    def __init__(self) -> None:
        self.watch = Stopwatch()
        self.typed = self.facts = 0
        self.switch = Switch(clock=RealClock(), tell=self.take, fastagi=lambda: "agi://127.0.0.1:4573")

    async def link_up(self) -> None:
        """Nothing is taken over."""

    def link_down(self, why: str) -> None:
        """Nothing is dialed."""

    def event(self, event: Event) -> None:
        """Hand the event on."""
        self.typed += 1
        if not self.watch.begun:
            self.watch.begin()
        if type(event) is UserEvent and event.name == "BenchEnd":
            self.watch.end(typed=self.typed - 1, facts=self.facts, told=int(event.fields["Events"]))
            reactor.stop()
        self.switch.event(event)

    def take(self, fact: Fact) -> None:  # noqa: ARG002 - facts are counted only
        """Count."""
        self.facts += 1


link = Link(
    where="the sender",
    endpoint=TCP4ClientEndpoint(reactor, "127.0.0.1", int(sys.argv[1])),
    credentials=Credentials(username="bench", secret=lambda: "bench"),
    patience=Patience(),
    backoff=Backoff(),
    alarm=reactor,
    owner=Engine(),
    log=lambda told: None,  # noqa: ARG005 - the table says enough
)
link.start()
reactor.run()
