from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.callerid.day import day_of, ends_at
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.runner import AT_ONCE, IDLE_SECONDS
from fastagi_server.dialer.supply import ASIDE_SECONDS
from fastagi_server.pacing.proof import mean_rate, most_in_a_second
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    CampaignState,
    Contact,
    ContactState,
    No,
    NotBegun,
)
from tests.dialer.stage import NOON, Stage, Store, contact


def test_a_campaign_goes_out_at_its_rate_and_is_done() -> None:
    stage = Stage([contact(n) for n in range(250)])

    stage.runner.start()
    stage.time.pass_by(30)

    assert len(stage.engine.sent) == 250
    assert 25 * 0.995 <= mean_rate(stage.instants()) <= 25
    assert most_in_a_second(stage.instants()) <= 25
    assert stage.done
    assert stage.store.state is CampaignState.DONE


def test_what_is_prepared_in_one_turn_shares_a_commit_and_makes_no_slot_late() -> None:
    stage = Stage([contact(n) for n in range(600)], cps=100.0, call_seconds=0.1)

    stage.runner.start()
    stage.time.pass_by(5)

    turns = Counter(begin.begun_at for begin in stage.store.begun)
    turns.pop(min(turns))  # the first, when there is nobody yet
    assert set(turns.values()) == {AT_ONCE}


@given(seed=st.integers(0, 10_000), cps=st.sampled_from([1, 3, 7.5, 25, 30, 100]))
def test_late_timers_never_put_one_too_many_into_a_second(seed: int, cps: float) -> None:
    dice = random.Random(seed)
    stage = Stage(
        [contact(n) for n in range(200)],
        cps=cps,
        call_seconds=0.1,
        late=lambda: dice.choice([0, 0, 0.001, 0.004, 0.05]),
    )

    stage.runner.start()
    stage.time.pass_by(10)

    assert most_in_a_second(stage.instants()) <= cps


def test_each_contact_is_called_once_and_the_plan_is_kept() -> None:
    stage = Stage([contact(n) for n in range(100)])

    stage.runner.start()
    stage.time.pass_by(30)

    assert Counter(order.number for _, order in stage.engine.sent).most_common(1)[0][1] == 1
    for (at, _), planned in zip(stage.engine.sent, stage.engine.planned, strict=True):
        assert NOON + at - 1000.0 == pytest.approx(planned, abs=1e-6)


def test_no_more_calls_are_up_than_allowed() -> None:
    stage = Stage([contact(n) for n in range(200)], concurrency=20, call_seconds=4.0)

    stage.runner.start()
    stage.time.pass_by(60)

    assert stage.engine.most_up == 20
    assert len(stage.engine.sent) == 200


def test_no_more_calls_are_up_over_a_trunk_than_its_channels() -> None:
    stage = Stage([contact(n) for n in range(60)], channels=7, call_seconds=4.0)

    stage.runner.start()
    stage.time.pass_by(3)
    told = stage.runner.progress()
    stage.time.pass_by(60)

    assert (told.trunk, told.trunk_up, told.channels) == ("carrier", 7, 7)
    assert stage.engine.most_up == 7
    assert len(stage.engine.sent) == 60


def test_a_country_whose_caller_ids_are_used_up_pauses_and_the_others_go_on() -> None:
    usa = [contact(n) for n in range(600)]
    mexico = [contact(n, "mexico") for n in range(600, 1200)]
    five = {"usa": [f"+1305556{n:04}" for n in range(5)], "mexico": ["+525550009000"]}
    stage = Stage(usa + mexico, dids=five, cps=100, call_seconds=1.0)

    stage.runner.start()
    stage.time.pass_by(30)

    shown = Counter(order.callerid for _, order in stage.engine.sent)
    assert [shown[each] for each in five["usa"]] == [100] * 5
    assert shown["+525550009000"] == 600
    assert stage.runner.progress().paused == {
        "usa": "all 5 caller IDs are at their cap of 100 until midnight of America/New_York"
    }
    assert stage.store.state is CampaignState.RUNNING


def test_after_midnight_the_country_goes_on() -> None:
    stage = Stage([contact(n) for n in range(150)], dids={"usa": ["+13055560000"]}, cps=2, call_seconds=1.0)

    stage.runner.start()
    stage.time.pass_by(24 * 3600)

    assert len(stage.engine.sent) == 150
    assert stage.store.state is CampaignState.DONE


