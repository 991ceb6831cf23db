"""Numbers of ours that are not shown for a while: resting by somebody's order, or in quarantine.

Whoever calls owns the transaction. This file only keeps what was ordered; who is refused because of it is
said by the statements of attempts, loans and leases.
"""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, bindparam, delete, or_, select, text

from fastagi_server.store import tables
from fastagi_server.telephony.did import Rest, RestKind
from fastagi_server.telephony.errors import BadInputError

_rest = tables.did_rest.c
_did = tables.did.c
_SET = text(
    "INSERT INTO did_rest (number, country, kind, since, until, who, why) "
    "VALUES (:number, :country, :kind, :since, :until, :who, :why) "
    "ON CONFLICT (number, country) DO UPDATE SET kind = excluded.kind, since = excluded.since, "
    "until = excluded.until, who = excluded.who, why = excluded.why"
).bindparams(bindparam("since", type_=Double), bindparam("until", type_=Double))


def active(at: object) -> ColumnElement[bool]:
    """Give the condition of a rest that holds at an instant; its end is the first instant outside it."""
    return or_(_rest.until.is_(None), _rest.until > at)


def put(conn: Connection, rest: Rest) -> bool:
    """Let a number that we own rest, in place of the rest before; False where it is not owned there."""
    _check(rest)
    owned = select(_did.number).where(
        _did.number == rest.number, _did.country == rest.country, _did.retired_at.is_(None)
    )
    if conn.execute(owned).first() is None:
        return False
    told = {name: getattr(rest, name) for name in rest.__dataclass_fields__}
    conn.execute(_SET, {**told, "kind": rest.kind.value})
    return True


def release(conn: Connection, number: str, *, country: str | None = None) -> bool:
    """Show a number again, in one country or in all; False where it did not rest."""
    gone = delete(tables.did_rest).where(_rest.number == number)
    if country is not None:
        gone = gone.where(_rest.country == country)
    return bool(conn.execute(gone).rowcount)


def every(conn: Connection, at: float, country: str | None = None) -> list[Rest]:
    """Give the rests that hold at an instant or will begin, of one country or of all."""
    which = select(tables.did_rest).where(active(at)).order_by(_rest.country, _rest.number)
    if country is not None:
        which = which.where(_rest.country == country)
    return [_as_rest(row) for row in conn.execute(which).mappings()]


def resting(conn: Connection, country: str, at: float) -> set[str]:
    """Give the numbers of a country that must not be shown at an instant."""
    which = select(_rest.number).where(_rest.country == country, active(at), _rest.since <= at)
    return set(conn.execute(which).scalars())


def _as_rest(row: Any) -> Rest:
    return Rest(**{**row, "kind": RestKind(row["kind"])})


def _check(rest: Rest) -> None:
    for field, value in (("who", rest.who), ("why", rest.why), ("country", rest.country)):
        if not value.strip():
            raise BadInputError(field=field, value=value, expected="a word")
    ends = math.inf if rest.until is None else rest.until
    if not math.isfinite(rest.since) or not ends > rest.since:
        raise BadInputError(field="until", value=rest.until, expected="an instant after the rest begins")
