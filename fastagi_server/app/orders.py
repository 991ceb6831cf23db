"""Carries out what the desk is asked: an order in, frames out until the call is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from fastagi_server.app.choose import wish_of
from fastagi_server.app.errors import OrderBrokenError
from fastagi_server.app.logs import Logs
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.agents import QueueStanding
from fastagi_server.dialer.by_hand import ByHand
from fastagi_server.dialer.campaigns import Campaigns
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.ports import Spawn
from fastagi_server.dialer.route import WayStanding
from fastagi_server.telephony import facts, frames
from fastagi_server.telephony.call_id import CHANCE_BYTES, CallId, mint
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.errors import BadInputError, DiscadorError
from fastagi_server.telephony.frames import Frame
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import OPERATOR, Record, State
from fastagi_server.telephony.said import plain

Tell = Callable[[Frame], None]
Dice = Callable[[int], bytes]
DRAINED = "every Asterisk was drained before it was sent"
Find = Callable[[CallId], Awaitable[Record | None]]


@dataclass(kw_only=True)
class _Followed:
    """A call whose asker is told what happens; `placed` once the engine has it."""

    tell: Tell
    stop: Callable[[], None]
    placed: bool = False


class Orders:
    """The desk's orders, carried out by the engine."""

    def __init__(
        self,
        *,
        engine: Engine,
        settings: Settings,
        countries: Sequence[Country],
        clock: Clock,
        dice: Dice,
        spawn: Spawn,
        fastagi: Callable[[], str],
        find: Find,
        campaigns: Campaigns,
        forget: Callable[[], None],
        by_hand: ByHand,
        logs: Logs,
        pacing: Callable[[frames.Pacing, Tell], None],
        away_since: Callable[[], float] = float,
    ) -> None:
        self._away_since = away_since
        self._logs = logs
        self._pacing = pacing
        self._engine = engine
        self._settings = settings
        self._countries = countries
        self._clock = clock
        self._dice = dice
        self._spawn = spawn
        self._fastagi = fastagi
        self._find = find
        self._campaigns = campaigns
        self._forget = forget
        self._by_hand = by_hand
        self._followed: dict[CallId, _Followed] = {}

    def __call__(self, order: Frame, tell: Tell) -> None:
        """Take an order and begin."""
        match order:
            case frames.Dial():
                self._spawn(self._dial(order, tell))
            case frames.Ask():
                tell(
                    frames.Standing(
                        ready=self._engine.ready,
                        live=self._engine.live,
                        fastagi=self._fastagi(),
                        why_not=self._engine.why_not,
                        store_away_since=self._away_since(),
                    )
                )
            case frames.Campaigning():
                self._spawn(self._campaign(order, tell))
            case frames.Forget():
                self._forget()
                self._logs.changed(order.what, order.says)
                tell(frames.Done())
            case frames.Leave():
                self._spawn(self._leave(order, tell))
            case frames.Pacing():
                self._pacing(order, tell)
            case frames.Fleet():
                self._fleet(order, tell)
            case _:
                expected = "dial, ask, campaigning, forget, leave, pacing or fleet"
                wrong = BadInputError(field="order", value=type(order).__name__, expected=expected)
                tell(frames.failed(wrong))

    async def link_up(self) -> None:
        """Tell the end of calls that ended while Asterisk was away: no fact of theirs ever comes."""
        for call, followed in tuple(self._followed.items()):
            if followed.placed and self._engine.known(call) is None:
                record = await self._find(call)
                if record is not None and record.state is State.ENDED:
                    self._close(record)

    async def _leave(self, order: frames.Leave, tell: Tell) -> None:
        try:
            who, why = plain(order.who), plain(order.why)
            await self._engine.opt_out_number(order.number, source=OPERATOR, who=who, why=why)
        except DiscadorError as error:
            tell(frames.failed(error))
        else:
            tell(frames.Done())

    def _fleet(self, order: frames.Fleet, tell: Tell) -> None:
        fleet = self._engine.fleet
        try:
            if order.do not in ("ask", "drain", "resume"):
                raise BadInputError(field="fleet.do", value=order.do, expected="ask, drain, resume")
            if order.do != "ask":
                fleet[order.asterisk].drained = order.do == "drain"
                self._logs.drained(order.asterisk, order.do, who=plain(order.who), why=plain(order.why))
        except DiscadorError as error:
            tell(frames.failed(error))
            return
        if order.do == "drain" and not self._engine.ready:
            self._campaigns.take_back(DRAINED)
        standing = {
            each.name: {
                "ready": each.ready,
                "drained": each.drained,
                "weight": each.configured,
                "up": self._engine.up_at(each.name),
                "sent": each.sent,
            }
            for each in fleet
        }
        tell(frames.FleetStanding(asterisks=standing))

    async def _campaign(self, order: frames.Campaigning, tell: Tell) -> None:
        campaigns = self._campaigns
        deeds = {"start": campaigns.start, "stop": campaigns.stop, "ask": campaigns.progress}
        try:
            if order.do not in deeds:
                raise BadInputError(field="campaigning.do", value=order.do, expected=", ".join(deeds))
            progress = await deeds[order.do](order.campaign)
            if order.do == "stop":
                self._logs.stopped(progress)
        except DiscadorError as error:
            tell(frames.failed(error))
            return
        tell(
            frames.CampaignStanding(
                campaign=progress.name,
                state=progress.state,
                sent=progress.sent,
                up=self._engine.up,
                waiting=progress.waiting,
                paused=progress.paused | {scope: why.sentence() for scope, why in progress.braked.items()},
                skipped=dict(progress.skipped),
                trunk=progress.trunk,
                trunk_up=progress.trunk_up,
                channels=progress.channels,
                trunks={each.way.trunk: _way(each) for each in progress.ways if len(progress.ways) > 1},
                queues={each.queue: _queue(each) for each in progress.queues},
                why_not=self._engine.why_not,
                store_away_since=self._away_since(),
                braked={scope: asdict(why) for scope, why in progress.braked.items()},
            )
        )

    async def _dial(self, dial: frames.Dial, tell: Tell) -> None:
        now = self._clock.wall()
        call = mint(now, self._dice(CHANCE_BYTES))
        self._follow(call, tell)
        try:
            route = dial.trunk or self._settings.usual_trunk
            if route in self._settings.routes:
                dial = replace(dial, trunk=await self._by_hand.trunk(route))
            wish = wish_of(dial, call, settings=self._settings, countries=self._countries, planned_at=now)
            await self._by_hand.place(wish, lambda order: tell(_placed(order, wish.country)))
        except DiscadorError as error:
            self._fail(call, error)
        except Exception as error:
            self._fail(call, OrderBrokenError(what=type(error).__name__))
            raise
        if call in self._followed:
            self._followed[call].placed = True

    def _follow(self, call: CallId, tell: Tell) -> None:
        """Tell the facts of one call, and its record when it is over."""

        def watch(record: Record, fact: facts.Fact) -> None:
            if record.call != call or (isinstance(fact, facts.CalleeLeft) and record.left_at is None):
                return
            tell(frames.Happened(call=call, fact=type(fact).__name__, at=fact.at, says=_says(fact)))
            if record.state is State.ENDED:
                self._close(record)

        self._followed[call] = _Followed(tell=tell, stop=self._engine.watch(watch))

    def _close(self, record: Record) -> None:
        followed = self._followed.pop(record.call, None)
        if followed is not None:
            followed.stop()
            followed.tell(frames.Closed(record=frames.record_json(record)))

    def _fail(self, call: CallId, error: DiscadorError) -> None:
        """Tell why nothing was dialed, unless the record has told it already."""
        followed = self._followed.pop(call, None)
        if followed is not None:
            followed.stop()
            followed.tell(frames.failed(error))


def _placed(order: PlaceCall, country: str) -> frames.Placed:
    return frames.Placed(
        call=order.call, number=order.number, country=country, callerid=order.callerid, trunk=order.trunk
    )


def _way(standing: WayStanding) -> dict[str, Any]:
    way, refused = standing.way, standing.refused
    takes = "spare" if not way.weight else "takes"
    if refused:
        takes = "refused"
    elif standing.why:
        takes = str(standing.why.standing)
    elif standing.full:
        takes = "full"
    return {
        "weight": way.weight,
        "up": standing.up,
        "channels": way.channels,
        "sent": standing.sent,
        "takes": takes,
        "refused": asdict(frames.failed(refused)) if refused else None,
    }


def _queue(standing: QueueStanding) -> dict[str, Any]:
    return {name: value for name, value in asdict(standing).items() if name != "queue"}


def _says(fact: facts.Fact) -> dict[str, Any]:
    return {name: value for name, value in asdict(fact).items() if name not in ("call", "at")}
