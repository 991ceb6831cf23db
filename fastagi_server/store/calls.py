"""The record of a call, written as the call goes and read back whole.

Plain functions of a connection: whoever calls them owns the transaction. This file does not know the order
of a call's states (dialer does); it only keeps that an ended call stays as it ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, TypedDict, Unpack, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    delete,
    func,
    select,
    true,
    update,
)

from fastagi_server.store import digits, tables
from fastagi_server.store.errors import AlreadyBegunError, UnknownCallError
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.call_id import CHANCE_BYTES, CallId, mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin, Record, State


@dataclass(frozen=True, kw_only=True)
class Which:
    """Which calls are wanted: of the campaign, to the number, begun since the instant, ended so."""

    campaign: str = ""
    number: str = ""
    since: float | None = None
    outcome: Disposition | None = None


EVERY: Final = Which()


class Changes(TypedDict, total=False):
    """What may be told of a call after its beginning; its state and its end have functions of their own."""

    ordered_at: float | None
    accepted_at: float | None
    dialed_at: float | None
    ringing_at: float | None
    answered_at: float | None
    amd_at: float | None
    amd_verdict: Verdict | None
    amd_cause: str | None
    key: str | None
    key_at: float | None
    optout_at: float | None
    connected_at: float | None
    left_at: float | None
    queued_at: float | None
    agent_at: float | None
    cause: int | None
    sip_code: int | None
    sip_reason: str | None
    why: str | None
    asterisk: str | None


KNOWN: Final = frozenset(Changes.__annotations__)

_c = tables.call.c
_BEGIN_FIELDS = [field.name for field in fields(Begin) if field.name != "call"]
_BEGIN_VALUES = attrgetter(*_BEGIN_FIELDS)
_BEGUN = ("call_id", "state", *_BEGIN_FIELDS)
_OPENING = tuple(f"new_{name}" for name in _BEGIN_FIELDS)


def beginning(*unless: ColumnElement[bool]) -> Statement:
    """Give the statement that opens a record where the conditions hold; its values are those of `opening`.

    A call id that is used, and a number to which a call is open, are no error inside the transaction; whoever
    else opens one to the number at the same time is waited for.
    """
    new = (bindparam(f"new_{name}", type_=_c[name].type) for name in _BEGUN)
    return Statement(
        tables.call.insert().from_select(_BEGUN, select(*new).where(true(), *unless)),
        ending=" ON CONFLICT DO NOTHING",
    )


_BEGIN = beginning()
_FORGET = Statement(delete(tables.call).where(_c.call_id == bindparam("of_call", type_=_c.call_id.type)))


def _new(name: str) -> BindParameter[Any]:
    return bindparam(f"new_{name}", type_=_c[name].type)


# Written out once: a statement made anew for each call costs more than its execution.
# An attempt is prepared for one slot and may leave at a later one: planned_at is known only then, and of a
# route the trunk.
_STANDING = ("state", "ended_at", "disposition", "planned_at", "trunk")
_FILLED = tuple(f"new_{name}" for name in sorted(KNOWN))
_THIS = update(tables.call).where(_c.call_id == bindparam("of_call", type_=_c.call_id.type))
_KEEP = _THIS.values(
    {
        **{name: _new(name) for name in (*KNOWN, *_STANDING)},
        "optout_at": func.coalesce(_new("optout_at"), _c.optout_at),
    }
)
_KEEP_ENDED = Statement(_KEEP)
_KEEP_OPEN = Statement(_KEEP.where(_c.ended_at.is_(None)))
_FILL = _THIS.values({name: func.coalesce(_c[name], _new(name)) for name in KNOWN})


def begin(conn: Connection, new: Begin) -> bool:
    """Open the record of a call; False where one to its number is open already, and nothing is written.

    A call id that is in the store already is refused.
    """
    if _BEGIN.changed(conn, opening(new)):
        return True
    refuse_begun(conn, new.call)
    return False


def opening(new: Begin) -> dict[str, Any]:
    """Give the values that open a record."""
    _check_instant("planned_at", new.planned_at)
    _check_instant("begun_at", new.begun_at)
    values: dict[str, Any] = dict(zip(_OPENING, _BEGIN_VALUES(new), strict=True))
    values["new_call_id"] = new.call
    values["new_state"] = State.BEGUN
    return values


def refuse_begun(conn: Connection, call: CallId) -> None:
    """Refuse a call id that is in the store."""
    if conn.execute(select(_c.call_id).where(_c.call_id == call)).first() is not None:
        raise AlreadyBegunError(call=call)


def forget(conn: Connection, call: CallId) -> None:
    """Take back what this very transaction has begun: nobody has seen it, and nobody will."""
    _FORGET.changed(conn, {"of_call": call})


def advance(conn: Connection, call: CallId, state: State, **changes: Unpack[Changes]) -> bool:
    """Move an open call to a state and note what is known by then; an ended call is left alone, and False."""
    if state is State.ENDED:
        raise BadInputError(field="state", value=str(state), expected="a state of an open call; or use end()")
    statement = update(tables.call).where(_c.call_id == call, _c.ended_at.is_(None))
    return _changed(conn, call, statement.values(state=state, **_checked(changes)))


def note(conn: Connection, call: CallId, **changes: Unpack[Changes]) -> None:
    """Note what was learned of a call, ended or not: the far end's reason and an opt-out may come late."""
    if _checked(changes):
        _changed(conn, call, update(tables.call).where(_c.call_id == call).values(**changes))


