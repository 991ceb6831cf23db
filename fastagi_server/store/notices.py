"""What people are told once, however many engines see it: a key names the occasion.

Whoever calls owns the transaction. This file does not know what the kinds mean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Double, bindparam, func, literal, select, text

from fastagi_server.store import tables
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.notice import Kind, Notice

_c = tables.notice.c
_ADD = text(
    'INSERT INTO notice (key, kind, "at", says) VALUES (:key, :kind, :at, :says) ON CONFLICT (key) DO NOTHING'
).bindparams(bindparam("at", type_=Double))


def add(conn: Connection, *, key: str, kind: Kind, at: float, says: Mapping[str, Any]) -> bool:
    """Keep a notice; False where its occasion was told already, by whomever."""
    told = {"key": key, "kind": str(kind), "at": at, "says": json.dumps(says)}
    return bool(conn.execute(_ADD, told).rowcount)


def recent(conn: Connection, limit: int) -> list[Notice]:
    """Give the newest notices, newest first; a kind that a newer program tells is passed over."""
    if limit < 0:
        raise BadInputError(field="limit", value=limit, expected="0 or more")
    known = _c.kind.in_([str(kind) for kind in Kind])
    rows = conn.execute(
        select(_c.key, _c.kind, _c["at"], _c.says).where(known).order_by(_c.id.desc()).limit(limit)
    )
    return [Notice(key=key, kind=Kind(kind), at=at, says=json.loads(says)) for key, kind, at, says in rows]


def within(conn: Connection, kind: Kind, since: float, until: float) -> list[Notice]:
    """Give the notices of a kind from one instant up to another, oldest first."""
    which = select(_c.key, _c["at"], _c.says).where(_c.kind == str(kind))
    which = which.where(_c["at"] >= literal(since, Double), _c["at"] < literal(until, Double)).order_by(_c.id)
    return [Notice(key=key, kind=kind, at=at, says=json.loads(says)) for key, at, says in conn.execute(which)]


def last_key(conn: Connection, prefix: str, *, most: str | None = None) -> str | None:
    """Give the greatest key that begins so, None where none does; with `most` none that is beyond it."""
    which = select(func.max(_c.key)).where(_c.key.startswith(prefix, autoescape=True))
    if most is not None:
        which = which.where(_c.key <= most)
    return conn.execute(which).scalar_one_or_none()
