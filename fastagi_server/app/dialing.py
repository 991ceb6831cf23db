"""Campaigns wired: what a runner is made of, and which trunk it may use."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any

from fastagi_server.app.choose import campaign_order
from fastagi_server.app.collapses import Collapses
from fastagi_server.app.days import Days
from fastagi_server.app.failovers import Failovers
from fastagi_server.app.fleet import Leads
from fastagi_server.app.guards import Guards
from fastagi_server.app.ledger import StoreLedger
from fastagi_server.app.lending import Lending
from fastagi_server.app.load import Loads
from fastagi_server.app.logs import Logs
from fastagi_server.app.pacing_desk import PacingDesk, hanging_up
from fastagi_server.app.places import Places
from fastagi_server.app.policies import policy_of
from fastagi_server.app.punctual import Punctual
from fastagi_server.app.queues import Queues
from fastagi_server.app.routes import Routes, routes_of
from fastagi_server.app.sharing import RUN_BYTES, Sharing
from fastagi_server.app.standing_brakes import StandingBrakes
from fastagi_server.asterisk.trunk import Ask
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.ahead import Ahead
from fastagi_server.dialer.by_hand import ByHand
from fastagi_server.dialer.campaigns import Campaigns
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.lend import Lender
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.dialer.pools import Pools
from fastagi_server.dialer.ports import Spawn
from fastagi_server.dialer.prepare import Preparer
from fastagi_server.dialer.room import Room
from fastagi_server.dialer.runner import Runner
from fastagi_server.dialer.show import Shows
from fastagi_server.pacing import scopes
from fastagi_server.pacing.change import Change
from fastagi_server.pacing.why import Why
from fastagi_server.telephony.call_id import CHANCE_BYTES, CallId, mint
from fastagi_server.telephony.campaign import Campaign, Contact
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.facts import Fact
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Record
from fastagi_server.telephony.tiding import Kind

FASTEST = 1000.0
_log = logging.getLogger("discador")


class Dialing:
    """Everything that campaigns need, made once for one engine."""

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: StoreLedger,
        settings: Settings,
        countries: Sequence[Country],
        clock: Clock,
        dice: Callable[[int], bytes],
        reactor: Any,
        spawn: Spawn,
        leads: Leads,
        ask: Callable[[str], Ask],
        logs: Logs,
    ) -> None:
        self._logs = logs
        self._engine = engine
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._dice = dice
        self._reactor = reactor
        self._spawn = spawn
        # One for all campaigns: what a carrier counts does not know our lists.
        self.pacer = Pacer(clock=clock, policy=policy_of(settings), told=self._paced)
        self.pacer.limit(scopes.CLUSTER, settings.max_cps)
        for name, trunk in settings.trunks.items():
            self.pacer.limit(scopes.trunk(name), trunk.cps)
        for name, asterisk in settings.asterisks.items():
            if asterisk.cps:
                self.pacer.limit(scopes.asterisk(name), asterisk.cps, shared=False)
        for slug, cps in settings.pacing.country_cps.items():
            self.pacer.limit(scopes.country(slug), cps)
        self.sharing = Sharing(
            engine=settings.engine,
            run=dice(RUN_BYTES).hex(),
            pacer=self.pacer,
            store=ledger,
            clock=clock,
            reactor=reactor,
            told=logs.shared,
        )
        self.brakes = StandingBrakes(
            pacer=self.pacer, promises=ledger.promises, clock=clock, spawn=spawn, engine=settings.engine
        )
        self.collapses = Collapses(
            part=settings.stops.did_fall if settings.stops.enabled else 0.0,
            seconds=settings.stops.did_rest_hours * 3600,
            promises=ledger.promises,
            clock=clock,
            spawn=spawn,
            told=partial(logs.changed, "collapsed"),
        )
        self.failovers = Failovers(promises=ledger.promises, clock=clock, spawn=spawn, told=logs.moved)
        self.loads = Loads(
            asks={name: ask(name) for name in settings.asterisks},
            working=lambda: engine.fleet.working,
            told=self.pacer.loaded,
            wanted=bool(settings.pacing.asterisk_load),
            spawn=spawn,
        )
        self.guards = Guards(
            pacer=self.pacer,
            clock=clock,
            owed=ledger.promises.owed,
            most_lag=settings.stops.store_lag_seconds,
            most_drift=settings.stops.clock_drift_seconds,
        )
        engine.over.routes = routes_of(settings)
        self.routes = Routes(settings=settings, leads=leads, pacer=self.pacer, clock=clock)
        by_slug = {country.slug: country for country in countries}
        self.ahead = Ahead(engine=settings.engine, store=ledger, clock=clock, spawn=spawn)
        self.pools = Pools(countries=by_slug, uses=ledger, clock=clock, ahead=self.ahead)
        self.days = Days(countries=countries, store=ledger, clock=clock, told=logs.day_closed)
        self.lending = Lending(
            engine=engine,
            ledger=ledger,
            lender=Lender(pools=self.pools, ledger=ledger, clock=clock, engine=settings.engine),
            settings=settings,
            countries=countries,
            leads=leads,
            told=logs.lent,
        )
        self.by_hand = ByHand(
            engine=engine,
            shows=Shows(engine=settings.engine, pools=self.pools, ledger=ledger, clock=clock),
            limits=Places(pacer=self.pacer, engine=engine, routes=self.routes, clock=clock, reactor=reactor),
            concurrency=settings.max_concurrent_calls,
            channels={name: trunk.channels for name, trunk in settings.trunks.items()},
            told=logs.shown,
        )
        self.queues = Queues(
            engine=engine,
            settings=settings,
            countries=countries,
            clock=clock,
            ask=ask(FIRST),
            ledger=ledger,
        )
        self.pacing_desk = PacingDesk(
            pacer=self.pacer,
            brakes=self.brakes,
            end_all=hanging_up(engine, spawn),
            logs=logs,
            trunks=settings.trunks,
            routes=settings.routes,
            countries=by_slug,
            reactor=reactor,
            queues=self.queues.agents.counts,
        )
        self.campaigns = Campaigns(book=ledger, make_runner=self._runner, may_start=self._may_start)

    def _paced(self, scope: str, change: Change | Why) -> None:
        self._logs.paced(scope, change)
        if isinstance(change, Why):
            self.brakes.told(scope, change)

    def watch(self, record: Record, fact: Fact) -> None:
        """Learn from a call."""
        self.pacer.watch(record, fact)
        self.collapses.watch(record, fact)

    def tick(self) -> None:
        """Look at what must stop new calls, and let paces and brakes move; called once a second."""
        self.guards.look()
        self.loads.tick()
        self.pacer.tick()
        self.pacer.idle.look(self.campaigns.running, self._clock.steady())
        self.failovers.look(self.campaigns.routes())

    def heard(self, kinds: Collection[Kind]) -> None:
        """Look at the store again where something has changed that was heard of."""
        if Kind.DIDS in kinds:
            self.forget()
        if Kind.BRAKES in kinds:
            self._spawn(self.brakes.take_up())

    async def link_up(self, name: str, then: Callable[[], Awaitable[object]]) -> None:
        """Take up what stands before anything is dialed at an Asterisk that is there (again)."""
        await self.brakes.take_up()
        await self._engine.link_up(name, then)

    async def leave(self) -> None:
        """Give back what is shared or reserved; what cannot be now is when an engine of this name starts."""
        await self.sharing.leave()
        try:
            await self.ahead.leave()
        except DiscadorError as error:
            _log.warning("reserved uses of caller IDs are not given back: %s", error.sentence())

    def forget(self) -> None:
        """Look at the store again: the inventory, a limit or a period has changed."""
        self._ledger.forget_uses()
        self.pools.forget()
        self.campaigns.look_again()

    async def _may_start(self, campaign: Campaign) -> None:
        """Refuse a campaign whose trunks all lead where its numbers may not go."""
        await self.routes.look(campaign)
        await self.queues.load()

    def _runner(self, campaign: Campaign, done: Callable[[], None]) -> Runner:
        route = self.routes.route(campaign, self._engine)
        most = self._most(self.routes.most(campaign.trunk))
        rooms = [room for room in (campaign.concurrency, self._settings.max_concurrent_calls) if room]
        cps = min(campaign.cps, most) if campaign.cps else most
        # Of a campaign without any limit too there is one call after the other.
        self.pacer.limit(scopes.campaign(campaign.name), cps, shared=bool(campaign.cps))
        for way in route.ways:
            self.pacer.pace(way.trunk, self._most(self._settings.trunks[way.trunk].cps))
        self._logs.running(campaign, cps)

        def over() -> None:
            self._logs.done(campaign)
            done()

        return Runner(
            campaign=campaign,
            room=Room(
                campaign=campaign.name,
                route=route,
                concurrency=min(rooms, default=0),
                calls=self._engine,
                agents=self.queues.agents if self.queues.names else None,
            ),
            route=route,
            preparer=self._preparer(campaign),
            ledger=self._ledger,
            engine=self._engine,
            pacer=self.pacer,
            clock=self._clock,
            later=Punctual(later=self._reactor.callLater, clock=self._clock),
            spawn=self._spawn,
            done=over,
        )

    def _most(self, contract: float) -> float:
        """Give the stricter one of a contract and of the limit of all; 0 is no contract."""
        return min((rate for rate in (contract, self._settings.max_cps) if rate), default=FASTEST)

    def _preparer(self, campaign: Campaign) -> Preparer:
        def order(contact: Contact, callerid: str, call: CallId) -> PlaceCall:
            return campaign_order(contact, callerid, call, trunk=campaign.trunk, settings=self._settings)

        return Preparer(
            engine=self._settings.engine,
            lab=campaign.lab,
            ledger=self._ledger,
            pools=self.pools,
            make_order=order,
            mint=lambda: mint(self._clock.wall(), self._dice(CHANCE_BYTES)),
            clock=self._clock,
            told=self._logs.prepared,
        )
