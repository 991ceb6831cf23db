from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred, ensureDeferred, succeed

from fastagi_server.app.errors import NotDialableError
from fastagi_server.app.journal import File
from fastagi_server.app.logs import Logs
from fastagi_server.app.orders import Orders
from fastagi_server.compliance.gate import LabNumbersLeaveError
from fastagi_server.config.settings import Settings
from fastagi_server.dialer import ports
from fastagi_server.dialer.by_hand import ByHand
from fastagi_server.dialer.call import opened
from fastagi_server.dialer.campaigns import Campaigns
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.pools import Pools
from fastagi_server.dialer.ports import Cancellable, CountryUses
from fastagi_server.dialer.route import Way, WayStanding
from fastagi_server.dialer.runner import Progress, Runner
from fastagi_server.dialer.show import Shows, Wish
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony import facts, frames
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Attempt, Begun, Campaign, CampaignState
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import Mark
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Kept, OptOut, Record, State

DIAL = frames.Dial(number="+525550001003")


class Asterisk:
    """The engine's switch: what is ordered is remembered, and lives until a test ends it."""

    def __init__(self) -> None:
        self.ordered: list[PlaceCall] = []
        self.living: set[CallId] = set()
        self.broken: Exception | None = None
        self.on_order: Callable[[PlaceCall], None] = lambda order: None

    async def originate(self, order: PlaceCall) -> None:
        if self.broken:
            raise self.broken
        self.ordered.append(order)
        self.living.add(order.call)
        self.on_order(order)

    async def hangup(self, call: CallId) -> None:
        self.living.discard(call)

    async def live_calls(self) -> frozenset[CallId]:
        return frozenset(self.living)

    async def kept_optouts(self) -> list[Kept]:
        return []

    async def forget_optout(self, kept: Kept) -> None:
        pass


class Ledger:
    def __init__(self) -> None:
        self.records: dict[CallId, Record] = {}
        self.listed: set[str] = set()
        self.optouts: list[OptOut] = []
        self.begun: Awaitable[None] = succeed(None)
        self.is_away = False

    async def present(self) -> None:
        """It is always there."""

    async def attempt(self, attempt: Attempt) -> Begun:
        await self.begun
        self.records[attempt.begin.call] = opened(attempt.begin)
        return Begun(uses=1)

    async def marks(self, number: str) -> dict[str, Mark]:
        return {}

    async def imported(self, country: str, *, lab: bool) -> bool:
        return False

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        return CountryUses(period=day, cap=None, uses=[])

    async def keep(self, record: Record) -> None:
        self.records[record.call] = record

    async def opt_out(self, entry: OptOut) -> bool:
        self.listed.add(entry.number)
        self.optouts.append(entry)
        return True

    async def is_opted_out(self, number: str) -> bool:
        return number in self.listed

    async def find(self, call: CallId) -> Record | None:
        return self.records.get(call)

    async def open_calls(self) -> list[Record]:
        return [record for record in self.records.values() if record.ended_at is None]


class Book:
    """One campaign in a store."""

    def __init__(self) -> None:
        self.campaign = Campaign(
            name="spring",
            trunk="carrier",
            cps=25,
            concurrency=0,
            retries=0,
            retry_seconds=0,
            lab=True,
            state=CampaignState.READY,
            created_at=0.0,
        )

    async def campaigns(self) -> list[Campaign]:
        return [self.campaign]

    async def set_state(self, campaign: str, state: CampaignState) -> None:
        self.campaign = replace(self.campaign, state=state)


WHY = Why(
    standing=Standing.STOPPED,
    reason=Reason.OPERATOR,
    at=1.0,
    says={"who": "ana", "text": "mended"},
    operator=True,
)


