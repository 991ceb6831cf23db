"""What a campaign's calls came to, counted and timed. This file reads only."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, bindparam, func, select

from fastagi_server.store import tables
from fastagi_server.telephony.campaign import Origination, Timing
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError

PAGE = 5_000

_c = tables.call.c
_COLUMNS = {"call": "call_id"}
_ENDED = (_c.campaign == bindparam("of_campaign"), _c.ended_at.is_not(None))
_DISPOSITIONS = (
    select(_c.country, _c.disposition, func.count()).where(*_ENDED).group_by(_c.country, _c.disposition)
)
_TIMINGS = (
    select(*(_c[_COLUMNS.get(field.name, field.name)].label(field.name) for field in fields(Timing)))
    .where(*_ENDED, _c.call_id > bindparam("after_call"))
    .order_by(_c.call_id)
    .limit(bindparam("most"))
)

_ORIGINATIONS = (
    select(*(_c[_COLUMNS.get(field.name, field.name)].label(field.name) for field in fields(Origination)))
    .where(
        _c.ordered_at >= bindparam("since"),
        _c.ordered_at < bindparam("until"),
        _c.call_id > bindparam("after_call"),
    )
    .order_by(_c.call_id)
    .limit(bindparam("most"))
)


def dispositions(conn: Connection, campaign: str) -> dict[tuple[str, Disposition], int]:
    """Count a campaign's ended calls by country and by how they ended."""
    rows = conn.execute(_DISPOSITIONS, {"of_campaign": campaign})
    return {(country, disposition): count for country, disposition, count in rows}


def timings(conn: Connection, campaign: str, *, after: str = "", limit: int = PAGE) -> list[Timing]:
    """Give a page of a campaign's ended calls, oldest first; ask for the next one after its last call.

    A page a read, so that no read lasts; an empty page is the end.
    """
    if limit < 1:
        raise BadInputError(field="limit", value=limit, expected="1 or more")
    rows = conn.execute(_TIMINGS, {"of_campaign": campaign, "after_call": after, "most": limit})
    return [Timing(**row) for row in rows.mappings()]


def originations(
    conn: Connection, since: float, until: float, *, after: str = "", limit: int = PAGE
) -> list[Origination]:
    """Give a page of what was originated from one instant up to another, in the order of their calls.

    Ask for the next page after its last call; an empty page is the end.
    """
    if limit < 1:
        raise BadInputError(field="limit", value=limit, expected="1 or more")
    told = {"since": since, "until": until, "after_call": after, "most": limit}
    return [Origination(**row) for row in conn.execute(_ORIGINATIONS, told).mappings()]


def names(conn: Connection) -> set[str]:
    """Give every name that a campaign has, or that calls are kept under."""
    kept = conn.execute(select(tables.campaign.c.name)).scalars()
    return {*kept, *conn.execute(select(_c.campaign).distinct()).scalars()}
