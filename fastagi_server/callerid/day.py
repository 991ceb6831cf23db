"""The day in which uses are counted: a country's cap has the midnight of a named time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


def day_of(wall: float, zone: str) -> str:
    """Give the date in the zone at an instant of Unix seconds, for example 2026-11-23."""
    return _day(wall // 1, zone)


def begins_at(wall: float, zone: str) -> float:
    """Give the instant of the zone's last midnight."""
    return datetime.combine(_date(wall, zone), time(0), ZoneInfo(zone)).timestamp()


def ends_at(wall: float, zone: str) -> float:
    """Give the instant of the zone's next midnight; a day of 23 or 25 hours is as long as it is."""
    tomorrow = _date(wall, zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), ZoneInfo(zone)).timestamp()


def day_before(wall: float, zone: str) -> tuple[str, float]:
    """Give the zone's last day that is over at an instant, and when it ended."""
    today = _date(wall, zone)
    return (today - timedelta(days=1)).isoformat(), begins_at(wall, zone)


# Every call of a second asks this; no zone changes its date within one.
@lru_cache(maxsize=256)
def _day(second: float, zone: str) -> str:
    return _date(second, zone).isoformat()


def _date(wall: float, zone: str) -> date:
    return datetime.fromtimestamp(wall // 1, UTC).astimezone(ZoneInfo(zone)).date()
