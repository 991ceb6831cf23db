"""The brake in traffic as it comes: no kind of end comes early enough to convict, or to acquit, anybody.

Before calls were weighed by when they were sent, a success counted when its talk was over and a failure at
once: the first of these scenes had 25 false stops, and the one with the dead trunk was freed by its past.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.tries import MOST
from fastagi_server.pacing.stops import Limit
from fastagi_server.pacing.why import Standing
from tests.dialer.traffic import Callees, Traffic

FAST_FAILURES = Callees(answers=0.4, fast=1.0, fails=(0.0, 4.0), leaves=0.0, talks=40.0)
LATE_ANSWERS = Callees(answers=0.4, fast=1.0, fails=(0.1, 0.5), rings=(10.0, 20.0))
FEW_AND_LATE = Callees(answers=0.2, fast=1.0, rings=(6.0, 20.0))
RING_OUT = Callees(answers=0.15, fast=0.0)
WITHIN_4_SECONDS = Callees(answers=0.4, rings=(0.5, 4.0), fast=1.0, fails=(0.5, 4.0))
RING_20_SECONDS = Callees(answers=0.4, rings=(0.5, 2.0), fast=0.4, fails=(0.5, 2.0), rings_out=20.0)
USUAL = Callees(answers=0.4)
DEAD = Callees(answers=0.0, fast=1.0, fails=(0.05, 0.2))
NO_REPLY = Callees(answers=0.0, fast=0.0, rings_out=32.0)


@pytest.mark.parametrize(
    ("callees", "cps"),
    [
        (FAST_FAILURES, 25.0),
        (FAST_FAILURES, 50.0),
        (LATE_ANSWERS, 25.0),
        (FEW_AND_LATE, 25.0),
        (RING_OUT, 25.0),
    ],
)
def test_a_healthy_campaign_is_not_stopped_at_its_start_nor_at_its_halts(
    callees: Callees, cps: float
) -> None:
    traffic = Traffic(callees, cps=cps)

    traffic.run(60.0)
    for idle in (60.0, 5.0, 900.0):
        # What rings out comes to its end, and nobody answers any more; then it begins again.
        traffic.run(idle, idle=True)
        traffic.run(30.0)

    assert traffic.turns == []


@pytest.mark.parametrize(
    ("before", "fallen", "seconds", "calls"),
    [
        (WITHIN_4_SECONDS, replace(WITHIN_4_SECONDS, answers=0.05), 10.0, 250),
        (RING_20_SECONDS, replace(RING_20_SECONDS, answers=0.05), 30.0, 750),
        (USUAL, replace(USUAL, answers=0.05), 30.0, 750),
        (USUAL, DEAD, 4.0, 100),
        (USUAL, NO_REPLY, 36.0, 900),
    ],
)
def test_a_fall_is_stopped_soon_and_let_go_soon_after_its_cause_is_gone(
    before: Callees, fallen: Callees, seconds: float, calls: int
) -> None:
    traffic = Traffic(before)
    traffic.run(90.0)
    assert traffic.turns == []
    fell, sent = traffic.now - 1000.0, traffic.sent
    traffic.callees = fallen

    while not traffic.stopped() and traffic.now - 1000.0 < fell + 60:
        traffic.run(0.1)
    assert traffic.standings()[0][0] - fell <= seconds
    assert traffic.sent - sent <= calls
    says = traffic.stopped()[0].says
    assert float(says["share"]) < 0.1 < float(says["usual"])

    traffic.callees = before
    traffic.run(60.0)
    assert traffic.standings()[-1][1] is Standing.FREE


def test_who_left_before_the_stop_does_not_free_it() -> None:
    talkative = replace(USUAL, leaves=0.0, talks=60.0)
    traffic = Traffic(talkative)
    traffic.run(120.0)
    traffic.callees = DEAD

    traffic.run(120.0)

    stands = [standing for _, standing in traffic.standings()]
    assert Standing.FREE not in stands
    assert stands.count(Standing.PROBING) >= 2


def test_answers_that_come_before_failures_do_not_free_it() -> None:
    traffic = Traffic(RING_20_SECONDS)
    traffic.run(120.0)
    # Three in a hundred answer at once, and all others ring for half a minute.
    traffic.callees = Callees(answers=0.03, rings=(0.5, 2.0), fast=0.0, rings_out=28.0)

    traffic.run(600.0)

    assert Standing.FREE not in {standing for _, standing in traffic.standings()}


def test_only_so_many_try_at_a_time() -> None:
    traffic = Traffic(USUAL, cps=40.0)
    traffic.run(60.0)
    traffic.callees = Callees(answers=0.0, fast=0.0, rings_out=25.0)
    while not traffic.stopped():
        traffic.run(0.1)
    traffic.run(19.0)
    sent = traffic.sent

    # At a tenth of the pace eighty would leave before the first has rung out.
    traffic.run(15.0)

    assert traffic.standings()[-1][1] is Standing.PROBING
    assert 0 < traffic.sent - sent <= MOST


def test_a_clock_that_is_set_changes_nothing() -> None:
    rules = Rules(threshold=0.1, hold=20.0, server_errors=Limit(share=0.3, calls=30, seconds=10.0))
    one, other = (Traffic(USUAL, rules=rules, auto=True) for _ in range(2))
    for each in (one, other):
        each.run(60.0)
        each.callees = DEAD
        each.run(15.0)
    assert one.standings()[-1][1] is Standing.STOPPED

    one.shift = -3_600.0
    for each in (one, other):
        each.callees = USUAL
        each.run(150.0)

    assert one.standings() == other.standings()
    assert one.standings()[-1][1] is Standing.FREE
    assert [(change.before, change.after) for change in one.changes] == [
        (change.before, change.after) for change in other.changes
    ]
    # What is told has the calendar's instant.
    assert one.turns[-1][3].at == pytest.approx(1.8e9 + 1000.0 + one.turns[-1][0] + one.shift)
