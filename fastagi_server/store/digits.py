"""The digits of a call, in the order in which they were told.

This file does not know what a digit means.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, select

from fastagi_server.store import tables
from fastagi_server.store.errors import UnknownCallError
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.keys import Press

_c = tables.digit.c
_call_id = bindparam("of_call", type_=_c.call_id.type)
_digit = bindparam("new_digit", type_=_c.digit.type)
_begun_at = bindparam("new_begun_at", type_=_c.begun_at.type)
_ended_at = bindparam("new_ended_at", type_=_c.ended_at.type)
_duration_ms = bindparam("new_duration_ms", type_=_c.duration_ms.type)

_HEARD_ALREADY = exists().where(
    _c.call_id == _call_id,
    _c.digit == _digit,
    _c.begun_at.is_not_distinct_from(_begun_at),
    _c.ended_at == _ended_at,
    _c.duration_ms == _duration_ms,
)
_NEXT = select(func.coalesce(func.max(_c.n), 0) + 1).where(_c.call_id == _call_id).scalar_subquery()
_ADD = Statement(
    tables.digit.insert().from_select(
        ["call_id", "n", "digit", "begun_at", "ended_at", "duration_ms"],
        select(tables.call.c.call_id, _NEXT, _digit, _begun_at, _ended_at, _duration_ms)
        .where(tables.call.c.call_id == _call_id)
        .where(~_HEARD_ALREADY),
    )
)
_KNOWN = select(tables.call.c.call_id).where(tables.call.c.call_id == _call_id)


def add(conn: Connection, call: CallId, press: Press) -> bool:
    """Keep a digit of the call; the very same press told again is kept once, and False is given."""
    values = {
        "of_call": call,
        "new_digit": press.digit,
        "new_begun_at": press.begun_at,
        "new_ended_at": press.ended_at,
        "new_duration_ms": press.duration_ms,
    }
    if _ADD.changed(conn, values):
        return True
    if conn.execute(_KNOWN, {"of_call": call}).first() is None:
        raise UnknownCallError(call=call)
    return False


def of(conn: Connection, calls: Select[Any]) -> dict[CallId, tuple[Press, ...]]:
    """Give the digits of every call that the selection names; a call without digits is not in it."""
    heard: defaultdict[CallId, list[Press]] = defaultdict(list)
    chosen = calls.subquery()
    rows = conn.execute(
        select(_c.call_id, _c.digit, _c.begun_at, _c.ended_at, _c.duration_ms)
        .where(_c.call_id.in_(select(chosen.c.call_id)))
        .order_by(_c.call_id, _c.n)
    )
    for call_id, digit, begun_at, ended_at, duration_ms in rows:
        press = Press(digit=digit, begun_at=begun_at, ended_at=ended_at, duration_ms=duration_ms)
        heard[CallId(call_id)].append(press)
    return {call: tuple(presses) for call, presses in heard.items()}
