"""The engine process, wired on one screen: who is made, and who is told what."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.task import deferLater

from fastagi_server.app.dialing import Dialing
from fastagi_server.app.doors import as_deferred, remove_deserted, strerror
from fastagi_server.app.errors import DeskTakenError, PortTakenError
from fastagi_server.app.fleet import Links
from fastagi_server.app.hearing import Hearing
from fastagi_server.app.ledger import StoreLedger
from fastagi_server.app.logs import TICK_SECONDS, Logs, write_down
from fastagi_server.app.orders import Dice, Orders
from fastagi_server.app.presence import LOOK_SECONDS, Presence
from fastagi_server.app.promises import Promises
from fastagi_server.app.questions import Questions
from fastagi_server.app.rounds import Rounds
from fastagi_server.app.works import Works
from fastagi_server.asterisk.boot import booted
from fastagi_server.asterisk.fastagi import FastAgiPort, Limits
from fastagi_server.asterisk.permits import read_permits
from fastagi_server.config.settings import Settings
from fastagi_server.desk.server import DeskFactory
from fastagi_server.dialer.engine import Engine
from fastagi_server.ivr.scripts import route, scripts
from fastagi_server.store.connect import open_database
from fastagi_server.store.feed import Feed, ear
from fastagi_server.store.redis_wire import Wire
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import facts
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.orders import FIRST

PULSE_SECONDS = 0.5
PACE_SECONDS = 1.0  # how often paces may rise, and brakes look again
# How soon what nobody draws from is given back, and the end of a day is told.
RESERVED_SECONDS = 1.0
# How long a trunk that Asterisk's configuration has led elsewhere is used at most.
TRUNK_SECONDS = 1.0
COMPARE_SECONDS = 5.0
STORE, TRUNKS, COMPARE = "store", "trunks", "compare "
LEAVING_SECONDS = 5.0
_NO_LIMIT = 1_000_000
_log = logging.getLogger("discador")


class House:
    """One engine: its store, its Asterisks, its FastAGI port and, when it serves, its desk."""

    def __init__(
        self,
        *,
        settings: Settings,
        countries: Sequence[Country],
        reactor: Any,
        clock: Clock,
        dice: Dice,
        logs: Logs,
    ) -> None:
        self._logs = logs
        self._settings, self._countries = settings, countries
        self._reactor = reactor
        self._ports: list[Any] = []
        self._works = Works()
        self._uri = settings.fastagi.uri
        self._leaving = self._serves = False
        self.why_not_linked = "it has not answered yet"

        self._database = open_database(settings.database_url)
        self._writer = Writer(self._database)
        self._presence = Presence(clock=clock, told=self._store)
        promises = Promises(writer=self._writer, threads=reactor, presence=self._presence)
        ledger = StoreLedger(promises=promises, spawn=self._works.spawn, clock=clock, engine=settings.engine)
        self._links = Links(
            settings=settings,
            reactor=reactor,
            clock=clock,
            chance=lambda: dice(1)[0] / 255,
            tell=self.take,
            fastagi=self.fastagi,
            keeper=self,
            log=self._linking,
        )
        keys = {country.slug: country.optout_key for country in countries}
        self.engine = Engine(
            asterisks=self._links.asterisks,
            ledger=ledger,
            clock=clock,
            spawn=self._works.spawn,
            optout_key=lambda slug: keys.get(slug, ""),
            later=reactor.callLater,
            name=settings.engine,
        )
        self._links.doubt = self.engine.fleet.doubt
        self._dialing = Dialing(
            engine=self.engine,
            ledger=ledger,
            settings=settings,
            countries=countries,
            clock=clock,
            dice=dice,
            reactor=reactor,
            spawn=self._works.spawn,
            leads=self._links.leads,
            ask=self._links.ask,
            logs=logs,
        )
        if (queues := self._dialing.queues).names:
            self._links.hear(FIRST, queues.event, queues.READS)
        self._hearing = Hearing(
            make=lambda heard: Feed(ear(self._database), heard=heard, steady=clock.steady),
            threads=reactor,
            clock=clock,
            away=self.engine.away,
            changed=self._dialing.heard,
            wire=(lambda heard: Wire(settings.redis_url, heard=heard)) if settings.redis_url else None,
        )
        ledger.told = self._hearing.publish
        self._dialing.pacer.lanes.open = self.engine.fleet.lanes
        self.engine.hears = lambda: self._hearing.is_fresh() and self.engine.fleet.is_open
        questions = Questions(engine=self.engine, countries=countries, lending=self._dialing.lending)
        self._fastagi = self._make_fastagi(questions)
        self.orders = Orders(
            engine=self.engine,
            settings=settings,
            countries=countries,
            clock=clock,
            dice=dice,
            spawn=self._works.spawn,
            fastagi=self.fastagi,
            find=ledger.find,
            campaigns=self._dialing.campaigns,
            forget=self._dialing.forget,
            by_hand=self._dialing.by_hand,
            logs=logs,
            pacing=self._dialing.pacing_desk,
            away_since=lambda: self._presence.since or 0.0,
        )
        self._rounds = Rounds(reactor=reactor, spawn=self._works.spawn, may=lambda: not self._presence.away)
        for watcher in (write_down, logs.watch, self._dialing.watch):
            self.engine.watch(watcher)

    def start(self, *, desk: bool, any_port: bool = False) -> None:
        """Open the doors and reach for Asterisk; `any_port` takes a free FastAGI port.

        An advertised address leads to one port, so then that one is taken all the same.
        """
        self._serves = desk
        self._open_fastagi(any_port=any_port and not self._settings.fastagi.advertise)
        if desk:
            self._open_desk()
            self._rounds.ask("days", RESERVED_SECONDS, self._dialing.days.look)
        self._hearing.start()
        self._rounds.begin("pulse", PULSE_SECONDS, self.engine.pulse, now=True)
        self._rounds.begin(STORE, LOOK_SECONDS, self._presence.look)
        self._rounds.begin("tick", TICK_SECONDS, lambda: self._logs.tick(self.engine))
        self._dialing.sharing.begin(self._rounds)
        self._rounds.begin("pace", PACE_SECONDS, self._dialing.tick)
        self._rounds.begin("reserved", RESERVED_SECONDS, self._dialing.ahead.look)
        self._links.start()
        _log.info("FastAGI listens at %s", self._uri)

    def _open_fastagi(self, *, any_port: bool) -> None:
        fastagi = self._settings.fastagi
        number = 0 if any_port else fastagi.port
        try:
            port = self._reactor.listenTCP(number, self._fastagi, fastagi.backlog, fastagi.host)
        except CannotListenError as error:
            why = strerror(error)
            raise PortTakenError(host=fastagi.host, port=fastagi.port, why=why) from error
        self._ports.append(port)
        if any_port:
            self._uri = replace(fastagi, port=port.getHost().port).uri

    def _open_desk(self) -> None:
        path, counter = str(self._settings.desk), DeskFactory(self.orders)
        try:
            remove_deserted(Path(path))
            port = self._reactor.listenUNIX(path, counter, mode=0o660)
        except (CannotListenError, OSError) as error:
            raise DeskTakenError(path=path, why=strerror(error)) from error
        self._ports.append(port)

    async def stop(self) -> None:
        """Close the doors, end the link, and leave the store whole; calls that are up go on in Asterisk."""
        self._leaving = True
        self._dialing.campaigns.leave()
        for port in self._ports:
            await as_deferred(port.stopListening())
        self._rounds.end_all(but=STORE)
        await self._works.finished(LEAVING_SECONDS, self._reactor)
        await self._dialing.leave()
        await self._links.stop()
        # The last news came while the link was being closed.
        await self._works.finished(LEAVING_SECONDS, self._reactor)
        self._rounds.end_all()
        self._hearing.close()
        self._writer.close()
        self._database.dispose()

    def when_linked(self) -> Deferred[Any]:
        """Fire once an Asterisk is there and its kept opt-outs are taken over."""
        return self._links.when_up()

    def fastagi(self) -> str:
        """Give the URI that Asterisk is told to ask."""
        return self._uri

    async def link_up(self, name: str) -> None:
        """Take over what an Asterisk kept, then dial again."""
        pause = partial(deferLater, self._reactor)
        await booted(self._countries[0].context, ask=self._links.ask(name), pause=pause, warn=_log.warning)
        self._logs.link(name)
        # Where its trunks lead is looked at before it has the first call of a campaign that runs.
        await self._dialing.link_up(name, self._look_at_trunks)
        await self.orders.link_up()
        if name == FIRST:
            await self._dialing.queues.link_up()
        if not self._leaving:
            self._dialing.queues.begin(self._rounds)
            self._rounds.ask(COMPARE + name, COMPARE_SECONDS, self.engine.fleet[name].recovery.compare)
        if not self._serves:
            return  # campaigns are the service's affair, not that of a single call
        for campaign, why in await self._dialing.campaigns.resume():
            _log.warning("campaign %s does not go on: %s", campaign, why)
        if not self._leaving:
            self._rounds.ask(TRUNKS, TRUNK_SECONDS, self._look_at_trunks)

    async def _look_at_trunks(self) -> None:
        """Look where the trunks of running campaigns lead."""
        for name, why in await self._dialing.campaigns.look_at_trunks():
            _log.warning("campaign %s does not go on: %s", name, why)

    def _store(self, why: str) -> None:
        """Dial nothing while the store is away, and go on when it is back."""
        self._logs.store(why)
        if why:
            self.engine.store_away()
            self._dialing.campaigns.store_away()
            _log.warning("the store is away, nothing is dialed until it is back: %s", why)
        else:
            _log.warning("the store is back")
            self._works.spawn(self.engine.store_back())

    def link_down(self, name: str, why: str) -> None:
        """Dial nothing there until it is back."""
        self._rounds.end(COMPARE + name)
        if name == FIRST:
            self._dialing.queues.link_down()
        self.engine.link_down(name)
        others = self.engine.fleet.ready
        if not others:
            self._rounds.end(TRUNKS)
            self._dialing.campaigns.link_down()
        if self._leaving:
            return
        self._logs.link(name, why)
        if others:
            _log.warning("no link to Asterisk %s, its calls go to the others until it is back: %s", name, why)
        else:
            _log.warning("no link to Asterisk, nothing is dialed until it is back: %s", why)

    def take(self, fact: facts.Fact) -> None:
        """Hand a fact to the engine."""
        self.engine.take(fact)
        self._dialing.queues.after(fact)

    def _linking(self, told: str) -> None:
        """Keep the link's last word, for whoever gives up waiting for it."""
        self.why_not_linked = told
        _log.info(told)

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
