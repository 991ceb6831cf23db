from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialer import call as calls
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.errors import NoSuchAsteriskError, StoreAwayError
from fastagi_server.dialer.fleet import DOUBT_SECONDS, Fleet
from fastagi_server.dialer.gate import ALL_DRAINED, NO_LINK
from fastagi_server.dialer.ports import Asterisk
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin, Kept
from tests.dialer.stage import Stage, contact
from tests.dialer.test_engine import BEGIN, KEYS, ORDER, Ledger, Switch, Time, run

NAMES = ("asterisk", "b", "c")


class Fleets:
    """An engine with three Asterisks."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self.log: list[str] = []
        self.ledger = ledger or Ledger(self.log)
        self.time = Time()
        self.switches = {name: Switch([]) for name in NAMES}
        self.stuck: set[str] = set()
        self.engine = Engine(
            asterisks=[
                Asterisk(name=name, switch=switch, write_off=60.0, is_stuck=self._stuck(name))
                for name, switch in self.switches.items()
            ],
            ledger=self.ledger,
            clock=self.time,
            spawn=run,
            optout_key=KEYS.__getitem__,
            later=lambda *_: None,  # type: ignore[arg-type, return-value]
        )

    @property
    def fleet(self) -> Fleet:
        return self.engine.fleet

    def _stuck(self, name: str) -> Callable[[], bool]:
        return lambda: name in self.stuck

    def up(self, *names: str) -> Fleets:
        for name in names or NAMES:
            run(self.engine.link_up(name))
        return self

    def dies(self, name: str) -> None:
        self.switches[name].living.clear()
        self.engine.link_down(name)

    def sends(self, n: int, asterisk: str) -> CallId:
        begin = replace(BEGIN, call=mint(float(n), b"0123456789"), number=f"+52555000{n:04}")
        run(self.ledger.begin(begin))
        self.engine.admit(begin)
        order = replace(ORDER, call=begin.call, number=begin.number)
        assert self.engine.send(order, 1.0, asterisk)
        self.switches[asterisk].living.add(begin.call)
        return begin.call

    def looks(self, name: str) -> None:
        for _ in range(2):
            run(self.fleet[name].recovery.compare())

    def pass_by(self, seconds: float) -> None:
        self.time.passed += seconds
        self.engine.pulse()


@pytest.fixture
def fleets() -> Fleets:
    return Fleets().up()


def test_a_call_goes_to_the_asterisk_that_was_chosen_and_to_no_other(fleets: Fleets) -> None:
    call = fleets.sends(1, "b")

    assert [switch.log for switch in fleets.switches.values()] == [[], ["originate +525550000001"], []]
    record = fleets.engine.known(call)
    assert record is not None
    assert record.asterisk == "b"
    assert (fleets.fleet["b"].sent, fleets.engine.up_at("b"), fleets.engine.up_at("c")) == (1, 1, 0)


def test_a_name_that_is_none_is_refused_with_those_that_are(fleets: Fleets) -> None:
    with pytest.raises(NoSuchAsteriskError, match="no Asterisk 'd'; there are: asterisk, b, c"):
        fleets.fleet["d"]


def test_it_is_ready_with_one_and_only_those_that_are_open_take_calls() -> None:
    fleets = Fleets()
    assert (fleets.engine.why_not, fleets.fleet.lanes()) == (NO_LINK, {})
    fleets.up("b")
    assert (fleets.engine.ready, list(fleets.fleet.lanes())) == (True, ["b"])
    fleets.up("c")
    fleets.stuck.add("b")
    assert list(fleets.fleet.lanes()) == ["c"]
    fleets.fleet.doubt("c")
    assert (fleets.fleet.lanes(), fleets.fleet.is_open, fleets.engine.ready) == ({}, False, True)
    fleets.stuck.clear()
    fleets.dies("b")
    assert fleets.fleet.lanes() == {}
    fleets.pass_by(DOUBT_SECONDS)
    assert list(fleets.fleet.lanes()) == ["c"]
    fleets.dies("c")
    assert not fleets.engine.ready


def test_one_without_weight_is_drained_from_the_beginning() -> None:
    fleets = Fleets()
    drained = Fleet(
        [Asterisk(switch=Switch([]), weight=0)],
        calls=fleets.engine,
        ledger=fleets.ledger,
        clock=fleets.time,
        engine="",
    )
    drained.opens("asterisk")

    assert (drained.why_not, drained.lanes()) == (ALL_DRAINED, {})
    drained["asterisk"].drained = False
    assert (drained.why_not, drained.lanes()) == ("", {"asterisk": 1.0})


def test_what_is_to_be_done_to_a_call_is_done_where_it_is(fleets: Fleets) -> None:
    call = fleets.sends(1, "b")
    kept = Kept(call=call, at=1.0, digit="9")
    for switch in fleets.switches.values():
        switch.log.clear()

    run(fleets.fleet.hangup(call))
    run(fleets.fleet.keep_optout(kept))
    run(fleets.fleet.forget_optout(kept))

    logs = {name: switch.log for name, switch in fleets.switches.items()}
    assert logs == {"asterisk": [], "b": ["hangup", "keep 9 in AstDB", f"forget {call[:4]}"], "c": []}


def test_an_opt_out_that_its_own_asterisk_cannot_keep_is_kept_by_another(fleets: Fleets) -> None:
    async def away(kept: Kept) -> None:
        raise StoreAwayError(why="no link")

    call = fleets.sends(1, "b")
    fleets.switches["b"].keep_optout = away  # type: ignore[method-assign]

    run(fleets.fleet.keep_optout(Kept(call=call, at=1.0, digit="9")))
    assert [each.call for each in fleets.switches["asterisk"].kept] == [call]

    for switch in fleets.switches.values():
        switch.keep_optout = away  # type: ignore[method-assign]
    with pytest.raises(StoreAwayError):
        run(fleets.fleet.keep_optout(Kept(call=call, at=1.0, digit="9")))


def test_no_other_asterisks_list_says_anything_of_a_call(fleets: Fleets) -> None:
    ours = fleets.sends(1, "b")
    fleets.engine.link_down("b")

    for name in ("asterisk", "c"):
        fleets.looks(name)
        fleets.dies(name)
        fleets.up(name)

    assert fleets.engine.known(ours) is not None
    assert fleets.engine.drift == 0


def test_a_call_of_one_that_comes_back_is_as_that_one_says(fleets: Fleets) -> None:
    lives, died, other = (fleets.sends(n, name) for n, name in ((1, "b"), (2, "b"), (3, "c")))
    fleets.engine.link_down("b")
    fleets.switches["b"].living = {lives}

    fleets.up("b")

    assert fleets.engine.known(lives) is not None
    assert fleets.engine.known(other) is not None
    assert fleets.ledger.records[died].disposition is Disposition.UNKNOWN
    assert fleets.ledger.records[died].asterisk == "b"


def test_a_call_of_one_that_stays_away_is_closed_when_its_time_is_over_and_never_while_all_are_away(
    fleets: Fleets,
) -> None:
    call, other = fleets.sends(1, "b"), fleets.sends(2, "c")
    fleets.dies("b")
    fleets.pass_by(59.0)
    assert fleets.engine.known(call) is not None

    fleets.engine.link_down("asterisk")
    fleets.engine.link_down("c")
    fleets.pass_by(59.0)
    assert fleets.engine.known(call) is not None

    fleets.up("c")
    fleets.pass_by(0.5)
    assert fleets.ledger.records[call].disposition is Disposition.UNKNOWN
    assert fleets.engine.known(other) is not None


def test_a_call_of_the_run_before_is_closed_once_every_asterisk_has_said_that_it_has_not_got_it() -> None:
    before = Fleets().up()
    gone, lives = before.sends(1, "b"), before.sends(2, "c")
    after = Fleets(before.ledger)
    after.switches["c"].living = {lives}

    after.up("asterisk", "b")
    for name in ("asterisk", "b"):
        after.looks(name)
    assert {call for call in (gone, lives) if after.engine.known(call)} == {gone, lives}

    after.up("c")
    assert after.engine.known(gone) is None
    assert after.ledger.records[gone].disposition is Disposition.UNKNOWN
    assert after.engine.up_at("c") == 1
    after.dies("c")
    after.looks("b")
    assert after.engine.known(lives) is not None


def test_a_call_of_the_run_before_does_not_wait_for_ever_for_an_asterisk_that_stays_away() -> None:
    before = Fleets().up()
    gone = before.sends(1, "b")
    after = Fleets(before.ledger).up("asterisk", "c")

    after.pass_by(59.0)
    assert after.engine.known(gone) is not None
    after.pass_by(2.0)
    assert after.engine.known(gone) is None


def test_a_call_of_the_run_before_that_two_lists_do_not_name_is_hung_up_wherever_it_may_be() -> None:
    before = Fleets().up()
    call = before.sends(1, "b")
    after = Fleets(before.ledger).up("asterisk", "c")

    run(after.fleet.hangup(call))

    assert [switch.log for switch in after.switches.values()] == [["hangup"], [], ["hangup"]]


def test_an_asterisk_that_comes_later_does_not_take_what_is_just_being_prepared_for_lost() -> None:
    """It is open in the store, and the engine does not know it yet: it must not be closed."""
    fleets = Fleets().up("asterisk")
    prepared: Begin = replace(BEGIN, call=mint(9.0, b"0123456789"))
    run(fleets.ledger.begin(prepared))

    fleets.up("b")

    assert fleets.ledger.records[prepared.call] == calls.opened(prepared)
    assert fleets.engine.known(prepared.call) is None


def test_one_has_no_call_before_what_it_kept_is_ours_and_what_must_be_done_before_is_done() -> None:
    fleets = Fleets().up("asterisk")
    call = fleets.sends(1, "asterisk")
    fleets.switches["b"].kept = [Kept(call=call, at=1.0, digit="9")]
    seen: list[object] = []

    async def then() -> None:
        seen.append((fleets.fleet["b"].ready, [each.source for each in fleets.ledger.optouts]))

    run(fleets.engine.link_up("b", then))

    assert seen == [(False, ["astdb"])]
    assert fleets.fleet["b"].ready


def test_a_key_that_may_be_kept_is_looked_for_with_its_own_asterisk_alone(fleets: Fleets) -> None:
    call = fleets.sends(1, "b")
    fleets.engine.link_down("b")
    press = facts.DigitHeard(call=call, at=5.0, press=_press())

    fleets.engine.take(press)
    fleets.engine.take(facts.Ended(call=call, at=6.0, cause=16))

    assert [fleets.fleet[name].sweep.due for name in NAMES] == [False, True, False]


def _press() -> facts.Press:
    return facts.Press(digit="1", begun_at=4.0, ended_at=5.0, duration_ms=100)


@given(weights=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 5), min_size=1))
def test_a_campaign_shares_its_calls_by_weight(weights: dict[str, int]) -> None:
    stage = Stage([contact(n) for n in range(120)], call_seconds=0.1)
    stage.pacer.lanes.open = lambda: {name: float(weight) for name, weight in weights.items()}
    stage.runner.start()
    stage.time.pass_by(4.0)

    went, whole = stage.engine.went_to, sum(weights.values())
    assert len(went) > 90
    for name in NAMES:
        assert abs(went.count(name) - len(went) * weights.get(name, 0) / whole) <= len(weights)


def test_a_full_asterisk_does_not_slow_the_campaign_down_and_the_sum_keeps_the_limit() -> None:
    stage = Stage([contact(n) for n in range(200)], cps=25, call_seconds=0.1)
    stage.pacer.limit("asterisk:a", 5)
    stage.pacer.lanes.open = lambda: {"a": 9.0, "b": 1.0}
    stage.runner.start()
    stage.time.pass_by(6.0)

    instants, went = stage.instants(), stage.engine.went_to
    assert len(instants) > 6 * 25 * 0.98
    assert all(later - first >= 1.0 for first, later in zip(instants, instants[25:], strict=False))
    ours = [at for at, name in zip(instants, went, strict=True) if name == "a"]
    assert all(later - first >= 1.0 for first, later in zip(ours, ours[5:], strict=False))
    assert len(ours) == pytest.approx(30, abs=2)


def test_when_one_falls_away_the_next_slot_is_the_others_and_what_is_prepared_is_not_lost() -> None:
    stage = Stage([contact(n) for n in range(200)], cps=25, call_seconds=0.1)
    there = {"a": 1.0, "b": 1.0}
    stage.pacer.lanes.open = lambda: there
    stage.runner.start()
    stage.time.pass_by(2.0)
    before = len(stage.engine.went_to)
    del there["a"]
    stage.time.pass_by(2.0)

    assert set(stage.engine.went_to[before:]) == {"b"}
    instants = stage.instants()
    assert max(b - a for a, b in pairwise(instants)) < 0.05
    assert stage.engine.cancelled == []
