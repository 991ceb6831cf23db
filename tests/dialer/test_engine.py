from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.fleet import Member
from fastagi_server.dialer.gate import NO_LINK, STORE_AWAY, NotDialedError
from fastagi_server.dialer.news import LEAST_SECONDS
from fastagi_server.dialer.ports import Asterisk
from fastagi_server.telephony import facts
from fastagi_server.telephony.amd import Amd, Verdict
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.keys import Meaning, Press
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Begin, Kept, OptOut, Record, State

CALL = mint(1.0, b"0123456789")
OTHER = mint(2.0, b"0123456789")
ORDER = PlaceCall(
    call=CALL,
    number="+525550001003",
    callerid="+525550009000",
    trunk="carrier",
    channel="PJSIP/525550001003@carrier",
    context="discador_mexico",
    ring_seconds=25,
    campaign="test",
)

BEGIN = Begin(
    call=CALL,
    number=ORDER.number,
    country="mexico",
    callerid=ORDER.callerid,
    trunk=ORDER.trunk,
    campaign=ORDER.campaign,
    planned_at=99.0,
    begun_at=99.0,
)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine whose ports answer at once."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a double made the engine wait")


class Time:
    now = 100.0

    def wall(self) -> float:
        self.now += 1
        return self.now

    def steady(self) -> float:
        return self.passed

    passed = 0.0


class Switch:
    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.living: set[CallId] = set()
        self.kept: list[Kept] = []
        self.while_listing: Callable[[], None] = lambda: None

    async def originate(self, order: PlaceCall) -> None:
        self.log.append(f"originate {order.number}")

    async def hangup(self, call: CallId) -> None:
        self.log.append("hangup")

    async def live_calls(self) -> frozenset[CallId]:
        living = frozenset(self.living)
        self.while_listing()
        return living

    async def kept_optouts(self) -> Sequence[Kept]:
        return list(self.kept)

    async def keep_optout(self, kept: Kept) -> None:
        self.log.append(f"keep {kept.digit} in AstDB")
        self.kept.append(kept)

    async def forget_optout(self, kept: Kept) -> None:
        self.log.append(f"forget {kept.call[:4]}")
        self.kept = [one for one in self.kept if one.call != kept.call]


class Ledger:
    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.records: dict[CallId, Record] = {}
        self.optouts: list[OptOut] = []
        self.is_away = False

    async def present(self) -> None:
        assert not self.is_away, "a double made the engine wait"

    async def begin(self, begin: Begin) -> None:
        self.log.append("begin")
        self.records[begin.call] = calls.opened(begin)

    async def keep(self, record: Record) -> None:
        self.log.append(f"keep {record.disposition}")
        self.records[record.call] = record

    async def opt_out(self, entry: OptOut) -> bool:
        if self.is_away:
            raise StoreAwayError(why="locked")
        self.log.append(f"opt out {entry.number} {entry.source}")
        new = all(one.number != entry.number for one in self.optouts)
        self.optouts.append(entry)
        return new

    async def is_opted_out(self, number: str) -> bool:
        return any(entry.number == number for entry in self.optouts)

    async def find(self, call: CallId) -> Record | None:
        return self.records.get(call)

    async def open_calls(self) -> Sequence[Record]:
        return [record for record in self.records.values() if record.ended_at is None]


KEYS = {"mexico": "9"}


class Timer:
    def cancel(self) -> None:
        raise AssertionError("nobody cancels it")


class House:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.timers: list[Callable[[], None]] = []
        self.waits: list[float] = []
        self.switch = Switch(self.log)
        self.ledger = Ledger(self.log)
        self.time = Time()
        self.engine = Engine(
            asterisks=[Asterisk(switch=self.switch)],
            ledger=self.ledger,
            clock=self.time,
            spawn=run,
            optout_key=KEYS.__getitem__,
            later=self.later,
        )

    @property
    def first(self) -> Member:
        return self.engine.fleet[FIRST]

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        self.timers.append(call)
        self.waits.append(seconds)
        return Timer()

    def up(self) -> House:
        run(self.engine.link_up())
        return self

    def place(self) -> None:
        """Place a call as one by hand is placed."""
        run(self.engine.may_dial(ORDER.number))
        run(self.ledger.begin(BEGIN))
        self.engine.admit(BEGIN)
        run(self.engine.write(ORDER))

    def told(self, *story: facts.Fact) -> None:
        for fact in story:
            self.engine.take(fact)