def end(
    conn: Connection, call: CallId, *, at: float, disposition: Disposition, **changes: Unpack[Changes]
) -> bool:
    """Close the record; a record that is closed already keeps its first end, and False is given."""
    statement = update(tables.call).where(_c.call_id == call, _c.ended_at.is_(None))
    ended = {"state": State.ENDED, "ended_at": at, "disposition": disposition}
    return _changed(conn, call, statement.values(**ended, **_checked(changes)))


def keep(conn: Connection, record: Record) -> bool:
    """Write the record as it stands, digits and all; its beginning stays, but for its slot and its trunk.

    An ended call is not opened again: a record that does not know of the end yet only fills what the store
    does not know, and False is given. An opt-out that is known is never forgotten.
    """
    told = _checked(cast("Changes", {name: getattr(record, name) for name in KNOWN}))
    values: dict[str, Any] = {f"new_{name}": value for name, value in told.items()}
    values |= {f"new_{name}": getattr(record, name) for name in _STANDING}
    values["of_call"] = record.call
    ended = record.ended_at is not None
    written = bool((_KEEP_ENDED if ended else _KEEP_OPEN).changed(conn, values))
    if not written:
        _demand(conn, record.call)
        conn.execute(_FILL, {name: values[name] for name in _FILLED} | {"of_call": record.call})
    for press in record.digits:
        digits.add(conn, record.call, press)
    return written


def get(conn: Connection, call: CallId) -> Record | None:
    """Give the record of a call with its digits; None if there is none."""
    records = _records(conn, select(tables.call).where(_c.call_id == call))
    return records[0] if records else None


def open_calls(conn: Connection, engine: str | None = None) -> list[Record]:
    """Give the calls that have not ended, oldest first; with an engine's name, those that it drives only."""
    unended = select(tables.call).where(_c.ended_at.is_(None))
    found = _records(conn, unended if engine is None else unended.where(_c.engine == engine))
    # Put in order here: asked for it, the database would read every call there ever was by its id.
    return sorted(found, key=lambda record: record.call)


def recent(conn: Connection, limit: int, which: Which = EVERY) -> list[Record]:
    """Give the newest calls of a choice, newest first; call ids sort by time, so the key is the order."""
    if limit < 0:
        raise BadInputError(field="limit", value=limit, expected="0 or more")
    chosen = select(tables.call).where(*_conditions(which)).order_by(_c.call_id.desc())
    return _records(conn, chosen.limit(limit))


def _conditions(which: Which) -> Iterator[ColumnElement[bool]]:
    if which.campaign:
        yield _c.campaign == which.campaign
    if which.number:
        yield _c.number == which.number
    if which.outcome is not None:
        yield _c.disposition == which.outcome
    if which.since is not None:
        yield _c.call_id >= mint(max(0.0, which.since), bytes(CHANCE_BYTES))


def _changed(conn: Connection, call: CallId, statement: Update) -> bool:
    if conn.execute(statement).rowcount:
        return True
    _demand(conn, call)
    return False


def _demand(conn: Connection, call: CallId) -> None:
    """Refuse a call that was never begun."""
    if conn.execute(select(_c.call_id).where(_c.call_id == call)).first() is None:
        raise UnknownCallError(call=call)


def _checked(changes: Changes) -> Changes:
    for name, value in changes.items():
        if name not in KNOWN:
            raise BadInputError(field="change", value=name, expected=f"one of {', '.join(sorted(KNOWN))}")
        _check_instant(name, value)
    return changes


def _check_instant(name: str, value: object) -> None:
    """Refuse what no clock says: SQLite would keep NaN as NULL, a thing that happened as one that did not."""
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInputError(field=name, value=value, expected="Unix seconds")


def _records(conn: Connection, which: Select[Any]) -> list[Record]:
    rows = conn.execute(which).mappings().all()
    heard = digits.of(conn, which.with_only_columns(_c.call_id))
    return [
        Record(
            call=CallId(row["call_id"]),
            digits=heard.get(CallId(row["call_id"]), ()),
            **{name: value for name, value in row.items() if name != "call_id"},
        )
        for row in rows
    ]
