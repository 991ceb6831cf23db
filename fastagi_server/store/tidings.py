"""Tidings for every engine on the store, each written by the transaction that makes it true.

On PostgreSQL the commit itself also notifies whoever listens. This file does not know who hears them.
"""

from __future__ import annotations

from sqlalchemy import Connection, Double, bindparam, delete, func, insert, select, text

from fastagi_server.store import tables
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.tiding import Kind, Tiding

# Whoever was away for longer than this many looks at the whole store instead.
KEPT = 10_000
_EVERY = 1000

_c = tables.tiding.c
_ADD = Statement(
    insert(tables.tiding)
    .values(at=bindparam("new_at"), kind=bindparam("new_kind"), value=bindparam("new_value"))
    .returning(_c.id)
)
_ADD_AND_NOTIFY = Statement(
    text(
        'WITH told AS (INSERT INTO tiding ("at", kind, value) VALUES (:new_at, :new_kind, :new_value) '
        "RETURNING id) SELECT id FROM told, LATERAL "
        "pg_notify('discador', concat_ws(' ', told.id, :new_at, :new_kind, :new_value))"
    ).bindparams(bindparam("new_at", type_=Double))
)
_SINCE = select(_c.id, _c.at, _c.kind, _c.value).where(_c.id > bindparam("last")).order_by(_c.id)
# Two questions: SQLite walks the whole table for both ends at once.
_BOUNDS = select(
    func.coalesce(select(func.min(_c.id)).scalar_subquery(), 0),
    func.coalesce(select(func.max(_c.id)).scalar_subquery(), 0),
)
_KINDS = {str(each) for each in Kind}


def tell(conn: Connection, *, kind: Kind, value: str = "", at: float) -> int:
    """Write a tiding and give its id; now and then the oldest are taken away."""
    add = _ADD_AND_NOTIFY if conn.dialect.name == "postgresql" else _ADD
    told = int(add.returned(conn, {"new_at": at, "new_kind": str(kind), "new_value": value}))
    if told % _EVERY == 0:
        conn.execute(delete(tables.tiding).where(_c.id <= told - KEPT))
    return told


def since(conn: Connection, last: int) -> list[Tiding]:
    """Give the tidings after an id, oldest first; a kind that a newer program tells is passed over."""
    rows = conn.execute(_SINCE, {"last": last})
    return [
        Tiding(id=number, at=at, kind=Kind(kind), value=value)
        for number, at, kind, value in rows
        if kind in _KINDS
    ]


def bounds(conn: Connection) -> tuple[int, int]:
    """Give the ids of the oldest and the newest tiding, 0 where there is none."""
    oldest, newest = conn.execute(_BOUNDS).one()
    return int(oldest), int(newest)


def read(payload: str) -> Tiding | None:
    """Read what PostgreSQL's notification carries; what is not ours is None."""
    number, _, rest = payload.partition(" ")
    at, _, rest = rest.partition(" ")
    kind, _, value = rest.partition(" ")
    if not number.isdecimal() or kind not in _KINDS:
        return None
    return Tiding(id=int(number), at=float(at), kind=Kind(kind), value=value)