@pytest.fixture
def house() -> House:
    return House()


ANSWERED = facts.Answered(call=CALL, at=104.0)
ENDED = facts.Ended(call=CALL, at=110.0, cause=16)


def test_a_record_is_open_before_the_originate_leaves(house: House) -> None:
    house.up().place()

    assert house.log == ["begin", "originate +525550001003"]


def test_calls_are_counted_by_their_trunk_once_they_have_left(house: House) -> None:
    house.up().place()
    house.engine.admit(replace(BEGIN, call=OTHER))

    assert (house.engine.up_over(ORDER.trunk), house.engine.up_over("other")) == (1, 0)


def test_nothing_is_dialed_without_a_link(house: House) -> None:
    with pytest.raises(NotDialedError, match="no link to Asterisk"):
        house.place()

    assert house.log == []


def test_nothing_is_dialed_to_a_number_on_the_list(house: House) -> None:
    house.up().ledger.optouts.append(OptOut(number=ORDER.number, at=1.0, source="operator"))

    with pytest.raises(NotDialedError, match="opt-out list"):
        house.place()

    assert house.log == []


def test_the_last_look_sees_the_link_and_the_list(house: House) -> None:
    def look() -> Any:
        return run(house.engine.last_look(ORDER.number))

    assert look() == NO_LINK
    house.up()
    assert look() is None
    house.ledger.optouts.append(OptOut(number=ORDER.number, at=1.0, source="operator"))
    assert look() == "it went on the opt-out list just now"


def test_a_call_is_followed_to_its_end_and_written_once(house: House) -> None:
    seen: list[str] = []
    house.up().engine.watch(lambda record, fact: seen.append(f"{type(fact).__name__} {record.state}"))
    house.place()

    house.told(facts.Ordered(call=CALL, at=101.0), ANSWERED, ENDED, ENDED)

    assert seen == ["Ordered ordered", "Answered answered", "Ended ended"]
    assert house.log[-1] == "keep no_key"
    assert house.ledger.records[CALL].ended_at == 110.0


def test_an_opt_out_is_durable_before_it_is_told(house: House) -> None:
    seen: list[str] = []
    house.up().engine.watch(lambda _, fact: seen.append(f"{type(fact).__name__} after {house.log[-1]}"))
    house.place()

    assert run(house.engine.opt_out(call=CALL, digit="9", source="key"))

    assert seen == ["OptedOut after opt out +525550001003 key"]


def test_an_opt_out_of_a_call_that_was_closed_too_soon_mends_its_record(house: House) -> None:
    house.up().place()
    house.told(facts.Vanished(call=CALL, at=104.0))
    assert house.ledger.records[CALL].disposition is Disposition.UNKNOWN

    assert run(house.engine.opt_out(call=CALL, digit="9", source="key"))

    mended = house.ledger.records[CALL]
    assert (mended.disposition, mended.key) == (Disposition.OPTED_OUT, "9")


def test_an_opt_out_told_by_event_is_kept_and_asterisk_is_freed_of_it(house: House) -> None:
    house.up().place()

    house.told(ANSWERED, facts.OptOutAsked(call=CALL, at=105.0, digit="9"), ENDED)

    assert house.log[2:] == ["opt out +525550001003 key", f"forget {CALL[:4]}", "keep opted_out"]


def test_an_opt_out_of_a_call_that_nobody_knows_is_not_claimed(house: House) -> None:
    assert not run(house.up().engine.opt_out(call=OTHER, digit="9", source="key"))
    assert house.ledger.optouts == []


