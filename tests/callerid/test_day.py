from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fastagi_server.callerid.day import begins_at, day_before, day_of, ends_at

NEW_YORK = "America/New_York"


def at(text: str, zone: str = NEW_YORK) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("instant", "day"),
    [("2026-11-23T23:59:59.999", "2026-11-23"), ("2026-11-24T00:00:00", "2026-11-24")],
)
def test_a_day_ends_at_its_zones_midnight(instant: str, day: str) -> None:
    assert day_of(at(instant), NEW_YORK) == day


def test_the_last_second_of_a_day_is_whole() -> None:
    midnight = at("2026-11-24T00:00:00")

    assert [day_of(midnight - before, NEW_YORK) for before in (1.0, 0.5, 1e-3, 0.0)] == [
        "2026-11-23",
        "2026-11-23",
        "2026-11-23",
        "2026-11-24",
    ]
    assert day_of(-0.5, "UTC") == "1969-12-31"


def test_one_instant_is_two_days_in_two_zones() -> None:
    instant = at("2026-11-23T23:30:00")

    assert day_of(instant, NEW_YORK) == "2026-11-23"
    assert day_of(instant, "America/Sao_Paulo") == "2026-11-24"


@pytest.mark.parametrize(
    ("start", "hours"),
    [("2026-11-23T00:00:00", 24), ("2026-03-08T00:00:00", 23), ("2026-11-01T00:00:00", 25)],
)
def test_a_day_is_as_long_as_it_is(start: str, hours: int) -> None:
    assert ends_at(at(start), NEW_YORK) - at(start) == hours * 3600
    assert begins_at(at(start), NEW_YORK) == at(start)
    assert begins_at(ends_at(at(start), NEW_YORK) - 1, NEW_YORK) == at(start)


def test_a_day_that_begins_at_one_o_clock_has_an_end_all_the_same() -> None:
    # Santiago's clocks go from 24:00 to 01:00 in September: that midnight does not exist.
    before = at("2026-09-05T12:00:00", "America/Santiago")

    assert day_of(ends_at(before, "America/Santiago"), "America/Santiago") == "2026-09-06"
    assert day_of(ends_at(before, "America/Santiago") - 1, "America/Santiago") == "2026-09-05"


@pytest.mark.parametrize(
    ("now", "day", "ended_at"),
    [
        ("2026-11-24T00:00:00", "2026-11-23", "2026-11-24T00:00:00"),
        ("2026-11-23T23:59:59", "2026-11-22", "2026-11-23T00:00:00"),
        ("2026-11-02T00:00:00", "2026-11-01", "2026-11-02T00:00:00"),
    ],
)
def test_the_last_day_that_is_over(now: str, day: str, ended_at: str) -> None:
    assert day_before(at(now), NEW_YORK) == (day, at(ended_at))