class IdleRunner:
    """Says how it stands and dials nobody."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign

    def start(self) -> None:
        pass

    def stop(self, why: str) -> None:
        pass

    def progress(self) -> Progress:
        return Progress(
            name=self.campaign.name,
            state=self.campaign.state,
            sent=7,
            waiting=2,
            skipped={},
            paused={"usa": "cap"},
            braked={"trunk:carrier": WHY},
        )


class Desk:
    """An engine with its neighbours, and somebody who asks at the desk."""

    def __init__(self, settings: Settings, countries: tuple[Country, ...], clock: Any, dice: Any) -> None:
        self.asterisk, self.ledger = Asterisk(), Ledger()
        self.failures: list[Any] = []
        self.engine = Engine(
            asterisks=[ports.Asterisk(switch=self.asterisk)],
            ledger=self.ledger,
            clock=clock,
            spawn=self.spawn,
            optout_key=lambda slug: "9",
            later=lambda seconds, call: cast("Cancellable", None),
        )
        self.engine.fleet.opens(FIRST)
        self.book = Book()
        self.lines: list[tuple[Any, ...]] = []
        self.forgotten: list[str] = []
        self.paced: list[str] = []
        self.runners: list[str] = []
        self.refusal: DiscadorError | None = None
        self.orders = Orders(
            engine=self.engine,
            settings=settings,
            countries=countries,
            clock=clock,
            dice=dice,
            spawn=self.spawn,
            fastagi=lambda: "agi://127.0.0.1:4573",
            find=self.ledger.find,
            campaigns=Campaigns(book=self.book, make_runner=self.make_runner, may_start=self.may_start),
            forget=lambda: self.forgotten.append("forget"),
            by_hand=self.by_hand(settings, countries, clock),
            logs=Logs(tell=lambda *line, **_: self.lines.append(line)),
            pacing=lambda order, tell: tell(frames.PacingStanding(scopes={})),
        )
        self.told: list[frames.Frame] = []

    def by_hand(self, settings: Settings, countries: tuple[Country, ...], clock: Any) -> ByHand:
        pools = Pools(countries={each.slug: each for each in countries}, uses=self.ledger, clock=clock)
        shows = Shows(engine="", pools=pools, ledger=self.ledger, clock=clock)
        return ByHand(engine=self.engine, shows=shows, limits=self, concurrency=0, channels={})

    async def trunk(self, route: str) -> str:
        self.paced.append(f"a trunk of {route}")
        return "carrier"

    async def leads_here(self, trunk: str) -> bool:
        return False

    async def room(self, wish: Wish) -> None:
        self.paced.append(f"room on {wish.trunk} after {len(self.asterisk.ordered)}")

    def take(self, wish: Wish) -> str:
        self.paced.append(f"place on {wish.trunk} in {wish.campaign} after {len(self.asterisk.ordered)}")
        return FIRST

    async def may_start(self, campaign: Campaign) -> None:
        if self.refusal is not None:
            raise self.refusal

    def make_runner(self, campaign: Campaign, done: Callable[[], None]) -> Runner:
        self.runners.append(campaign.name)
        return cast("Runner", IdleRunner(campaign))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        ensureDeferred(work).addErrback(self.failures.append)

    def asks(self, order: frames.Frame) -> None:
        self.orders(order, self.told.append)

    def dials(self, dial: frames.Dial = DIAL) -> CallId:
        self.asks(dial)
        return self.asterisk.ordered[-1].call

    @property
    def kinds(self) -> list[str]:
        return [getattr(frame, "fact", type(frame).__name__) for frame in self.told]

    @property
    def watchers(self) -> int:
        return len(self.engine._watchers)


@pytest.fixture
def desk(settings: Settings, countries: tuple[Country, ...], clock: Any, dice: Any) -> Desk:
    return Desk(settings, countries, clock, dice)


def test_how_the_engine_stands(desk: Desk) -> None:
    desk.asks(frames.Ask())

    assert desk.told == [frames.Standing(ready=True, live=0, fastagi="agi://127.0.0.1:4573")]


def test_a_call_is_told_from_its_place_to_its_record(desk: Desk) -> None:
    call = desk.dials()
    desk.engine.take(facts.Ringing(call=call, at=5.0))
    desk.engine.take(facts.Ended(call=call, at=6.0, cause=17))

    assert desk.kinds == ["Placed", "Ringing", "Ended", "Closed"]
    assert desk.told[0] == frames.Placed(
        call=call, number="+525550001003", country="mexico", callerid="+525550009000", trunk="carrier"
    )
    assert desk.told[1] == frames.Happened(call=call, fact="Ringing", at=5.0, says={})
    assert isinstance(desk.told[3], frames.Closed)
    assert desk.told[3].record["disposition"] == "busy"


def test_every_frame_of_a_call_can_be_written_on_the_desk(desk: Desk) -> None:
    call = desk.dials()
    desk.engine.take(facts.Ended(call=call, at=6.0, cause=17))

    assert [type(frames.decode(frames.encode(frame))) for frame in desk.told] == [
        type(frame) for frame in desk.told
    ]


def test_nobody_watches_a_call_that_is_over(desk: Desk) -> None:
    for _ in range(3):
        call = desk.dials()
        assert desk.watchers == 1
        desk.engine.take(facts.Ended(call=call, at=6.0, cause=16))

    assert desk.watchers == 0
    assert desk.orders._followed == {}


def test_two_askers_hear_of_their_own_calls_only(desk: Desk) -> None:
    other: list[frames.Frame] = []
    mine = desk.dials()
    desk.orders(DIAL, other.append)
    theirs = desk.asterisk.ordered[-1].call
    desk.engine.take(facts.Ringing(call=theirs, at=5.0))

    assert desk.kinds == ["Placed"]
    assert [frame.call for frame in other if isinstance(frame, frames.Happened)] == [theirs]
    assert mine != theirs


def test_a_wrong_order_is_answered_and_nothing_is_dialed(desk: Desk) -> None:
    desk.asks(frames.Closed(record={}))

    assert isinstance(desk.told[0], frames.Failed)
    assert (
        desk.told[0].message
        == "order is 'Closed'; it should be dial, ask, campaigning, forget, leave, pacing or fleet."
    )


@pytest.mark.parametrize(
    ("dial", "code"),
    [
        (frames.Dial(number="12"), "NotDialableError"),
        (frames.Dial(number="+525550001003", trunk="gold"), "UnknownNameError"),
        (frames.Dial(number="+525550001003", callerid="+525511112222"), "NotOurCallerIdError"),
    ],
)
def test_what_cannot_be_dialed_is_told_once_and_forgotten(desk: Desk, dial: frames.Dial, code: str) -> None:
    desk.asks(dial)

    assert [frame.code for frame in desk.told if isinstance(frame, frames.Failed)] == [code]
    assert desk.kinds == ["Failed"]
    assert desk.watchers == 0
    assert desk.ledger.records == {}


@pytest.mark.parametrize("why", ["link", "list"])
def test_what_the_engine_refuses_is_told_with_its_reason(desk: Desk, why: str) -> None:
    if why == "link":
        desk.engine.link_down()
    desk.ledger.listed = {DIAL.number} if why == "list" else set()

    desk.asks(DIAL)

    failed = desk.told[-1]
    assert isinstance(failed, frames.Failed)
    assert failed.code == "NotDialedError"
    expected = {"link": "there is no link to Asterisk", "list": "it is on the opt-out list"}
    assert failed.details == {"number": DIAL.number, "reason": expected[why]}
    assert desk.watchers == 0


def test_a_refusal_after_the_record_was_opened_ends_with_the_record(desk: Desk) -> None:
    commit: Deferred[None] = Deferred()
    desk.ledger.begun = commit
    desk.asks(DIAL)
    desk.ledger.listed.add(DIAL.number)
    commit.callback(None)

    assert desk.kinds == ["Placed", "OrderCancelled", "Closed"]
    assert desk.asterisk.ordered == []
    assert desk.watchers == 0
    assert desk.failures == []


def test_a_bug_of_ours_is_told_to_the_asker_and_to_the_log(desk: Desk) -> None:
    desk.asterisk.broken = ZeroDivisionError("a bug")

    desk.asks(DIAL)

    failed = desk.told[-1]
    assert isinstance(failed, frames.Failed)
    assert failed.code == "OrderBrokenError"
    assert failed.details == {"what": "ZeroDivisionError"}
    assert [failure.type for failure in desk.failures] == [ZeroDivisionError]
    assert desk.watchers == 0


def test_a_call_that_ended_while_asterisk_was_away_is_told_when_it_is_back(desk: Desk) -> None:
    call = desk.dials()
    desk.engine.link_down()
    desk.asterisk.living.clear()

    ensureDeferred(desk.engine.link_up())
    ensureDeferred(desk.orders.link_up())

    assert desk.kinds == ["Placed", "Vanished", "Closed"]
    assert isinstance(desk.told[2], frames.Closed)
    assert desk.told[2].record["call"] == call
    assert desk.told[2].record["disposition"] == "unknown"
    assert desk.watchers == 0


def test_a_call_that_is_still_up_goes_on_being_told(desk: Desk) -> None:
    call = desk.dials()
    desk.engine.link_down()
    ensureDeferred(desk.engine.link_up())
    ensureDeferred(desk.orders.link_up())

    desk.engine.take(facts.Ringing(call=call, at=5.0))

    assert desk.kinds == ["Placed", "Ringing"]


def test_a_call_that_is_being_placed_is_not_taken_for_a_lost_one(desk: Desk) -> None:
    commit: Deferred[None] = Deferred()
    desk.ledger.begun = commit
    desk.asks(DIAL)

    ensureDeferred(desk.orders.link_up())
    commit.callback(None)

    assert desk.kinds == ["Placed"]
    assert len(desk.asterisk.ordered) == 1


def test_a_hang_up_from_the_far_side_of_a_refused_call_is_no_leaving(desk: Desk) -> None:
    call = desk.dials()
    desk.engine.take(facts.CalleeLeft(call=call, at=5.0))

    assert desk.kinds == ["Placed"]


def test_a_call_that_ends_within_its_own_order_is_closed_once(desk: Desk) -> None:
    def at_once(order: PlaceCall) -> None:
        desk.engine.take(facts.Ordered(call=order.call, at=1.0))
        desk.engine.take(facts.OrderRefused(call=order.call, at=2.0, why="no such channel"))

    desk.asterisk.on_order = at_once
    desk.asks(DIAL)

    assert desk.kinds == ["Placed", "Ordered", "OrderRefused", "Closed"]
    assert desk.watchers == 0
    assert desk.orders._followed == {}


def test_a_record_that_is_open_is_not_told_as_closed(desk: Desk) -> None:
    call = desk.dials()
    desk.engine._calls.clear()
    desk.ledger.records[call] = replace(desk.ledger.records[call], state=State.RINGING)

    ensureDeferred(desk.orders.link_up())

    assert desk.kinds == ["Placed"]


def test_a_campaign_is_started_asked_about_and_stopped(desk: Desk) -> None:
    for do in ("start", "start", "ask", "stop"):
        desk.asks(frames.Campaigning(campaign="spring", do=do))

    told = [frame for frame in desk.told if isinstance(frame, frames.CampaignStanding)]
    assert [frame.state for frame in told] == ["running", "running", "running", "stopped"]
    assert [frame.sent for frame in told] == [7, 7, 7, 7]
    assert told[0].paused["usa"] == "cap"
    assert desk.runners == ["spring"]


def test_a_campaign_that_may_not_start_says_why_and_stays_as_it_was(desk: Desk) -> None:
    desk.refusal = LabNumbersLeaveError(campaign="spring", trunk="carrier", addresses="203.0.113.9")

    desk.asks(frames.Campaigning(campaign="spring", do="start"))

    (told,) = desk.told
    assert isinstance(told, frames.Failed)
    assert told.code == "LabNumbersLeaveError"
    assert desk.book.campaign.state is CampaignState.READY


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (frames.Campaigning(campaign="autumn", do="start"), "NoCampaignError"),
        (frames.Campaigning(campaign="spring", do="sing"), "BadInputError"),
    ],
)
def test_a_campaign_order_that_makes_no_sense_is_refused(desk: Desk, order: frames.Frame, code: str) -> None:
    desk.asks(order)

    assert [frame.code for frame in desk.told if isinstance(frame, frames.Failed)] == [code]


def test_the_pools_are_forgotten_when_the_inventory_changed(desk: Desk) -> None:
    desk.asks(frames.Forget(what="limit", says={"who": "ana", "country": "usa", "cap": 5}))

    assert desk.forgotten == ["forget"]
    assert desk.lines == [(File.CLI_MANAGER, "limit", {"who": "ana", "country": "usa", "cap": 5})]
    assert desk.told == [frames.Done()]


def test_a_call_by_hand_has_its_place_among_all_calls(desk: Desk) -> None:
    desk.dials()

    assert desk.paced == [
        "room on carrier after 0",
        "room on carrier after 0",
        "place on carrier in manual after 0",
    ]
    assert len(desk.asterisk.ordered) == 1


def test_a_number_is_put_on_the_list_by_whose_order_and_why(desk: Desk) -> None:
    desk.asks(frames.Leave(number="+525550001003", who="ana", why="asked by mail"))

    assert desk.told == [frames.Done()]
    (entry,) = desk.ledger.optouts
    assert (entry.number, entry.source, entry.who, entry.why) == (
        "+525550001003",
        "operator",
        "ana",
        "asked by mail",
    )


def test_what_is_asked_about_pacing_is_another_desks(desk: Desk) -> None:
    desk.asks(frames.Pacing())

    assert desk.told == [frames.PacingStanding(scopes={})]


def test_why_a_campaign_is_stopped_is_told_in_words_and_in_numbers(desk: Desk) -> None:
    desk.asks(frames.Campaigning(campaign="spring", do="start"))
    desk.asks(frames.Campaigning(campaign="spring"))

    told = desk.told[-1]
    assert isinstance(told, frames.CampaignStanding)
    assert told.paused == {"usa": "cap", "trunk:carrier": WHY.sentence()}
    assert told.braked["trunk:carrier"]["says"] == {"who": "ana", "text": "mended"}
    assert frames.decode(frames.encode(told)) == told


def standing(desk: Desk) -> dict[str, Any]:
    told = desk.told[-1]
    assert isinstance(told, frames.FleetStanding)
    only: dict[str, Any] = told.asterisks[FIRST]
    return only


def test_an_asterisk_is_drained_and_resumed_with_who_and_why(desk: Desk) -> None:
    desk.asks(frames.Fleet())
    assert standing(desk) == {"ready": True, "drained": False, "weight": 1.0, "up": 0, "sent": 0}

    desk.asks(frames.Fleet(do="drain", asterisk=FIRST, who="ana", why="new kernel"))
    assert standing(desk)["drained"]
    assert desk.engine.why_not == "every Asterisk that is there is drained"
    assert [line[1:3] for line in desk.lines] == [
        ("asterisk_drained", {"asterisk": FIRST, "who": "ana", "why": "new kernel"})
    ]

    desk.asks(frames.Fleet(do="resume", asterisk=FIRST, who="ana", why="done"))
    assert not standing(desk)["drained"]
    assert desk.engine.ready


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (frames.Fleet(do="drain", asterisk="x"), "NoSuchAsteriskError"),
        (frames.Fleet(do="shoot", asterisk=FIRST), "BadInputError"),
    ],
)
def test_an_order_to_the_fleet_that_makes_no_sense_is_refused(
    desk: Desk, order: frames.Fleet, code: str
) -> None:
    desk.asks(order)

    failed = desk.told[-1]
    assert isinstance(failed, frames.Failed)
    assert failed.code == code
    assert desk.engine.ready


class Routed(IdleRunner):
    """A campaign over a route, each of whose trunks stands otherwise."""

    def progress(self) -> Progress:
        refusal = NotDialableError(number="1", why="x")
        stopped = replace(WHY, reason=Reason.SERVER_ERRORS)
        ways = [
            WayStanding(way=way, up=1, sent=4, why=why, refused=refused, full=full)
            for way, why, refused, full in (
                (Way(trunk="a", weight=2, channels=5), None, None, False),
                (Way(trunk="b"), stopped, None, True),
                (Way(trunk="c"), stopped, refusal, False),
                (Way(trunk="d", channels=1), None, None, True),
                (Way(trunk="e", weight=0), None, None, False),
            )
        ]
        return replace(super().progress(), trunk="wholesale", ways=ways)


def test_each_trunk_of_a_route_is_told_with_whether_it_takes_calls(desk: Desk) -> None:
    desk.make_runner = lambda campaign, done: cast("Runner", Routed(campaign))  # type: ignore[method-assign]
    desk.orders._campaigns._make_runner = desk.make_runner
    desk.asks(frames.Campaigning(campaign="spring", do="start"))

    told = desk.told[-1]
    assert isinstance(told, frames.CampaignStanding)
    assert (told.trunk, told.trunk_up, told.channels) == ("wholesale", 5, 0)
    assert {name: each["takes"] for name, each in told.trunks.items()} == {
        "a": "takes",
        "b": "stopped",
        "c": "refused",
        "d": "full",
        "e": "spare",
    }
    assert told.trunks["a"] == {
        "weight": 2,
        "up": 1,
        "channels": 5,
        "sent": 4,
        "takes": "takes",
        "refused": None,
    }
    assert told.trunks["c"]["refused"]["code"] == "NotDialableError"
    assert frames.decode(frames.encode(told)) == told


def test_of_one_trunk_alone_there_is_nothing_more_to_tell(desk: Desk) -> None:
    desk.asks(frames.Campaigning(campaign="spring", do="start"))

    told = desk.told[-1]
    assert isinstance(told, frames.CampaignStanding)
    assert told.trunks == {}


@pytest.mark.parametrize("named", ["wholesale", ""])
def test_a_call_by_hand_may_name_a_route_and_goes_over_a_trunk_of_it(
    settings: Settings, countries: tuple[Country, ...], clock: Any, dice: Any, named: str
) -> None:
    routes = {"wholesale": {"carrier": 1.0}}
    routed = replace(settings, routes=routes, default_trunk="wholesale")
    desk = Desk(routed, countries, clock, dice)

    desk.dials(replace(DIAL, trunk=named))

    assert desk.paced[:2] == ["a trunk of wholesale", "room on carrier after 0"]
    (record,) = desk.ledger.records.values()
    assert record.trunk == desk.asterisk.ordered[0].trunk == "carrier"
