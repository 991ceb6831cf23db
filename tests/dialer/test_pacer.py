from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest

from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.errors import NoBrakeError
from fastagi_server.dialer.pacer import IDLE_SECONDS, Pacer, Policy
from fastagi_server.dialer.strains import Strain
from fastagi_server.pacing import scopes
from fastagi_server.pacing.change import Change, Move
from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record, State
from tests.dialer.stage import Stage, contact

RULES = Rules(threshold=0.1, hold=20.0)
POLICY = Policy(auto=True, rules=RULES)
SCOPES = (*scopes.over("carrier"), "campaign:c", "country:usa")


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def wall(self) -> float:
        return self.now

    def steady(self) -> float:
        return self.now


class Told:
    def __init__(self) -> None:
        self.changes: list[tuple[str, Change | Why]] = []

    def __call__(self, scope: str, change: Change | Why) -> None:
        self.changes.append((scope, change))


def ended(time: Time, *, answered: bool, country: str = "usa", **more: Any) -> tuple[Record, facts.Fact]:
    call = mint(time.now, random.randbytes(10))
    record = Record(
        call=call,
        number="+12125560001",
        country=country,
        callerid="+13055560000",
        trunk="carrier",
        campaign="c",
        state=State.ENDED,
        planned_at=time.now,
        begun_at=time.now,
        contact=1,
        ordered_at=time.now,
        disposition=Disposition.NO_KEY if answered else Disposition.NO_ANSWER,
        answered_at=time.now if answered else None,
        ended_at=time.now,
    )
    return replace(record, **more), facts.Vanished(call=call, at=time.now)


def fed(pacer: Pacer, time: Time, share: float, calls: int, **more: Any) -> None:
    dice = random.Random(3)
    for _ in range(calls):
        time.now += 0.04
        called(pacer, *ended(time, answered=dice.random() < share, **more))


def called(pacer: Pacer, record: Record, over: facts.Fact) -> None:
    """Let a call leave, be answered or not, and be over."""
    left = replace(record, state=State.ORDERED, disposition=None, answered_at=None, ended_at=None)
    pacer.watch(left, facts.Ordered(call=record.call, at=over.at))
    if record.answered_at is not None:
        answered = replace(left, state=State.ANSWERED, answered_at=over.at)
        pacer.watch(answered, facts.Answered(call=record.call, at=over.at))
    pacer.watch(record, over)


def test_a_call_is_in_every_scope_and_the_strictest_decides() -> None:
    pacer = Pacer(clock=Time())
    pacer.limit("cluster", 100.0)
    pacer.limit("trunk:carrier", 20.0)
    pacer.limit("country:usa", 2.0)

    instants = []
    for _ in range(5):
        slot = pacer.earliest(SCOPES, 50.0)
        pacer.took(SCOPES, slot, slot)
        instants.append(slot)

    assert most_in_a_second(instants) <= 2
    assert pacer.earliest((*scopes.over("carrier"), "country:mexico"), 50.0) < instants[-1] + 0.1


def test_a_call_that_is_far_too_late_has_the_slot_of_now() -> None:
    pacer = Pacer(clock=Time())
    pacer.limit("cluster", 10.0)
    slot = pacer.earliest(SCOPES, 50.0)

    pacer.took(SCOPES, slot, slot + 3.0)

    assert pacer.earliest(SCOPES, 53.0) >= 53.1


@pytest.mark.parametrize(("late", "gone"), [(0.004, 0), (0.009, 0), (0.011, 1), (0.048, 4)])
def test_a_short_stall_moves_no_slot_and_costs_those_it_has_missed(late: float, gone: int) -> None:
    pacer = Pacer(clock=Time())
    pacer.limit("cluster", 100.0)
    slot = pacer.earliest(SCOPES, 50.0)

    pacer.took(SCOPES, slot, slot + late)

    interval = pacer.interval(SCOPES)
    assert pacer.earliest(SCOPES, 50.0) == pytest.approx(slot + (gone + 1) * interval)


def test_a_trunk_begins_slowly_and_rises_while_it_is_used() -> None:
    time, told = Time(), Told()
    pacer = Pacer(clock=time, policy=POLICY, told=told)
    pacer.limit("trunk:carrier", 20.0)
    pacer.pace("carrier", 20.0)
    pacer.tick()
    assert pacer.interval(SCOPES) == pytest.approx(0.2, rel=0.01)

    for _ in range(50):
        call = mint(time.now, bytes(10))
        record, _ = ended(time, answered=True, state=State.ORDERED)
        pacer.watch(record, facts.Ordered(call=call, at=time.now))
    time.now += 10.0
    pacer.tick()

    assert pacer.interval(SCOPES) == pytest.approx(1 / 7, rel=0.01)
    ((scope, change),) = told.changes
    assert scope == "trunk:carrier"
    assert isinstance(change, Change)
    assert change.move is Move.STEP