def test_a_number_given_by_a_foreign_dialplan_is_enough(house: House) -> None:
    run(house.up().engine.opt_out_number("+13055550001", digit="9", source="dialplan"))

    assert [(entry.number, entry.call) for entry in house.ledger.optouts] == [("+13055550001", None)]


def test_what_asterisk_kept_is_on_the_list_before_the_first_originate(house: House) -> None:
    house.up().place()
    house.told(ANSWERED, ENDED)
    house.engine.link_down()
    house.switch.kept.append(Kept(call=CALL, at=108.0, digit="9"))

    house.up()

    with pytest.raises(NotDialedError, match="opt-out list"):
        house.place()
    assert house.log[-3:] == ["opt out +525550001003 astdb", "keep opted_out", f"forget {CALL[:4]}"]
    assert house.ledger.records[CALL].disposition is Disposition.OPTED_OUT


NINE = Press(digit="9", begun_at=104.0, ended_at=104.1, duration_ms=100)


HUMAN = facts.AmdDecided(call=CALL, at=104.5, amd=Amd(Verdict.HUMAN, "HUMAN-801-800"))
HEARD = facts.DigitHeard(call=CALL, at=104.1, press=NINE)


def test_a_nine_that_only_ami_heard_is_an_opt_out(house: House) -> None:
    house.up().place()

    house.told(ANSWERED, HUMAN, HEARD, ENDED)

    assert house.ledger.optouts[0].number == ORDER.number
    assert house.ledger.records[CALL].disposition is Disposition.OPTED_OUT
    assert "hangup" not in house.log


def test_a_nine_that_amd_ate_ends_the_call_too(house: House) -> None:
    house.up().place()

    house.told(ANSWERED, HEARD)

    assert house.log[-2:] == ["opt out +525550001003 key", "hangup"]


def test_a_nine_in_the_conversation_with_an_agent_is_no_opt_out(house: House) -> None:
    house.up().place()

    house.told(ANSWERED, HUMAN, facts.Connecting(call=CALL, at=104.6), HEARD, ENDED)

    assert house.ledger.optouts == []
    assert house.ledger.records[CALL].disposition is Disposition.CONNECTED


def test_a_key_that_we_never_answered_is_looked_up_in_asterisk(house: House) -> None:
    house.up().place()
    house.switch.kept.append(Kept(call=CALL, at=104.1, digit="9"))
    five = facts.DigitHeard(call=CALL, at=104.1, press=replace(NINE, digit="5"))

    house.told(ANSWERED, HUMAN, five, ENDED)

    assert house.ledger.optouts[0].number == ORDER.number
    assert house.ledger.records[CALL].disposition is Disposition.OPTED_OUT


def test_after_standing_still_nothing_is_dialed_before_asterisk_was_asked(house: House) -> None:
    house.up().place()
    house.told(ANSWERED, ENDED)
    house.switch.kept.append(Kept(call=CALL, at=104.1, digit="9"))
    house.first.sweep.pulse()
    house.time.passed += 30

    with pytest.raises(NotDialedError, match="opt-out list"):
        house.place()


def test_while_time_goes_on_asterisk_is_not_asked_at_every_call(house: House) -> None:
    house.up().first.sweep.pulse()
    house.switch.kept.append(Kept(call=OTHER, at=104.1, digit="9"))

    house.place()

    assert house.log == ["begin", "originate +525550001003"]


def test_what_asterisk_kept_of_a_strangers_call_is_left_where_it_is(house: House) -> None:
    house.switch.kept.append(Kept(call=OTHER, at=108.0, digit="9"))

    house.up()

    assert house.switch.kept
    assert house.ledger.optouts == []


