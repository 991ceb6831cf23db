from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.grid import Grid
from fastagi_server.telephony.errors import BadInputError


def test_slots_stand_at_equal_distances() -> None:
    grid = Grid(cps=25, start=10.0)

    assert [grid.take(10.0) for _ in range(3)] == pytest.approx([10.0, 10.04, 10.08])


def test_a_slot_does_not_drift() -> None:
    grid = Grid(cps=30, start=0.0)
    slots = [grid.take(0.0) for _ in range(30 * 3600 + 1)]

    assert slots[-1] == pytest.approx(3600.0, abs=1e-9)


def test_a_quiet_minute_buys_no_burst() -> None:
    grid = Grid(cps=10, start=0.0)
    grid.take(0.0)

    assert [grid.take(60.03) for _ in range(2)] == pytest.approx([60.1, 60.2])


def test_the_slot_of_now_is_not_past() -> None:
    grid = Grid(cps=10, start=0.0)

    assert grid.take(0.1) == pytest.approx(0.1)


def test_what_is_coming_can_be_told() -> None:
    grid = Grid(cps=10, start=0.0)
    told = grid.coming(2)

    assert [grid.take(0.0) for _ in range(3)][-1] == told


@pytest.mark.parametrize("cps", [0, -1, 10_001, float("nan")])
def test_a_rate_that_is_none_is_refused(cps: float) -> None:
    with pytest.raises(BadInputError, match="cps"):
        Grid(cps=cps, start=0.0)


@given(
    cps=st.floats(0.2, 500),
    waits=st.lists(st.floats(0, 3), min_size=1, max_size=50),
)
def test_slots_only_grow_and_are_never_closer_than_the_rate(cps: float, waits: list[float]) -> None:
    grid, now, before = Grid(cps=cps, start=0.0), 0.0, None
    for wait in waits:
        now += wait
        slot = grid.take(now)
        assert slot >= now - 1e-6 / cps - 1e-9
        if before is not None:
            assert slot - before >= 1 / cps - 1e-6
        before = slot
