"""An attempt's two transactions: begun all or nothing before the Originate, and finished once after the end.

Whoever calls owns the transaction. What a promise hangs on is said by the statement that writes, never only
by a look before it: another process may write in between.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from fastagi_server.store import calls, dids, e164, leases, rests, tables, turns
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.campaign import Attempt, Begun, CampaignState, ContactState, No, NotBegun
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin, Record

_call = tables.call.c
_contact = tables.contact.c
_optout = tables.optout.c
_did = tables.did.c
_rest = tables.did_rest.c
_campaign = tables.campaign.c

_call_id = bindparam("of_call", type_=_call.call_id.type)
_number = bindparam("of_number", type_=_call.number.type)
_contact_id = bindparam("of_contact", type_=_contact.id.type)

_OPTED_OUT = exists().where(_optout.number == _number)
_IN_FLIGHT = exists().where(_call.number == _number, _call.ended_at.is_(None))
# The attempts so far are part of the claim: whoever read the contact before its last attempt has an old
# picture of it, and would call again before it is due.
_waits = tables.contact.alias("waits").c
_FREE = and_(
    _waits.id == _contact_id,
    _waits.state == ContactState.QUEUED,
    _waits.attempts == bindparam("of_attempts", type_=_contact.attempts.type),
    exists().where(_campaign.name == _waits.campaign, _campaign.state == CampaignState.RUNNING),
)
_OWNED = exists().where(
    _did.number == bindparam("of_callerid", type_=_did.number.type),
    _did.country == bindparam("of_country", type_=_did.country.type),
    _did.lab == bindparam("is_lab", type_=Boolean),
    _did.retired_at.is_(None),
)
_AT = bindparam("of_begun_at", type_=_call.begun_at.type)
_RESTS = exists().where(
    _rest.number == bindparam("of_callerid", type_=_did.number.type),
    _rest.country == bindparam("of_country", type_=_did.country.type),
    _rest.since <= _AT,
    rests.active(_AT),
)
_OPEN_TO_US = and_(_OWNED, ~_RESTS)
_MAY_SHOW = or_(not_(bindparam("is_counted", type_=Boolean)), _OPEN_TO_US)
_WHY_NOT = Statement(
    select(
        case(
            (_OPTED_OUT, No.OPTED_OUT.value),
            (_IN_FLIGHT, No.IN_FLIGHT.value),
            (and_(_contact_id.is_not(None), ~exists().where(_FREE)), No.TAKEN.value),
            (and_(not_(_MAY_SHOW), _OWNED), No.RESTING.value),
            (not_(_MAY_SHOW), No.NOT_OWNED.value),
            else_="",
        )
    )
)
_SHOWN = Statement(select(literal(1)).where(_OPEN_TO_US))
# Whoever has a contact in hand at this moment has it: to wait for the end would be to wait in a circle
# some day, for each engine has several in hand.
_MINE = (
    select(_waits.id)
    .where(_FREE, ~_OPTED_OUT, ~_IN_FLIGHT, _MAY_SHOW)
    .with_for_update(skip_locked=True, of=_waits.id.table)
)
_CLAIM = Statement(
    update(tables.contact)
    .where(_contact.id == _MINE.scalar_subquery())
    .values(
        state=ContactState.DIALING,
        attempts=_contact.attempts + 1,
        call_id=_call_id,
        callerid=bindparam("of_callerid", type_=_did.number.type),
    )
)
# What the claim has looked at is looked at again: whoever has no contact claims none.
_OPEN = calls.beginning(~_OPTED_OUT, _MAY_SHOW)
_UNCLAIM = (
    update(tables.contact)
    .where(_contact.id == _contact_id, _contact.call_id == _call_id)
    .values(state=ContactState.QUEUED, attempts=_contact.attempts - 1, call_id=None, callerid="")
)
# Only this very call gives its contact back: a second finish, or another's, finds nothing to move.
_GIVE_BACK = Statement(
    update(tables.contact)
    .where(
        _contact.id == select(_call.contact).where(_call.call_id == _call_id).scalar_subquery(),
        _contact.state == ContactState.DIALING,
        _contact.call_id == _call_id,
    )
    .values(
        state=bindparam("new_state", type_=_contact.state.type),
        due_at=func.coalesce(bindparam("new_due_at", type_=_contact.due_at.type), _contact.due_at),
        why=bindparam("new_why", type_=_contact.why.type),
        # What never left was no try.
        attempts=_contact.attempts - bindparam("untried", type_=_contact.attempts.type),
        call_id=None,
    )
)


def begin(conn: Connection, attempt: Attempt) -> Begun | NotBegun:
    """Begin an attempt: claim its contact, open its record, count its caller ID; or say why not.

    When it is not begun, nothing is written. A call id that is in the store already is an error, and the
    transaction (the writer's savepoint) must be rolled back.
    """
    return begin_all(conn, [attempt])[0]


def may_show(conn: Connection, begin: Begin, *, lab: bool, at: float) -> bool:
    """Say whether the caller ID of an attempt that was begun before may still be shown."""
    told = {
        "of_callerid": begin.callerid,
        "of_country": begin.country,
        "of_begun_at": at,
        "is_lab": lab,
    }
    return _SHOWN.returned(conn, told) is not None


def begin_all(conn: Connection, attempts: Sequence[Attempt]) -> list[Begun | NotBegun]:
    """Begin several attempts, each as if it were alone and the others had gone before it."""
    for attempt in attempts:
        _check(attempt)
    turns.beginning(conn, [attempt.begin.number for attempt in attempts])
    tries = [_Try(attempt=attempt, told=_told(attempt)) for attempt in attempts]
    _claim(conn, [each for each in tries if each.attempt.contact is not None])
    _open(conn, [each for each in tries if each.outcome is None])
    _count(conn, [each for each in tries if each.outcome is None and each.attempt.period])
    return [each.outcome or Begun(uses=0) for each in tries]


@dataclass(kw_only=True)
class _Try:
    """An attempt on its way to being begun; without an outcome it is on its way still."""

    attempt: Attempt
    told: dict[str, Any]
    outcome: Begun | NotBegun | None = None


def _claim(conn: Connection, tries: Sequence[_Try]) -> None:
    claimed = _CLAIM.changed_each(conn, [each.told for each in tries])
    for each in (each for each, done in zip(tries, claimed, strict=True) if not done):
        # No reason any more: somebody had the contact for a moment.
        each.outcome = NotBegun(no=_why_not(conn, each.told) or No.TAKEN)


def _open(conn: Connection, tries: Sequence[_Try]) -> None:
    opened = _OPEN.changed_each(conn, [each.told | calls.opening(each.attempt.begin) for each in tries])
    for each in (each for each, done in zip(tries, opened, strict=True) if not done):
        calls.refuse_begun(conn, each.attempt.begin.call)
        _unclaim(conn, each.attempt)
        # No reason any more: the other call to the number is over by now.
        each.outcome = NotBegun(no=_why_not(conn, each.told) or No.IN_FLIGHT)


def _count(conn: Connection, tries: Sequence[_Try]) -> None:
    wishes = [_wish(each.attempt) for each in tries]
    for each, wish, (counted, uses) in zip(tries, wishes, leases.count(conn, wishes), strict=True):
        if counted:
            each.outcome = Begun(uses=uses)
        else:
            calls.forget(conn, each.attempt.begin.call)
            _unclaim(conn, each.attempt)
            each.outcome = NotBegun(no=No.AT_CAP, uses=dids.used(conn, **wish.did))


def _wish(attempt: Attempt) -> leases.Wish:
    new = attempt.begin
    return leases.Wish(
        engine=new.engine,
        did={"number": new.callerid, "country": new.country, "period": attempt.period},
        cap=attempt.cap,
        at=new.begun_at,
        leased=attempt.leased,
    )


def finish(
    conn: Connection, record: Record, *, contact_state: ContactState, due_at: float | None, why: str
) -> bool:
    """Keep the record of an ended call and give its contact back, done or queued again for `due_at`.

    Finishing twice changes nothing; False says that there was no contact to move (any more).
    """
    if record.ended_at is None:
        raise BadInputError(field="record", value=record.call, expected="the record of a call that has ended")
    if contact_state not in (ContactState.DONE, ContactState.QUEUED):
        raise BadInputError(field="contact_state", value=str(contact_state), expected="done or queued")
    again = contact_state is ContactState.QUEUED
    if again and (due_at is None or not math.isfinite(due_at)):
        raise BadInputError(field="due_at", value=due_at, expected="Unix seconds")
    calls.keep(conn, record)
    values = {
        "of_call": record.call,
        "new_state": contact_state,
        "new_due_at": due_at if again else None,
        "new_why": why,
        "untried": int(record.disposition is Disposition.CANCELLED),
    }
    return bool(_GIVE_BACK.changed(conn, values))


def _unclaim(conn: Connection, attempt: Attempt) -> None:
    if attempt.contact is not None:
        conn.execute(_UNCLAIM, {"of_contact": attempt.contact, "of_call": attempt.begin.call})


def _told(attempt: Attempt) -> dict[str, Any]:
    begin = attempt.begin
    return {
        "of_call": begin.call,
        "of_number": begin.number,
        "of_contact": attempt.contact,
        "of_attempts": begin.attempt - 1,
        "of_callerid": begin.callerid,
        "of_country": begin.country,
        "of_begun_at": begin.begun_at,
        "is_counted": bool(attempt.period),
        "is_lab": attempt.lab,
    }


def _why_not(conn: Connection, told: dict[str, Any]) -> No | None:
    word = _WHY_NOT.returned(conn, told)
    return No(word) if word else None


def _check(attempt: Attempt) -> None:
    e164.checked(attempt.begin.number)
    if attempt.contact != attempt.begin.contact:
        raise BadInputError(
            field="contact", value=attempt.contact, expected=f"its record's, {attempt.begin.contact}"
        )
    if attempt.begin.attempt < 1:
        raise BadInputError(field="attempt", value=attempt.begin.attempt, expected="1 or more")
    if attempt.cap < 0:
        raise BadInputError(field="cap", value=attempt.cap, expected="0 (no limit) or more")