def test_after_a_restart_live_calls_are_adopted_and_the_others_closed_unknown(house: House) -> None:
    house.up().place()
    open_call = house.ledger.records[CALL]
    after = House()
    after.ledger.records = {CALL: open_call, OTHER: replace(open_call, call=OTHER)}
    after.switch.living = {CALL}

    after.up()

    assert after.engine.known(CALL) == replace(open_call, asterisk=FIRST)
    assert after.ledger.records[OTHER].disposition is Disposition.UNKNOWN
    after.told(ANSWERED, facts.KeyDecided(call=CALL, at=105.0, digit="3", meaning=Meaning.CONNECT), ENDED)
    assert after.ledger.records[CALL].state is State.ENDED


def test_a_call_that_ends_while_asterisk_lists_its_channels_is_not_adopted(house: House) -> None:
    house.up().place()
    after = House()
    after.ledger.records = {CALL: house.ledger.records[CALL]}
    after.switch.living = {CALL}
    after.switch.while_listing = lambda: after.told(ENDED)

    after.up()

    assert after.engine.live == 0
    assert after.ledger.records[CALL].state is State.ENDED


FAILED = facts.OriginateFailed(call=CALL, at=103.0, reason=0)


def test_an_originate_that_failed_without_a_channel_ends_a_little_later(house: House) -> None:
    house.up().place()
    house.told(facts.Ordered(call=CALL, at=102.0), FAILED)
    assert house.engine.live == 1

    (later,) = house.timers
    later()

    assert house.ledger.records[CALL].disposition is Disposition.FAILED
    assert house.engine.live == 0


def test_a_failure_that_overtakes_its_channel_is_not_the_end(house: House) -> None:
    house.up().place()
    house.told(
        facts.Ordered(call=CALL, at=102.0),
        FAILED,
        facts.Dialed(call=CALL, at=103.1),
        facts.Ended(call=CALL, at=103.2, cause=17, sip_code=486),
    )

    (later,) = house.timers
    later()

    assert house.ledger.records[CALL].disposition is Disposition.BUSY


def test_where_channels_are_told_late_a_failure_is_believed_later(house: House) -> None:
    house.up().place()
    house.engine.admit(replace(BEGIN, call=OTHER))
    house.told(facts.Accepted(call=OTHER, at=98.0), facts.Dialed(call=OTHER, at=102.0), FAILED)

    assert house.waits == [LEAST_SECONDS + 2 * 4.0]


def test_facts_of_strangers_calls_are_ignored(house: House) -> None:
    house.up().told(facts.Answered(call=OTHER, at=1.0))

    assert house.engine.live == 0


def test_a_watcher_can_stop_watching(house: House) -> None:
    seen: list[facts.Fact] = []
    stop = house.up().engine.watch(lambda _, fact: seen.append(fact))
    house.place()

    stop()
    house.told(ANSWERED)

    assert seen == []


