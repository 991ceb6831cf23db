"""Several trunks of one campaign: their shares hold, and one that is stopped or full costs no slot."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.pacer import IDLE_SECONDS, Policy
from fastagi_server.dialer.route import Way
from fastagi_server.pacing import scopes
from fastagi_server.pacing.proof import mean_rate, most_in_a_second
from fastagi_server.pacing.stops import Limit
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony.campaign import Contact
from tests.dialer.stage import Stage, contact

ACME, SAFE, SPARE = NAMES = ("acme", "safe", "spare")
TWO = [Way(trunk=SAFE), Way(trunk=ACME, weight=2)]
WITH_SPARE = [Way(trunk=ACME), Way(trunk=SPARE, weight=0)]
STOPS = Policy(rules=Rules(server_errors=Limit(share=0.3, calls=30, seconds=10.0)))


def staged(contacts: Sequence[Contact], **more: Any) -> Stage:
    return Stage(contacts, **{"policy": STOPS, **more})


def over(stage: Stage, since: float = 0.0, until: float = 1e9) -> Counter[str]:
    return Counter(order.trunk for at, order in stage.engine.sent if since <= at < until)


def instants(stage: Stage, trunk: str = "") -> list[float]:
    return [at for at, order in stage.engine.sent if trunk in ("", order.trunk)]


def stop(stage: Stage, trunk: str, standing: Standing = Standing.STOPPED) -> None:
    """Let a trunk stand as if 503s had stopped it."""
    why = Why(standing=standing, reason=Reason.SERVER_ERRORS, at=stage.time.wall())
    stage.pacer.restore(scopes.trunk(trunk), why)


def free(stage: Stage, trunk: str) -> None:
    stage.pacer.release(scopes.trunk(trunk))


def test_each_has_its_share_by_weight() -> None:
    stage = staged([contact(n) for n in range(300)], ways=TWO)

    stage.runner.start()
    stage.time.pass_by(22)

    assert over(stage) == {ACME: 200, SAFE: 100}
    assert stage.done
    # Evenly spread, and not one after the other.
    assert all(over(stage, at, at + 0.2).keys() == {ACME, SAFE} for at in (1001.0, 1005.0, 1010.0))


@pytest.mark.parametrize("limits", [(20, 10), (25, 25), (21, 11)])
def test_shares_hold_up_to_the_trunks_own_limits(limits: tuple[int, int]) -> None:
    stage = staged([contact(n) for n in range(900)], ways=TWO, cps=30)
    for trunk, limit in zip((ACME, SAFE), limits, strict=True):
        stage.pacer.limit(scopes.trunk(trunk), limit)

    stage.runner.start()
    stage.time.pass_by(28)

    assert mean_rate(instants(stage)) >= 30 * 0.97
    assert over(stage)[ACME] / over(stage)[SAFE] == pytest.approx(2, rel=0.04)
    for trunk, limit in zip((ACME, SAFE), limits, strict=True):
        assert most_in_a_second(instants(stage, trunk)) <= limit


def test_together_they_carry_what_each_of_them_allows() -> None:
    stage = staged([contact(n) for n in range(600)], ways=TWO, cps=1000)
    stage.pacer.limit(scopes.trunk(ACME), 12)
    stage.pacer.limit(scopes.trunk(SAFE), 5)

    stage.runner.start()
    stage.time.pass_by(30)

    assert mean_rate(instants(stage, ACME)) == pytest.approx(12, rel=0.02)
    assert mean_rate(instants(stage, SAFE)) == pytest.approx(5, rel=0.02)


def test_a_trunk_that_is_stopped_costs_no_slot_and_has_its_share_again_when_it_is_back() -> None:
    stage = staged([contact(n) for n in range(600)], ways=TWO)
    stage.runner.start()
    stage.time.pass_by(4)

    stop(stage, ACME)
    stage.time.pass_by(8)
    free(stage, ACME)
    stage.time.pass_by(20)

    assert over(stage, 1004, 1012).keys() == {SAFE}
    assert over(stage, 1012, 1018)[ACME] == pytest.approx(100, abs=1)
    assert mean_rate(instants(stage)) >= 25 * 0.995
    # What was prepared was nobody's, so nothing was taken back.
    assert stage.engine.cancelled == []
    assert len({order.number for _, order in stage.engine.sent}) == len(stage.engine.sent) == 600


def test_where_all_are_stopped_what_is_prepared_is_taken_back_and_nobody_is_lost() -> None:
    stage = staged([contact(n) for n in range(200)], ways=TWO)
    stage.runner.start()
    stage.time.pass_by(2)

    stop(stage, ACME)
    assert stage.engine.cancelled == []
    stop(stage, SAFE)
    assert stage.engine.cancelled
    stage.time.pass_by(5)
    assert over(stage, 1002.001) == {}
    assert set(stage.runner.progress().braked) == {"trunk:acme", "trunk:safe"}
    free(stage, SAFE)
    stage.time.pass_by(20)

    assert len(stage.engine.sent) == 200
    assert over(stage, 1002.001).keys() == {SAFE}


def test_a_trunk_whose_channels_are_up_costs_no_slot() -> None:
    stage = staged(
        [contact(n) for n in range(400)], ways=[Way(trunk=ACME, weight=9, channels=20), Way(trunk=SAFE)]
    )
    stage.runner.start()
    stage.time.pass_by(30)

    assert stage.engine.most_over[ACME] == 20
    assert len(stage.engine.sent) == 400
    assert mean_rate(instants(stage)) >= 25 * 0.995


def test_where_all_channels_are_up_the_next_call_leaves_as_soon_as_one_is_free() -> None:
    ways = [Way(trunk=ACME, weight=2, channels=8), Way(trunk=SAFE, channels=4)]
    stage = staged([contact(n) for n in range(60)], ways=ways, call_seconds=4.0)
    stage.runner.start()
    stage.time.pass_by(2)
    assert not stage.route.is_there()
    assert (stage.runner.progress().trunk_up, stage.runner.progress().channels) == (12, 12)
    stage.time.pass_by(30)

    assert stage.engine.most_over == {ACME: 8, SAFE: 4}
    assert len(stage.engine.sent) == 60
    assert stage.instants()[59] - stage.instants()[0] < 4 * (4.0 + 0.3)


def test_a_spare_has_calls_only_while_no_other_one_takes_them() -> None:
    stage = staged([contact(n) for n in range(1000)], ways=WITH_SPARE)
    stage.runner.start()
    stage.time.pass_by(4)
    stop(stage, ACME)
    stage.time.pass_by(4)
    free(stage, ACME)
    stage.time.pass_by(4)
    stage.refused[ACME] = StoreAwayError(why="it leads elsewhere")
    stage.time.pass_by(4)
    stage.refused.clear()
    stage.time.pass_by(4)

    spans = [over(stage, at, at + 4).keys() for at in range(1000, 1020, 4)]
    assert spans == [{ACME}, {SPARE}, {ACME}, {SPARE}, {ACME}]
    assert mean_rate(instants(stage)) >= 25 * 0.995


def test_a_spare_takes_what_the_others_channels_do_not_but_not_what_their_pace_does_not() -> None:
    full = staged(
        [contact(n) for n in range(300)],
        ways=[Way(trunk=ACME, channels=50), Way(trunk=SPARE, weight=0)],
    )
    slow = staged([contact(n) for n in range(300)], ways=WITH_SPARE)
    slow.pacer.limit(scopes.trunk(ACME), 5)
    for stage in (full, slow):
        stage.runner.start()
        stage.time.pass_by(10)

    assert full.engine.most_over[ACME] == 50
    assert len(full.engine.sent) >= 25 * 0.99 * 10
    assert over(slow).keys() == {ACME}


def test_one_that_probes_has_its_few_calls_and_the_spare_the_others() -> None:
    stage = staged([contact(n) for n in range(500)], ways=WITH_SPARE)
    stage.runner.start()
    stop(stage, ACME, Standing.PROBING)
    stage.time.pass_by(10)

    # A tenth of what the limit of all allows.
    assert over(stage)[ACME] == pytest.approx(25, abs=2)
    assert over(stage)[SPARE] == pytest.approx(225, abs=3)


def test_one_that_is_refused_has_no_call_and_all_refused_send_nothing() -> None:
    stage = staged([contact(n) for n in range(300)], ways=TWO)
    stage.refused[ACME] = StoreAwayError(why="it leads elsewhere")
    stage.runner.start()
    stage.time.pass_by(4)
    assert over(stage).keys() == {SAFE}

    stage.refused[SAFE] = StoreAwayError(why="it leads elsewhere")
    sent = len(stage.engine.sent)
    stage.time.pass_by(4)
    assert len(stage.engine.sent) == sent
    told = stage.runner.progress().ways
    assert [(each.way.trunk, str(each.refused)) for each in told if each.refused]


def test_the_standing_of_each_says_why_it_has_no_calls() -> None:
    stage = staged([contact(n) for n in range(300)], ways=[Way(trunk=ACME, channels=3), *WITH_SPARE[1:]])
    stage.runner.start()
    stage.time.pass_by(1)
    stop(stage, SPARE, Standing.PROBING)

    acme, spare = stage.route.standings()

    assert (acme.full, acme.up, acme.sent, acme.why, acme.refused) == (True, 3, 3, None, None)
    assert spare.why
    assert spare.why.standing is Standing.PROBING
    assert spare.sent == len(stage.engine.sent) - 3


def test_paces_add_up_and_rise_each_for_itself() -> None:
    policy = Policy(auto=True, initial=5.0, step=2.0, interval=10.0)
    stage = staged([contact(n) for n in range(900)], ways=[Way(trunk=ACME), Way(trunk=SAFE)], policy=policy)
    for trunk in (ACME, SAFE):
        stage.pacer.pace(trunk, 25)
    stage.runner.start()
    stage.time.pass_by(8)

    assert mean_rate(instants(stage)) == pytest.approx(10, rel=0.02)


def shaken(stage: Stage, dice: random.Random) -> list[tuple[str, float, float]]:
    """Let a trunk come or go, and time pass by; give who takes no calls in it, and from when to when."""
    name, since = dice.choice(NAMES), stage.time.now
    match dice.choice(["stop", "probe", "free", "refuse", "allow"]):
        case "stop":
            stop(stage, name)
        case "probe":
            stop(stage, name, Standing.PROBING)
        case "refuse":
            stage.refused[name] = StoreAwayError(why="it leads elsewhere")
        case "allow":
            stage.refused.pop(name, None)
        case _ if stage.pacer.why(scopes.trunk(name)):
            free(stage, name)
    stage.time.pass_by(dice.uniform(0.05, 0.8))
    stopped = {
        each
        for each in NAMES
        if (why := stage.pacer.why(scopes.trunk(each))) and why.standing is Standing.STOPPED
    }
    return [(each, since, stage.time.now) for each in stopped | set(stage.refused)]


def test_as_much_is_prepared_as_all_of_them_take_together() -> None:
    stage = staged([], ways=TWO, cps=1000)
    stage.pacer.limit(scopes.trunk(ACME), 10)
    stage.pacer.limit(scopes.trunk(SAFE), 5)
    within = (scopes.CLUSTER, scopes.campaign("c"))

    assert stage.route.interval(within) == pytest.approx(1 / 15, rel=0.01)
    assert stage.route.slots_in(within, 2.0) == 30
    stage.pacer.limit(scopes.CLUSTER, 12)
    assert stage.route.interval(within) == pytest.approx(1 / 12, rel=0.01)
    assert stage.route.slots_in(within, 2.0) == 24

    for trunk in (ACME, SAFE):
        stop(stage, trunk)
    assert stage.route.interval(within) == IDLE_SECONDS
    assert stage.route.slots_in(within, 2.0) == 0


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_whatever_trunks_come_and_go_no_limit_is_exceeded_and_nobody_is_called_twice(seed: int) -> None:
    dice = random.Random(seed)
    ways = [
        Way(trunk=name, weight=dice.choice([0, 0.5, 1, 3]), channels=dice.choice([0, 0, 9, 30]))
        for name in NAMES
    ]
    cps = dice.choice([4, 7.5, 25, 60])
    limits = {name: dice.choice([0, 1, 3, 10, 20]) for name in NAMES}
    stage = staged(
        [contact(n) for n in range(400)],
        ways=ways,
        cps=cps,
        call_seconds=dice.choice([0.1, 2.0]),
        late=lambda: dice.choice([0, 0, 0.001, 0.004, 0.05]),
    )
    for name, limit in limits.items():
        stage.pacer.limit(scopes.trunk(name), limit)
    stage.runner.start()
    away = [each for _ in range(20) for each in shaken(stage, dice)]

    assert most_in_a_second(instants(stage)) <= max(1, cps)
    for way in ways:
        mine = instants(stage, way.trunk)
        if limits[way.trunk]:
            assert most_in_a_second(mine) <= limits[way.trunk]
        if way.channels:
            assert stage.engine.most_over[way.trunk] <= way.channels
    for name, since, until in away:
        assert not [at for at in instants(stage, name) if since < at < until]
    numbers = [order.number for _, order in stage.engine.sent]
    assert len(set(numbers)) == len(numbers)
