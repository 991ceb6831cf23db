"""The rows of a campaign's list that nobody is called for, or will be. This file reads only."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, exists, func, select

from fastagi_server.store import tables
from fastagi_server.telephony.campaign import ContactState, RefusedRow
from fastagi_server.telephony.errors import BadInputError

PAGE = 5_000

_c = tables.contact.c
_REFUSED = (
    select(_c.id, _c.line, _c.raw, _c.why)
    .where(_c.campaign == bindparam("of_campaign"), tables.REFUSED, _c.id > bindparam("after_id"))
    .order_by(_c.id)
    .limit(bindparam("most"))
)
_OPTED_OUT = (
    select(func.count())
    .select_from(tables.contact)
    .where(_c.campaign == bindparam("of_campaign"), _c.state == ContactState.QUEUED)
    .where(exists().where(tables.optout.c.number == _c.number))
)


def rows(conn: Connection, campaign: str, *, after: int = 0, limit: int = PAGE) -> list[RefusedRow]:
    """Give a page of refused rows in their list's order; ask for the next one after its last id.

    A page a read, so that no read lasts; an empty page is the end.
    """
    if limit < 1:
        raise BadInputError(field="limit", value=limit, expected="1 or more")
    told = conn.execute(_REFUSED, {"of_campaign": campaign, "after_id": after, "most": limit})
    return [RefusedRow(**row) for row in told.mappings()]


def opted_out(conn: Connection, campaign: str) -> int:
    """Count those who wait to be called and will not be, for they are on the opt-out list.

    Each is looked up, so keep it off hot paths.
    """
    return int(conn.execute(_OPTED_OUT, {"of_campaign": campaign}).scalar_one())