def test_a_fall_of_answers_stops_campaign_country_and_trunk_and_frees_them_again() -> None:
    time, told = Time(), Told()
    pacer = Pacer(clock=time, policy=POLICY, told=told)
    pacer.limit("cluster", 25.0)
    fed(pacer, time, 0.4, 3_000)
    fed(pacer, time, 0.0, 200)

    assert pacer.earliest(SCOPES, 0.0) == float("inf")
    assert pacer.slots_in(SCOPES, 0.4) == 0
    assert set(pacer.braked("carrier", "c")) == {"campaign:c", "country:usa", "trunk:carrier"}
    assert "stopped: 0 of " in pacer.braked("carrier", "c")["trunk:carrier"].sentence()

    time.now += 20.0
    pacer.tick()
    assert pacer.interval(SCOPES) == pytest.approx(1 / 2.5, rel=0.01)

    fed(pacer, time, 0.4, 100)
    assert pacer.braked("carrier", "c") == {}
    assert pacer.interval(SCOPES) == pytest.approx(1 / 25, rel=0.01)
    turns = [
        change.standing for scope, change in told.changes if scope == "campaign:c" and isinstance(change, Why)
    ]
    assert turns == [Standing.STOPPED, Standing.PROBING, Standing.FREE]


def test_one_country_that_fails_stops_alone() -> None:
    time = Time()
    pacer = Pacer(clock=time, policy=POLICY)
    dice = random.Random(5)
    for n in range(4_000):
        time.now += 0.04
        called(pacer, *ended(time, answered=dice.random() < 0.4))
        fails = n > 3_000
        called(pacer, *ended(time, answered=not fails and dice.random() < 0.4, country="mexico"))

    assert set(pacer.braked("carrier", "c")) == {"country:mexico"}
    assert pacer.earliest(SCOPES, time.now) == time.now


def test_what_was_not_sent_and_what_is_not_known_proves_nothing() -> None:
    time = Time()
    pacer = Pacer(clock=time, policy=POLICY)

    fed(pacer, time, 0.0, 2_000, disposition=Disposition.CANCELLED)
    fed(pacer, time, 0.0, 2_000, disposition=Disposition.UNKNOWN)
    fed(pacer, time, 0.0, 2_000, contact=None)

    assert pacer.braked("carrier", "c") == {}


def test_an_operator_releases_a_brake_by_its_name_and_no_other() -> None:
    time = Time()
    pacer = Pacer(clock=time, policy=POLICY)
    fed(pacer, time, 0.0, 2_000)

    with pytest.raises(NoBrakeError, match=r"country:usa"):
        pacer.release("country:mexico")
    for scope in ("campaign:c", "country:usa", "trunk:carrier"):
        pacer.release(scope)

    assert pacer.earliest(SCOPES, 5.0) == 5.0
    assert {each.standing for each in pacer.standings()} == {Standing.FREE}


def test_a_campaign_that_is_stopped_takes_back_what_is_prepared_and_goes_on_later() -> None:
    stage = Stage([contact(n) for n in range(400)], policy=Policy(rules=RULES))
    stage.runner.start()
    stage.time.pass_by(2)
    before = len(stage.engine.sent)
    for _ in range(1_000):
        stage.time.now += 0.001
        called(stage.pacer, *ended(Time(), answered=False))
    stage.time.pass_by(5)

    assert len(stage.engine.sent) == before
    assert not stage.engine.waiting
    assert "campaign:c" in stage.runner.progress().braked

    for scope in ("campaign:c", "country:usa", "trunk:carrier"):
        stage.pacer.release(scope)
    stage.time.pass_by(60)

    assert len(stage.engine.sent) == 400
    assert stage.done


def test_what_was_kept_by_a_clock_that_was_ahead_holds_from_now_on() -> None:
    time = Time()
    pacer = Pacer(clock=time, policy=POLICY)
    says = {"resolved": 50, "succeeded": 0, "share": 0.0, "usual": 0.4, "threshold": 0.1}
    kept = Why(standing=Standing.STOPPED, reason=Reason.SUCCESS, at=time.wall() + 3_600, says=says)

    assert pacer.restore("trunk:carrier", kept)
    time.now += 19.0
    pacer.tick()
    assert pacer.earliest(SCOPES, time.now) == math.inf

    time.now += 1.0
    pacer.tick()
    assert pacer.earliest(SCOPES, time.now) < math.inf


def test_a_country_with_a_limit_of_its_own_does_not_slow_the_others() -> None:
    everybody = [contact(n, "mexico" if n < 300 else "usa") for n in range(600)]
    stage = Stage(everybody, cps=20)
    stage.pacer.limit("country:mexico", 2.0)

    stage.runner.start()
    stage.time.pass_by(15)

    mexico = [at for at, order in stage.engine.sent if order.context.endswith("mexico")]
    assert most_in_a_second(mexico) <= 2
    assert 25 <= len(mexico) <= 32
    assert len(stage.engine.sent) >= 0.95 * 15 * 20


