from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.abandonment import DAYS, HOUR, Counted, Meter, Tally, is_abandoned

NOW = 1_795_440_000.0


@pytest.mark.parametrize(
    ("agent_at", "ended_at", "left", "abandoned"),
    [
        (1.5, 99.0, True, False),  # an agent rang in time
        (2.5, 99.0, False, True),  # too late, though they talked
        (None, 1.5, True, False),  # hung up before an agent was due
        (None, 9.0, True, True),
        (None, 1.5, False, True),  # turned away by the queue at once: nobody is there
    ],
)
def test_who_is_abandoned(agent_at: float | None, ended_at: float, left: bool, abandoned: bool) -> None:
    told = is_abandoned(pressed_at=0.0, agent_at=agent_at, ended_at=ended_at, left=left, most=2.0)

    assert told is abandoned


def test_the_hour_and_the_days_pass() -> None:
    meter = Meter()
    meter.take(abandoned=True, at=NOW)
    meter.take(abandoned=False, at=NOW + 10)

    assert meter.of_hour(NOW + 60) == meter.of_days(NOW + 60) == Tally(pressed=2, abandoned=1)
    assert meter.of_hour(NOW + HOUR + 600) == Tally()
    assert meter.of_days(NOW + DAYS - 600) == Tally(pressed=2, abandoned=1)
    assert meter.of_days(NOW + DAYS + 600) == Tally()


@given(presses=st.lists(st.tuples(st.integers(0, 2 * DAYS), st.booleans()), max_size=60))
def test_it_counts_what_a_list_of_all_presses_would(presses: list[tuple[int, bool]]) -> None:
    meter = Meter()
    for after, abandoned in sorted(presses):
        meter.take(abandoned=abandoned, at=NOW + after)
        meter.of_days(NOW + after)
    end = NOW + 2 * DAYS
    since = (end - DAYS) // 300 * 300

    within = [abandoned for after, abandoned in presses if NOW + after >= since]
    assert meter.of_days(end) == Tally(pressed=len(within), abandoned=sum(within))


def test_one_more_must_be_affordable_so_a_campaign_begins_without_boldness() -> None:
    meter = Meter()
    assert meter.worst(NOW) == 1.0
    for _ in range(33):
        meter.take(abandoned=False, at=NOW)
    assert meter.worst(NOW) < 0.03
    meter.take(abandoned=True, at=NOW)
    assert meter.worst(NOW) > 0.05


def test_a_bad_hour_counts_though_the_days_are_good() -> None:
    meter = Meter()
    meter.load([Counted(since=NOW - DAYS / 2, tally=Tally(pressed=10_000))])
    assert meter.worst(NOW) < 0.001
    for n in range(10):
        meter.take(abandoned=n == 0, at=NOW)
    assert meter.worst(NOW) == 0.1


def test_loading_takes_the_place_of_what_was_known() -> None:
    meter = Meter()
    meter.take(abandoned=True, at=NOW)
    meter.load([Counted(since=NOW, tally=Tally(pressed=3, abandoned=1))])
    assert meter.of_hour(NOW) == Tally(pressed=3, abandoned=1)
    assert meter.of_hour(NOW).share == pytest.approx(1 / 3)
