"""Who pressed the connect key for an agent of a queue, from the records. This file reads only."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, bindparam, or_, select, tuple_

from fastagi_server.store import tables

PAGE = 5_000

_c = tables.call.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """One call of a campaign that came to a queue and whose wait is over; instants as in the record."""

    call_id: str
    campaign: str
    queued_at: float
    agent_at: float | None
    left_at: float | None
    ended_at: float | None


_PRESSES = (
    select(*(_c[each.name] for each in fields(Press)))
    .where(
        _c.queued_at.is_not(None),
        tuple_(_c.queued_at, _c.call_id) > tuple_(bindparam("after"), bindparam("after_call")),
        _c.contact.is_not(None),
        or_(_c.agent_at.is_not(None), _c.ended_at.is_not(None)),
    )
    .order_by(_c.queued_at, _c.call_id)
    .limit(bindparam("most"))
)


def presses(conn: Connection, since: float, *, after_call: str = "", limit: int = PAGE) -> list[Press]:
    """Give a page of presses after an instant, oldest first; ask for the next one after its last.

    A page a read, so that no read lasts; an empty page is the end.
    """
    told = {"after": since, "after_call": after_call, "most": limit}
    return [Press(**row) for row in conn.execute(_PRESSES, told).mappings()]