def test_a_raised_limit_lets_a_paused_country_go_on() -> None:
    stage = Stage([contact(n) for n in range(20)], dids={"usa": ["+13055560000"]}, cap=5)
    stage.runner.start()
    stage.time.pass_by(5)
    assert len(stage.engine.sent) == 5

    stage.store.cap = 12
    stage.pools.forget()
    stage.runner.look_again()
    stage.time.pass_by(5)

    assert len(stage.engine.sent) == 12


def test_what_waits_for_room_is_taken_back_when_its_caller_id_is_not_shown_any_more() -> None:
    two = ["+13055560000", "+13055560001"]
    stage = Stage([contact(n) for n in range(40)], dids={"usa": two}, concurrency=4, call_seconds=600.0)
    stage.runner.start()
    stage.time.pass_by(5)
    sent = len(stage.engine.sent)
    assert {begin.callerid for begin in stage.store.begun[sent:]} == set(two)

    stage.store.not_owned.add(two[0])
    stage.pools.forget()
    stage.runner.look_again()
    stage.time.pass_by(3000)

    assert len(stage.engine.sent) > sent
    assert {order.callerid for _, order in stage.engine.sent[sent:]} == {two[1]}


def test_what_another_engine_used_is_learned_and_never_exceeded() -> None:
    stage = Stage([contact(n) for n in range(300)], dids={"usa": ["+13055560000", "+13055560001"]}, cps=100)
    stage.store.elsewhere["+13055560000"] = 60

    stage.runner.start()
    stage.time.pass_by(30)

    assert len(stage.engine.sent) == 140
    assert max(stage.store.uses_of.values()) == 100


def test_a_caller_id_that_is_not_ours_any_more_is_not_shown() -> None:
    stage = Stage([contact(n) for n in range(10)], dids={"usa": ["+13055560000", "+13055560001"]})
    stage.store.not_owned.add("+13055560000")

    stage.runner.start()
    stage.time.pass_by(30)

    assert {order.callerid for _, order in stage.engine.sent} == {"+13055560001"}


def test_whoever_opted_out_is_refused_for_good_and_burns_no_use() -> None:
    stage = Stage([contact(n) for n in range(10)])
    stage.store.opted_out.add(contact(3).number)

    stage.runner.start()
    stage.time.pass_by(30)

    assert stage.store.contacts[3].state is ContactState.REFUSED
    assert stage.runner.progress().skipped == {"opted_out": 1}
    assert sum(stage.store.uses_of.values()) == len(stage.engine.sent) == 9


def test_a_number_that_is_in_a_call_already_waits() -> None:
    stage = Stage([contact(1), contact(2)])
    stage.store.in_flight.add(contact(1).number)

    stage.runner.start()
    stage.time.pass_by(5)
    stage.store.in_flight.clear()
    stage.time.pass_by(70)

    assert [order.number for _, order in stage.engine.sent] == [contact(2).number, contact(1).number]


def test_a_retry_that_is_due_later_is_waited_for() -> None:
    stage = Stage([contact(1), contact(2, due_at=NOON + 60)])

    stage.runner.start()
    stage.time.pass_by(120)

    assert stage.instants()[1] - stage.instants()[0] == pytest.approx(60, abs=1)
    assert stage.done


def test_without_asterisk_nothing_is_prepared_and_then_it_goes_on_by_itself() -> None:
    stage = Stage([contact(n) for n in range(10)])
    stage.engine.ready = False

    stage.runner.start()
    stage.time.pass_by(10)
    assert stage.store.begun == []

    stage.engine.ready = True
    stage.time.pass_by(30)
    assert len(stage.engine.sent) == 10


def test_stopped_it_takes_back_what_had_not_left() -> None:
    stage = Stage([contact(n) for n in range(100)])
    stage.runner.start()
    stage.time.pass_by(1)
    sent = len(stage.engine.sent)

    stage.runner.stop("the operator said so")
    stage.time.pass_by(30)

    assert len(stage.engine.sent) == sent
    assert stage.engine.cancelled
    states = Counter(each.state for each in stage.store.contacts.values())
    assert states[ContactState.DIALING] == 0
    assert states[ContactState.QUEUED] == 100 - sent


