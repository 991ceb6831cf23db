"""The engine process, wired on one screen: who is made, and who is told what."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall

from fastagi_server.ami.event import Event
from fastagi_server.app.ledger import StoreLedger
from fastagi_server.app.orders import Dice, Orders
from fastagi_server.app.questions import Questions
from fastagi_server.app.works import Works
from fastagi_server.asterisk.connection import Credentials, Patience
from fastagi_server.asterisk.endpoint import manager_endpoint
from fastagi_server.asterisk.fastagi import FastAgiPort, Limits, read_permits
from fastagi_server.asterisk.link import Backoff, Link
from fastagi_server.asterisk.switch import Switch
from fastagi_server.config.settings import Settings
from fastagi_server.desk.server import DeskFactory
from fastagi_server.dialer.engine import Engine
from fastagi_server.ivr.scripts import route, scripts
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import facts
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.record import Record

PULSE_SECONDS = 0.5
LEAVING_SECONDS = 5.0
_NO_LIMIT = 1_000_000
_log = logging.getLogger("discador")


class House:
    """One engine: its store, its Asterisk, its FastAGI port and, when it serves, its desk."""

    def __init__(
        self,
        *,
        settings: Settings,
        countries: Sequence[Country],
        reactor: Any,
        clock: Clock,
        dice: Dice,
    ) -> None:
        self._settings = settings
        self._reactor = reactor
        self._ports: list[Any] = []
        self._works = Works()
        self._uri = settings.fastagi.uri

        self._database = open_database(settings.database_url)
        self._writer = Writer(self._database)
        ledger = StoreLedger(writer=self._writer, threads=reactor)
        self._switch = Switch(clock=clock, tell=self.take, fastagi=self.fastagi)
        keys = {country.slug: country.optout_key for country in countries}
        self.engine = Engine(
            switch=self._switch,
            ledger=ledger,
            clock=clock,
            spawn=self._works.spawn,
            optout_key=lambda slug: keys.get(slug, ""),
        )
        self._link = self._switch.link = self._make_link(dice)
        questions = Questions(engine=self.engine, countries=countries)
        self._fastagi = self._make_fastagi(questions)
        self.orders = Orders(
            engine=self.engine,
            settings=settings,
            countries=countries,
            clock=clock,
            dice=dice,
            spawn=self._works.spawn,
            fastagi=self.fastagi,
        )
        self._pulse = LoopingCall(self.engine.pulse)
        self._pulse.clock = reactor

        self.engine.watch(write_down)

    def start(self, *, desk: bool, any_port: bool = False) -> None:
        """Open the doors and reach for Asterisk; `any_port` takes a free FastAGI port."""
        fastagi = self._settings.fastagi
        port = self._reactor.listenTCP(
            0 if any_port else fastagi.port, self._fastagi, fastagi.backlog, fastagi.host
        )
        self._ports.append(port)
        if any_port:
            self._uri = f"agi://{fastagi.host}:{port.getHost().port}"
        if desk:
            path, counter = str(self._settings.desk), DeskFactory(self.orders)
            self._ports.append(self._reactor.listenUNIX(path, counter, mode=0o660, wantPID=1))
        self._pulse.start(PULSE_SECONDS)
        self._link.start()
        _log.info("FastAGI listens at %s", self._uri)

    async def stop(self) -> None:
        """Close the doors, end the link, and leave the store whole; calls that are up go on in Asterisk."""
        for port in self._ports:
            await as_deferred(port.stopListening())
        if self._pulse.running:
            self._pulse.stop()
        await self._works.finished(LEAVING_SECONDS, self._reactor)
        await as_deferred(self._link.stop())
        self._writer.close()
        self._database.dispose()

    def when_linked(self) -> Deferred[Any]:
        """Fire once Asterisk is there and its kept opt-outs are taken over."""
        return self._link.when_up()

    def fastagi(self) -> str:
        """Give the URI that Asterisk is told to ask."""
        return self._uri

    async def link_up(self) -> None:
        """Take over what Asterisk kept, then dial again."""
        await self.engine.link_up()

    def link_down(self, why: str) -> None:  # noqa: ARG002 - the link has logged why
        """Dial nothing until Asterisk is back."""
        self.engine.link_down()

    def take(self, fact: facts.Fact) -> None:
        """Hand a fact to the engine."""
        self.engine.take(fact)

    def event(self, event: Event) -> None:
        """Take an event from Asterisk."""
        self._switch.event(event)

    def _make_link(self, dice: Dice) -> Link:
        asterisk = self._settings.asterisk
        return Link(
            where=f"Asterisk at {asterisk.host}:{asterisk.port}",
            endpoint=manager_endpoint(
                self._reactor,
                host=asterisk.host,
                port=asterisk.port,
                tls=asterisk.tls,
                ca_file=asterisk.ca_file,
                seconds=asterisk.connect_seconds,
            ),
            credentials=Credentials(username=asterisk.username, secret=lambda: asterisk.secret),
            patience=Patience(action=asterisk.action_seconds, keepalive=asterisk.keepalive_seconds),
            backoff=Backoff(ceiling=asterisk.reconnect_ceiling_seconds, chance=lambda: dice(1)[0] / 255),
            alarm=self._reactor,
            owner=self,
            log=_log.info,
        )

    def _make_fastagi(self, questions: Questions) -> FastAgiPort:
        fastagi = self._settings.fastagi
        limits = Limits(
            idle=fastagi.idle_seconds,
            own=fastagi.reply_seconds,
            session=fastagi.session_seconds,
            sessions=fastagi.sessions or _NO_LIMIT,
        )
        return FastAgiPort(
            script=route(scripts(questions)),
            permits=read_permits(self._settings.permitted),
            limits=limits,
            reactor=self._reactor,
            log=_log.warning,
        )


def as_deferred(maybe: Any) -> Deferred[Any]:
    """Give a Deferred of what may be one."""
    if isinstance(maybe, Deferred):
        return maybe
    done: Deferred[Any] = Deferred()
    done.callback(maybe)
    return done


def write_down(record: Record, fact: facts.Fact) -> None:
    """Log a fact with its call's id."""
    _log.info("call_id=%s %s state=%s", record.call, type(fact).__name__, record.state)
