"""The list of those who must not be called: evidence is added, never changed, never taken away.

A number is on the list if any evidence names it. This file does not know who asks, or why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, select

from fastagi_server.store import e164, tables, tidings, turns
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import OptOut
from fastagi_server.telephony.tiding import Kind

_c = tables.optout.c
_number = bindparam("new_number", type_=_c.number.type)
_at = bindparam("new_at", type_=_c.at.type)
_source = bindparam("new_source", type_=_c.source.type)
_call_id = bindparam("new_call_id", type_=_c.call_id.type)
_digit = bindparam("new_digit", type_=_c.digit.type)
_who = bindparam("new_who", type_=_c.who.type)
_why = bindparam("new_why", type_=_c.why.type)

# A press told again may carry another instant; what no call proves is told apart by nothing else.
_KEPT_ALREADY = exists().where(
    _c.number == _number,
    _c.source == _source,
    _c.digit.is_not_distinct_from(_digit),
    (_c.call_id == _call_id) | and_(_c.call_id.is_(None), _call_id.is_(None), _c.at == _at),
)
_ADD = Statement(
    tables.optout.insert().from_select(
        ["number", "at", "source", "call_id", "digit", "who", "why"],
        select(_number, _at, _source, _call_id, _digit, _who, _why).where(~_KEPT_ALREADY),
    )
)
_CONTAINS = Statement(select(_c.id).where(_c.number == _number).limit(1))
_ENTRIES = select(_c.number, _c.at, _c.source, _c.call_id, _c.digit, _c.who, _c.why, _c.id).order_by(_c.id)

PAGE = 5_000


def add(conn: Connection, entry: OptOut, *, tell: bool = True) -> bool:
    """Keep the evidence, and say whether its number is new to the list.

    The same number, call, digit and source told again is kept once. Every engine hears of a new number,
    unless whoever adds many tells them all at once.
    """
    e164.checked(entry.number)
    turns.opting_out(conn, entry.number)
    is_new = not contains(conn, entry.number)
    values = {
        "new_number": entry.number,
        "new_at": entry.at,
        "new_source": entry.source,
        "new_call_id": entry.call,
        "new_digit": entry.digit,
        "new_who": entry.who,
        "new_why": entry.why,
    }
    _ADD.changed(conn, values)
    if is_new and tell:
        tidings.tell(conn, kind=Kind.OPTOUT, value=entry.number, at=entry.at)
    return is_new


def contains(conn: Connection, number: str) -> bool:
    """Say whether the number must not be called.

    A number in any other shape than the list's would never be found there, so it is refused, not cleared.
    """
    return _CONTAINS.returned(conn, {"new_number": e164.checked(number)}) is not None


@dataclass(frozen=True, kw_only=True)
class Which:
    """A choice of entries: of one number, kept evidence since an instant, or both."""

    number: str = ""
    since: float | None = None


EVERY = Which()


def entries(conn: Connection) -> list[OptOut]:
    """Give all the evidence in the order in which it was kept."""
    return [_entry(row) for row in conn.execute(_ENTRIES)]


def page(
    conn: Connection, which: Which = EVERY, *, after: int = 0, limit: int = PAGE
) -> list[tuple[int, OptOut]]:
    """Give some of the evidence after an id, each with its own, so that a long list needs no long read."""
    statement = _ENTRIES.where(_c.id > after).limit(limit)
    if which.number:
        statement = statement.where(_c.number == which.number)
    if which.since is not None:
        statement = statement.where(_c.at >= which.since)
    return [(int(row.id), _entry(row)) for row in conn.execute(statement)]


def _entry(row: Any) -> OptOut:
    return OptOut(
        number=row.number,
        at=row.at,
        source=row.source,
        call=None if row.call_id is None else CallId(row.call_id),
        digit=row.digit,
        who=row.who,
        why=row.why,
    )
