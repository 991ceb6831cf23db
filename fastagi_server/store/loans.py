"""A caller ID lent to a call that is not ours: looked at and counted in one transaction, like an attempt's.

Whoever calls owns the transaction. Nothing is kept of the call itself; the count is the one that attempts
have too, so no mixture of both can go over a cap.
"""

from __future__ import annotations

from sqlalchemy import Connection, exists, select

from fastagi_server.store import dids, leases, optouts, rests, tables, turns
from fastagi_server.telephony.campaign import Begun, No, NotBegun
from fastagi_server.telephony.did import Loan
from fastagi_server.telephony.errors import BadInputError

_did = tables.did.c


def lend(conn: Connection, loan: Loan) -> Begun | NotBegun:
    """Count one use of the caller ID, or say why not; then nothing is written."""
    if not loan.period:
        raise BadInputError(field="period", value=loan.period, expected="a counting period, like 2026-11-23")
    if loan.cap < 0:
        raise BadInputError(field="cap", value=loan.cap, expected="0 (no limit) or more")
    if loan.callee is not None:
        turns.beginning(conn, [loan.callee])
    if loan.callee is not None and optouts.contains(conn, loan.callee):
        return NotBegun(no=No.OPTED_OUT)
    if not _may_be_shown(conn, loan):
        return NotBegun(no=No.NOT_OWNED)
    if loan.number in rests.resting(conn, loan.country, loan.at):
        return NotBegun(no=No.RESTING)
    did = {"number": loan.number, "country": loan.country, "period": loan.period}
    wish = leases.Wish(engine=loan.engine, did=did, cap=loan.cap, at=loan.at, leased=loan.leased)
    ((counted, uses),) = leases.count(conn, [wish])
    if not counted:
        return NotBegun(no=No.AT_CAP, uses=dids.used(conn, **did))
    return Begun(uses=uses)


def _may_be_shown(conn: Connection, loan: Loan) -> bool:
    found = exists().where(
        _did.number == loan.number,
        _did.country == loan.country,
        _did.lab.is_(loan.lab),
        _did.retired_at.is_(None),
    )
    return bool(conn.execute(select(found)).scalar_one())