def test_the_red_button_holds_at_once_whatever_is_prepared_and_the_rest_goes_on_after_it() -> None:
    stage = Stage([contact(n) for n in range(200)])
    stage.runner.start()
    stage.time.pass_by(2)
    before = len(stage.engine.sent)

    stage.pacer.stop("cluster", Reason.OPERATOR, {"who": "ana", "text": "x"})
    stage.time.pass_by(60)

    assert len(stage.engine.sent) == before
    assert not stage.engine.waiting
    stopped = stage.pacer.stopped_by_hand("carrier")
    assert stopped is not None
    assert stopped.says["who"] == "ana"

    stage.pacer.release("cluster")
    stage.time.pass_by(30)
    assert len(stage.engine.sent) == 200
    assert stage.pacer.stopped_by_hand("carrier") is None


def test_a_trunk_whose_answers_halve_is_slowed_down_and_says_so() -> None:
    time, told = Time(), Told()
    strain = Strain(asr_fall=0.5, load=4.0)
    pacer = Pacer(clock=time, policy=Policy(auto=True, initial=20.0, strain=strain), told=told)
    pacer.limit("trunk:carrier", 20.0)
    pacer.pace("carrier", 20.0)
    for second in range(1_000):
        for n in range(25):
            called(pacer, *ended(time, answered=n % 4 == 0 and (second < 900 or n == 0)))
        time.now += 1.0
        pacer.tick()

    falls = [change for _, change in told.changes if isinstance(change, Change) and change.move is Move.ASR]
    assert [(fall.before, fall.after) for fall in falls] == [(20.0, 10.0)]
    (shown,) = (each for each in pacer.standings() if each.scope == "trunk:carrier")
    assert shown.change == falls[0]


def test_an_asterisk_that_is_loaded_slows_its_trunks_down() -> None:
    time, told = Time(), Told()
    pacer = Pacer(clock=time, policy=Policy(auto=True, initial=20.0, strain=Strain(load=4.0)), told=told)
    pacer.pace("carrier", 20.0)

    pacer.loaded(9.0)
    pacer.tick()

    assert isinstance(told.changes[-1][1], Change)
    assert told.changes[-1][1].move is Move.LOAD


def shared(share: int, *, limit: float = 10.0) -> tuple[Time, Pacer]:
    time = Time()
    pacer = Pacer(clock=time)
    pacer.limit("cluster", limit)
    pacer.limits.share({"cluster": share}, {"cluster": limit}, time.now + 2.0)
    return time, pacer


def test_a_share_is_the_rate_and_the_window_of_its_limit() -> None:
    time, pacer = shared(5)

    instants = []
    while time.now < 1001.9:
        slot = pacer.earliest(SCOPES, time.now)
        time.now = max(slot, pacer.held_until(SCOPES))
        pacer.took(SCOPES, slot, time.now)
        instants.append(time.now)

    assert most_in_a_second(instants) == 5
    (cluster,) = pacer.standings()
    assert (cluster.limit, cluster.share) == (10.0, 5.0)


def test_without_a_share_nothing_leaves_and_somebody_is_prepared_all_the_same() -> None:
    time, pacer = shared(0)

    assert pacer.earliest(SCOPES, time.now) == pacer.held_until(SCOPES) == math.inf
    assert pacer.slots_in(SCOPES, 0.4) == 2
    assert pacer.interval(SCOPES) == IDLE_SECONDS
    assert pacer.standings()[0].share == 0


def test_a_share_that_is_not_renewed_lapses() -> None:
    time, pacer = shared(5)
    assert pacer.earliest(SCOPES, time.now) == time.now

    time.now += 2.0

    assert pacer.earliest(SCOPES, time.now) == pacer.held_until(SCOPES) == math.inf


def test_all_of_a_limit_is_the_limit_itself_and_a_lower_one_elsewhere_holds() -> None:
    time, pacer = shared(2, limit=2.5)
    assert pacer.interval(SCOPES) == pytest.approx(1 / 2.5, rel=0.01)
    assert pacer.standings()[0].share == 2.5

    pacer.limits.share({"cluster": 1}, {"cluster": 1.5}, time.now + 2.0)

    assert pacer.interval(SCOPES) == pytest.approx(1 / 1.5, rel=0.01)


def test_a_limit_below_one_a_second_counts_from_when_it_comes_to_us() -> None:
    time, pacer = shared(0, limit=0.2)

    pacer.limits.share({"cluster": 1}, {"cluster": 0.2}, time.now + 2.0)

    assert pacer.earliest(SCOPES, time.now) >= time.now + 5.0


def test_a_limit_that_changes_leaves_the_share_as_it_is() -> None:
    time, pacer = shared(5)

    pacer.limit("cluster", 3.0)
    assert pacer.interval(SCOPES) == pytest.approx(1 / 3, rel=0.01)
    pacer.limit("cluster", 10.0)
    assert pacer.interval(SCOPES) == pytest.approx(1 / 5, rel=0.01)

    # One that is not shared is nobody else's affair.
    pacer.limit("campaign:c", 4.0, shared=False)
    assert pacer.earliest(SCOPES, time.now) == time.now
