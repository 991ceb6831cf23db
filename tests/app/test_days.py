from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.app.days import Days
from fastagi_server.callerid.day import day_of
from fastagi_server.telephony.country import Country
from tests.dialer.stage import MEXICO, USA, Time, run


class Store:
    """Tells a day once, as the real one does, unless it is away."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, float]] = []
        self.away = False

    async def close_day(self, country: Country, yesterday: str, ended_at: float) -> Sequence[dict[str, Any]]:
        if self.away:
            raise OSError(yesterday)
        asked = (country.slug, yesterday, ended_at)
        if asked in self.asked:
            return []
        self.asked.append(asked)
        return [{"country": country.slug, "day": yesterday}]


class Office:
    def __init__(self, *countries: Country) -> None:
        self.time = Time()
        self.store = Store()
        self.told: list[Any] = []
        self.days = Days(countries=countries, store=self.store, clock=self.time, told=self.told.append)

    def at(self, wall: float) -> None:
        self.time.now += wall - self.time.wall()
        run(self.days.look())


def instant(text: str, zone: str = USA.zone) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_each_country_has_its_own_midnight() -> None:
    office = Office(USA, MEXICO)
    office.at(instant("2026-11-23T12:00"))
    office.told.clear()

    office.at(instant("2026-11-23T23:59:59"))
    assert office.told == []
    office.at(instant("2026-11-24T00:00:00"))
    assert office.told == [{"country": "usa", "day": "2026-11-23"}]
    office.at(instant("2026-11-24T00:00:00", MEXICO.zone))
    assert office.told[1:] == [{"country": "mexico", "day": "2026-11-23"}]


def test_at_the_start_yesterday_is_asked_for() -> None:
    office = Office(USA)

    office.at(instant("2026-11-23T12:00"))

    assert office.store.asked == [("usa", "2026-11-22", instant("2026-11-23T00:00"))]


def test_between_two_midnights_the_calendar_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(USA, MEXICO)
    office.at(instant("2026-11-23T12:00"))

    monkeypatch.setattr("fastagi_server.app.days.day_before", None)  # who calls it now, fails
    office.at(instant("2026-11-23T12:00:01"))
    office.at(instant("2026-11-23T23:59:59"))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-23", 24)])
def test_a_day_of_23_or_25_hours_ends_when_it_ends(day: str, hours: int) -> None:
    office = Office(USA)
    start = instant(f"{day}T00:00")
    office.at(start)
    office.told.clear()

    office.at(start + hours * 3600 - 1)
    assert office.told == []
    office.at(start + hours * 3600)
    assert office.told == [{"country": "usa", "day": day}]


def test_a_day_that_could_not_be_told_is_told_later() -> None:
    office = Office(USA)
    office.store.away = True
    with pytest.raises(OSError, match="2026-11-22"):
        office.at(instant("2026-11-23T12:00"))
    office.store.away = False

    office.at(instant("2026-11-23T12:01"))

    assert office.told == [{"country": "usa", "day": "2026-11-22"}]


@given(steps=st.lists(st.floats(-90_000, 200_000), min_size=1, max_size=30))
def test_whatever_the_clock_does_a_day_is_told_at_most_once_and_only_when_it_is_over(
    steps: list[float],
) -> None:
    office = Office(USA)
    wall = instant("2026-10-25T12:00")
    for step in steps:
        wall += step
        before = len(office.told)
        office.at(wall)
        for says in office.told[before:]:
            assert says["day"] < day_of(wall, USA.zone)
    days = [says["day"] for says in office.told]
    assert len(days) == len(set(days))


def test_a_clock_that_was_a_year_ahead_and_is_set_right_goes_on() -> None:
    office = Office(USA)
    for day in ("2027-11-23", "2026-11-23", "2026-11-24"):
        office.at(instant(f"{day}T12:00"))

    assert [says["day"] for says in office.told] == ["2027-11-22", "2026-11-22", "2026-11-23"]
