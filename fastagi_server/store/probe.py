"""Whether the store takes writes: a write that changes nothing, and that a full disk refuses all the same."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from fastagi_server.store import tables

_campaign = tables.campaign.c
_FIRST = select(func.min(_campaign.name)).scalar_subquery()
_TOUCH = update(tables.campaign).where(_campaign.name == _FIRST).values(state=_campaign.state)


def probe(conn: Connection) -> None:
    """Write a campaign's state as it stands; where there is none, only the transaction is tried."""
    conn.execute(_TOUCH)
