"""The day in which uses are counted: a country's cap has the midnight of a named time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(wall: float, zone: str) -> str:
    """Give the date in the zone at an instant of Unix seconds, for example 2026-11-23."""
    return _local(wall, zone).date().isoformat()


def ends_at(wall: float, zone: str) -> float:
    """Give the instant of the zone's next midnight; a day of 23 or 25 hours is as long as it is."""
    tomorrow = _local(wall, zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), ZoneInfo(zone)).timestamp()


def _local(wall: float, zone: str) -> datetime:
    return datetime.fromtimestamp(wall, UTC).astimezone(ZoneInfo(zone))