def test_a_contact_that_somebody_else_claimed_is_left_to_him() -> None:
    stage = Stage([contact(1), contact(2)])

    async def claimed_meanwhile(
        campaign: str, now: float, *, limit: int, not_countries: object
    ) -> list[object]:
        found = [each for each in stage.store.contacts.values() if each.state is ContactState.QUEUED]
        stage.store.contacts[1] = replace(stage.store.contacts[1], state=ContactState.DIALING)
        return list(found)

    stage.store.due = claimed_meanwhile  # type: ignore[assignment,method-assign]
    stage.runner.start()
    stage.time.pass_by(5)

    assert [order.number for _, order in stage.engine.sent] == [contact(2).number]
    assert stage.runner.progress().skipped == {"taken": 1}


def test_nothing_is_sent_while_we_may_not_know_who_left_the_list() -> None:
    stage = Stage([contact(n) for n in range(40)], cps=10)
    stage.runner.start()
    stage.time.pass_by(1.0)
    stage.engine.hears_well = False
    sent = len(stage.engine.sent)
    stage.time.pass_by(1.0)
    assert len(stage.engine.sent) == sent
    assert not stage.engine.cancelled
    stage.engine.hears_well = True
    stage.time.pass_by(1.0)
    assert len(stage.engine.sent) > sent


class Shaky(Store):
    """A store that goes away for a while."""

    away = False
    asked = 0

    def _check(self) -> None:
        self.asked += 1
        if self.away:
            raise StoreAwayError(why="locked")

    async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
        self._check()
        return await super().attempt(attempt)

    async def due(self, campaign: str, now: float, **most: Any) -> Sequence[Contact]:
        self._check()
        return await super().due(campaign, now, **most)

    async def set_state(self, campaign: str, state: CampaignState) -> None:
        self._check()
        await super().set_state(campaign, state)


def test_a_store_that_goes_away_stalls_nothing_and_loses_nobody() -> None:
    stage = Stage([contact(n) for n in range(300)], store=Shaky, call_seconds=1.0)
    store = cast("Shaky", stage.store)
    stage.runner.start()
    for _ in range(6):
        stage.time.pass_by(2)
        store.away = True
        stage.time.pass_by(1)
        store.away = False
    stage.time.pass_by(20)

    assert stage.done
    assert len(stage.engine.sent) == 300
    assert Counter(each.state for each in store.contacts.values()) == {ContactState.DONE: 300}


def test_a_campaign_whose_end_could_not_be_written_ends_a_little_later() -> None:
    stage = Stage([contact(n) for n in range(3)], store=Shaky, call_seconds=1.0)
    store = cast("Shaky", stage.store)
    stage.runner.start()
    stage.time.pass_by(1.3)
    store.away = True
    stage.time.pass_by(3)
    assert not stage.done
    store.away = False
    stage.time.pass_by(2)

    assert (stage.done, store.state) == (True, CampaignState.DONE)


def test_what_another_engine_has_taken_is_not_fetched_again_and_again() -> None:
    class Others(Shaky):
        """Whose contacts look as if they were free, and are not: the campaign was stopped elsewhere."""

        async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
            self._check()
            return NotBegun(no=No.TAKEN)

    stage = Stage([contact(n) for n in range(5)], store=Others)
    stage.runner.start()
    stage.time.pass_by(60)

    # Five attempts and one look for more each ASIDE_SECONDS, and a look each IDLE_SECONDS.
    assert cast("Shaky", stage.store).asked < 60 / ASIDE_SECONDS * 7 + 60 / IDLE_SECONDS
    assert stage.runner.progress().skipped[str(No.TAKEN)] <= 5 * (60 / ASIDE_SECONDS + 1)


def test_what_was_prepared_before_midnight_and_not_sent_by_then_is_begun_anew() -> None:
    stage = Stage([contact(n) for n in range(100)])
    midnight = ends_at(NOON, "America/New_York")
    stage.time.now += midnight - NOON - 2
    stage.runner.start()
    stage.time.pass_by(1.5)
    before = len(stage.engine.sent)
    stage.engine.ready = False
    stage.time.pass_by(1)
    stage.engine.ready = True
    stage.time.pass_by(10)

    assert 0 < before < 50
    assert len(stage.engine.sent) == 100
    assert stage.engine.cancelled
    by_call = {begin.call: begin for begin in stage.store.begun}
    for at, sent in stage.engine.sent:
        day = day_of(stage.time.wall() - stage.time.now + at, "America/New_York")
        assert day_of(by_call[sent.call].begun_at, "America/New_York") == day
    assert set(Counter(sent.number for _, sent in stage.engine.sent).values()) == {1}