def test_a_watcher_that_breaks_leaves_no_call_open(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def breaks(_: Record, fact: facts.Fact) -> None:
        if isinstance(fact, facts.Ended):
            raise ZeroDivisionError

    seen: list[facts.Fact] = []
    house.up().engine.watch(breaks)
    house.engine.watch(lambda _, fact: seen.append(fact))
    house.place()

    house.told(ANSWERED, ENDED)

    assert house.engine.live == 0
    assert house.ledger.records[CALL].state is State.ENDED
    assert seen[-1] is ENDED
    assert "a watcher of calls breaks" in caplog.text


class Away(Ledger):
    """A store that is locked."""

    async def opt_out(self, entry: OptOut) -> bool:
        raise OSError("locked")


def prepared(house: House) -> PlaceCall:
    """Have an attempt wait for its slot."""
    begin = Begin(
        call=OTHER,
        number=ORDER.number,
        country="mexico",
        callerid=ORDER.callerid,
        trunk=ORDER.trunk,
        campaign=ORDER.campaign,
        planned_at=100.0,
        begun_at=99.0,
    )
    house.engine.admit(begin)
    house.ledger.records[OTHER] = calls.opened(begin)
    return replace(ORDER, call=OTHER)


def test_a_number_that_any_road_put_on_the_list_is_not_rung_from_a_slot(house: House) -> None:
    order = prepared(house.up())
    run(house.engine.opt_out_number(order.number, digit="9", source="dialplan"))

    assert not house.engine.send(order, 100.0)
    assert "originate" not in " ".join(house.log)


def test_a_number_taken_over_from_asterisk_is_not_rung_from_a_slot(house: House) -> None:
    house.up().place()
    house.told(ANSWERED, ENDED)
    house.engine.link_down()
    house.switch.kept.append(Kept(call=CALL, at=108.0, digit="9"))
    order = prepared(house)

    house.up()

    assert not house.engine.send(order, 100.0)


def test_an_opt_out_that_could_not_be_written_is_looked_up_in_asterisk_again(house: House) -> None:
    house.up().place()
    house.engine._ledger = Away(house.log)
    with pytest.raises(OSError, match="locked"):
        run(house.engine.opt_out_number(ORDER.number, digit="9", source="dialplan"))

    assert house.first.sweep.due


def test_an_opt_out_without_a_key_is_one_all_the_same(house: House) -> None:
    house.up().place()
    house.told(ANSWERED)
    assert run(house.engine.opt_out(call=CALL, digit="", source="key"))
    house.told(ENDED)

    record = house.ledger.records[CALL]
    assert (record.disposition, record.key) == (Disposition.OPTED_OUT, None)
    assert record.why == "asked the dialplan: on the opt-out list"


ENTRY = OptOut(number=ORDER.number, at=1.0, source="operator")


def test_a_prepared_attempt_to_a_number_that_left_is_taken_back_at_once(house: House) -> None:
    house.up().engine.admit(BEGIN)

    house.engine.away.left({ORDER.number})

    assert house.engine.known(CALL) is None
    assert house.ledger.records[CALL].disposition is Disposition.CANCELLED
    assert not house.engine.send(ORDER, 99.0)
    with pytest.raises(NotDialedError, match="opt-out list just now"):
        run(house.engine.write(ORDER))
    assert house.log == ["keep cancelled"]


def test_an_attempt_that_becomes_durable_after_its_number_left_never_leaves(house: House) -> None:
    house.up().engine.away.left({ORDER.number})

    house.engine.admit(BEGIN)

    assert not house.engine.send(ORDER, 99.0)
    assert house.log == ["keep cancelled"]


def test_a_ringing_call_is_cancelled_when_its_number_leaves_by_another_road(house: House) -> None:
    house.up().place()
    house.told(facts.Ringing(call=CALL, at=103.0))

    run(house.engine.opt_out_number(ORDER.number, digit="", source="operator"))

    assert house.log[-2:] == ["opt out +525550001003 operator", "hangup"]


def test_an_answered_call_goes_on_when_its_number_leaves(house: House) -> None:
    house.up().place()
    house.told(ANSWERED)

    house.engine.away.left({ORDER.number})

    assert "hangup" not in house.log


def test_a_hangup_that_came_before_the_channel_is_said_again(house: House) -> None:
    house.up().place()
    house.engine.away.left({ORDER.number})

    house.told(facts.Ringing(call=CALL, at=103.0), ENDED)

    assert house.log[2:4] == ["hangup", "hangup"]
    assert house.log.count("hangup") == 2


def test_while_the_store_is_away_nothing_leaves_and_calls_that_are_up_go_on(house: House) -> None:
    house.up().place()
    house.engine.store_away()

    assert (house.engine.ready, house.engine.why_not) == (False, STORE_AWAY)
    assert run(house.engine.last_look("+525550001009")) == STORE_AWAY
    with pytest.raises(NotDialedError, match="the store is away"):
        run(house.engine.may_dial("+525550001009"))

    house.told(ANSWERED, ENDED)
    assert house.ledger.records[CALL].ended_at == 110.0


def test_when_it_is_back_asterisk_is_asked_before_anything_leaves(house: House) -> None:
    house.up().place()
    house.engine.store_away()
    house.switch.kept = [Kept(call=CALL, at=90.0, digit="9")]

    run(house.engine.store_back())

    assert [entry.source for entry in house.ledger.optouts] == ["astdb"]
    assert house.engine.ready


def test_one_that_is_away_again_at_once_is_asked_later(house: House) -> None:
    house.up().place()
    house.engine.store_away()
    house.switch.kept = [Kept(call=CALL, at=90.0, digit="9")]
    house.ledger.is_away = True

    run(house.engine.store_back())
    assert not house.engine.ready

    house.ledger.is_away = False
    house.timers.pop()()
    assert house.engine.ready


def test_an_opt_out_that_the_store_cannot_take_is_kept_by_asterisk_before_the_call_is_ended(
    house: House,
) -> None:
    house.up().place()
    house.told(ANSWERED)
    house.ledger.is_away = True
    house.log.clear()

    press = Press(digit="9", begun_at=105.0, ended_at=105.1, duration_ms=100)
    house.told(facts.DigitHeard(call=CALL, at=105.1, press=press))

    assert house.log == ["keep 9 in AstDB", "hangup"]
    house.ledger.is_away = False
    run(house.engine.store_back())
    assert [entry.number for entry in house.ledger.optouts] == [ORDER.number]


def test_a_link_that_comes_up_waits_for_the_store(house: House) -> None:
    house.ledger.is_away = True

    with pytest.raises(AssertionError, match="made the engine wait"):
        house.up()

    assert house.engine.why_not == NO_LINK


THREE = facts.DigitHeard(
    call=CALL, at=105.0, press=Press(digit="3", begun_at=104.9, ended_at=105.0, duration_ms=100)
)
NEWS = [
    facts.Accepted(call=CALL, at=101.0),
    facts.Dialed(call=CALL, at=102.0),
    facts.Ringing(call=CALL, at=103.0),
    ANSWERED,
    THREE,
    facts.CalleeLeft(call=CALL, at=109.0),
    facts.SipTold(call=CALL, at=109.5, sip_code=486, sip_reason="Busy Here"),
    facts.OriginateFailed(call=CALL, at=109.6, reason=5),
    facts.NeverDialed(call=CALL, at=109.7),
    facts.OrderLost(call=CALL, at=109.8),
    facts.Vanished(call=CALL, at=109.9),
    ENDED,
]


@given(story=st.lists(st.sampled_from(NEWS), max_size=25))
def test_news_told_twice_late_or_in_any_order_breaks_no_record_and_no_count(story: list[facts.Fact]) -> None:
    house = House().up()
    house.place()

    house.told(*story, ENDED, *story, ENDED)

    assert (house.engine.live, house.engine.up) == (0, 0)
    assert sum(line.startswith("keep ") for line in house.log) == 1
    assert house.ledger.records[CALL].ended_at is not None
    assert house.log.count(f"originate {ORDER.number}") == 1


def test_an_attempt_of_a_route_has_the_trunk_of_its_order_from_its_write_to_its_record(house: House) -> None:
    order = prepared(house.up())
    engine = house.engine
    engine.over.routes = {"acme": ["wholesale"], "safe": ["wholesale"]}
    assert engine.up_over("acme") == 0

    assert engine.send(replace(order, trunk="acme"), 100.0)
    assert (engine.up_over("acme"), engine.up_over("safe"), engine.up_over(ORDER.trunk)) == (1, 0, 0)

    engine.take(replace(ENDED, call=OTHER))
    assert engine.up_over("acme") == 0
    assert house.ledger.records[OTHER].trunk == "acme"


def test_a_call_of_the_run_before_has_a_channel_of_each_trunk_of_its_route(house: House) -> None:
    house.engine.over.routes = {"acme": ["wholesale"], "safe": ["wholesale"]}
    record = replace(calls.opened(BEGIN), trunk="wholesale")

    house.engine.adopt(record)
    house.engine.adopt(record)
    assert [house.engine.up_over(each) for each in ("acme", "safe", "other")] == [1, 1, 0]

    house.engine.take(ENDED)
    assert [house.engine.up_over(each) for each in ("acme", "safe", "other")] == [0, 0, 0]
