"""A country's day of caller IDs, closed: what was used of how many, told once. No count changes.

Whoever calls owns the transaction. This file does not know when a day ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, or_, select

from fastagi_server.store import dids, leases, notices, tables
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.notice import Kind

_use = tables.did_use.c
_did = tables.did.c


def close(
    conn: Connection, country: Country, *, yesterday: str, ended_at: float, at: float
) -> list[Mapping[str, Any]]:
    """Tell every day up to `yesterday` that was not told yet; give what was told now, oldest first.

    A day without uses is told only if it is `yesterday`, and we owned a number of the country when it ended,
    at `ended_at`. Where a later day was told, by a clock that was ahead, only days with uses are told.
    """
    slug = country.slug
    prefix = f"{Kind.DAY_CLOSED}:{slug}:"
    told = (notices.last_key(conn, prefix, most=prefix + yesterday) or prefix).removeprefix(prefix)
    is_ahead = (notices.last_key(conn, prefix) or prefix) > prefix + yesterday
    if told == yesterday:
        return []
    limit = dids.limits(conn).get(slug)
    cap = country.cap if limit is None else limit.cap
    found: list[Mapping[str, Any]] = []
    for day in _days(conn, slug, told, yesterday):
        owned = _owned(conn, slug, ended_at)
        periods = _periods(conn, slug, day, cap)
        if not periods and not (owned and day == yesterday and not is_ahead):
            continue
        says = {
            "country": slug,
            "zone": country.zone,
            "day": day,
            "uses": sum(each["uses"] for each in periods),
            "numbers": owned,
            "at_cap": periods[-1]["at_cap"] if periods else 0,
            "cap": cap,
            "periods": periods,
        }
        if notices.add(conn, key=prefix + day, kind=Kind.DAY_CLOSED, at=at, says=says):
            found.append(says)
    return found


def _days(conn: Connection, country: str, told: str, yesterday: str) -> list[str]:
    """Give the days after the last one told that have uses, and yesterday; a look into an index for each."""
    days = {yesterday}
    start, today = _next(told) if told else "", _next(yesterday)
    while True:
        which = select(func.min(_use.period)).where(
            _use.country == country, _use.period >= start, _use.period < today
        )
        period = conn.execute(which).scalar_one_or_none()
        if period is None:
            return sorted(days)
        day = period.partition("#")[0]
        days.add(day)
        start = _next(day)


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _periods(conn: Connection, country: str, day: str, cap: int) -> list[dict[str, Any]]:
    at_cap = case((_use.uses >= (cap or 2**31 - 1), 1), else_=0)
    rows = conn.execute(
        select(_use.period, func.sum(_use.uses), func.sum(at_cap))
        # A span of the key, the day's resets among it: what was used in all the years before is not read.
        .where(_use.country == country, _use.period >= day, _use.period < _next(day))
        .group_by(_use.period)
        .order_by(_use.period)
    )
    found = [
        # What engines have reserved and not taken was not used.
        {"period": period, "uses": int(uses) - leases.held(conn, country, period), "at_cap": int(full)}
        for period, uses, full in rows
    ]
    return [each for each in found if each["uses"]]


def _owned(conn: Connection, country: str, ended_at: float) -> int:
    which = select(func.count()).where(
        _did.country == country,
        _did.added_at < ended_at,
        or_(_did.retired_at.is_(None), _did.retired_at >= ended_at),
    )
    return int(conn.execute(which).scalar_one())