@given(shifts=st.lists(st.sampled_from([-3 * 86400.0, -600.0, -1.0, 1.0, 600.0, 86400.0]), max_size=6))
def test_a_wall_clock_that_is_set_neither_stalls_nor_bursts(shifts: list[float]) -> None:
    stage = Stage([contact(n, due_at=NOON - 30 * 86400.0) for n in range(200)], cps=10, call_seconds=0.5)
    stage.runner.start()
    for shift in shifts:
        stage.time.pass_by(2)
        stage.time.shift += shift
    stage.time.pass_by(30)

    assert stage.done
    assert len(stage.engine.sent) == 200
    assert most_in_a_second(stage.instants()) <= 10
    gaps = [after - before for before, after in itertools.pairwise(stage.instants())]
    assert max(gaps) < 1.0


def test_a_pause_of_a_day_that_never_came_does_not_last_until_it() -> None:
    stage = Stage([contact(n) for n in range(4)], dids={"usa": ["+13055560000"]}, cap=1)
    stage.time.shift = 5 * 86400.0
    stage.runner.start()
    stage.time.pass_by(5)
    assert list(stage.runner.progress().paused) == ["usa"]
    assert len(stage.engine.sent) == 1

    stage.time.shift = 0.0
    stage.time.pass_by(5)

    # Today's uses are counted apart from those of the day that never came.
    assert len(stage.engine.sent) == 2


def test_who_has_no_share_of_a_limit_prepares_and_says_that_it_waits_and_goes_on_with_its_share() -> None:
    stage = Stage([contact(n) for n in range(400)], cps=30)
    stage.pacer.limits.share({"cluster": 0}, {"cluster": 30.0}, stage.time.now + 5.0)
    stage.pacer.limits.parts.demands(stage.time.now)
    stage.runner.start()
    stage.time.pass_by(4)

    assert stage.engine.sent == []
    assert stage.runner.progress().waiting == 2
    assert stage.pacer.limits.parts.demands(stage.time.now)["cluster"].wanted == 30

    stage.pacer.limits.share({"cluster": 15}, {"cluster": 30.0}, stage.time.now + 10.0)
    stage.time.pass_by(10)

    assert 15 * 10 * 0.95 <= len(stage.engine.sent) <= 15 * 11
    assert most_in_a_second(stage.instants()) <= 15
    assert stage.pacer.limits.parts.demands(stage.time.now)["cluster"].wanted == 30


def test_a_share_that_lapses_stops_the_campaign_and_one_that_is_renewed_lets_it_go_on() -> None:
    stage = Stage([contact(n) for n in range(400)], cps=30)
    stage.pacer.limits.share({"cluster": 30}, {"cluster": 30.0}, stage.time.now + 2.0)
    stage.runner.start()
    stage.time.pass_by(5)
    assert 50 <= len(stage.engine.sent) <= 60
    assert max(stage.instants()) < 1002.0

    stage.pacer.limits.share({"cluster": 30}, {"cluster": 30.0}, stage.time.now + 2.0)
    stage.time.pass_by(1)
    assert len(stage.engine.sent) >= 75
    assert most_in_a_second(stage.instants()) <= 30


def test_nobody_waits_for_a_limit_whom_there_is_no_room_for() -> None:
    stage = Stage([contact(n) for n in range(40)], cps=30, concurrency=1, call_seconds=100.0)
    stage.pacer.limits.share({"cluster": 30}, {"cluster": 30.0}, stage.time.now + 100.0)
    stage.runner.start()
    stage.time.pass_by(4)
    stage.pacer.limits.parts.demands(stage.time.now)
    for _ in range(5):
        stage.time.pass_by(1)
        demands = stage.pacer.limits.parts.demands(stage.time.now)

    assert stage.runner.progress().waiting
    assert demands["cluster"].wanted == 0
