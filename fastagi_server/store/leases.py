"""Uses that an engine reserves ahead: counted in `did_use` when they are reserved, taken one by one later.

A use that is taken is not counted again, and one that is not taken is given back: the count is never below
the truth, and above it only by what is reserved. Whoever calls owns the transaction. This file does not know
which numbers are best, nor how many it is wise to reserve.
"""

# ruff: noqa: S608 - what is put into these statements are names of columns, never a value

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import (
    Connection,
    Double,
    Integer,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
)

from fastagi_server.store import dids, rests, tables
from fastagi_server.store.chunks import chunks
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.did import Lease, Leased, Use
from fastagi_server.telephony.errors import BadInputError

MOST = 500  # numbers a statement; a database takes some thousands of values in one

_use = tables.did_use.c
_lease = tables.did_lease.c
_KEY = "country = :country AND period = :period AND number = :number"
# A cap that was lowered since holds for reserved uses too: the use is then counted like any other, in vain.
_TAKE = Statement(
    text(
        f"UPDATE did_lease SET uses = uses - 1 WHERE engine = :engine AND {_KEY} AND uses >= 1 AND "
        "(SELECT did_use.uses FROM did_use WHERE did_use.country = :country AND did_use.period = :period "
        f"AND did_use.number = :number) <= {dids.CAP_NOW}"
    ).bindparams(bindparam("cap", type_=Integer))
)
# All of a number's uses or none.
_RESERVE = Statement(
    text(
        "INSERT INTO did_use (country, period, number, uses, last_at) "
        "VALUES (:country, :period, :number, :uses, :at) "
        f"{dids.COUNTED_TOO} WHERE did_use.uses + excluded.uses <= :cap RETURNING uses"
    ).bindparams(bindparam("at", type_=Double), bindparam("cap", type_=Integer))
)
_NOTE = Statement(
    text(
        "INSERT INTO did_lease (engine, country, period, number, uses) "
        "VALUES (:engine, :country, :period, :number, :uses) "
        "ON CONFLICT (engine, country, period, number) DO UPDATE SET uses = did_lease.uses + excluded.uses"
    )
)
_engine = bindparam("of_engine", type_=_lease.engine.type)
_country = bindparam("of_country", type_=_lease.country.type)
_period = bindparam("of_period", type_=_lease.period.type)
_MINE = (
    _lease.engine == _engine,
    or_(_country == "", _lease.country == _country),
    or_(_period == "", _lease.period == _period),
)
# The rows themselves say what is given back, and they are gone in the same moment: a session of ours that was
# lost may still commit a taken use, and what was taken must not be given back too.
_GIVE = (
    delete(tables.did_lease)
    .where(*_MINE)
    .returning(_lease.country, _lease.period, _lease.number, _lease.uses)
)
_LOCK = Statement(
    select(_use.uses)
    .where(
        _use.country == bindparam("country", type_=_use.country.type),
        _use.period == bindparam("period", type_=_use.period.type),
        _use.number == bindparam("number", type_=_use.number.type),
    )
    .with_for_update()
)
_given = bindparam("given", type_=Integer)
_UNCOUNT = Statement(text(f"UPDATE did_use SET uses = uses - :given WHERE {_KEY}").bindparams(_given))
_FORGET = Statement(text(f"DELETE FROM did_use WHERE {_KEY}"))


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One use that is wanted: `did` is number, country and period, `cap` the file's."""

    engine: str
    did: Mapping[str, str]
    cap: int
    at: float
    leased: bool


def count(conn: Connection, wishes: Sequence[Wish]) -> list[tuple[bool, int | None]]:
    """Take reserved uses, or count them where none are: was each, and the uses with it where known."""
    reserved = [wish for wish in wishes if wish.leased]
    took = _TAKE.changed_each(
        conn, [{**wish.did, "engine": wish.engine, "cap": wish.cap} for wish in reserved]
    )
    taken = {id(wish) for wish, done in zip(reserved, took, strict=True) if done}
    others = [wish for wish in wishes if id(wish) not in taken]
    uses = iter(dids.count_each(conn, [{**wish.did, "cap": wish.cap, "at": wish.at} for wish in others]))
    told: list[tuple[bool, int | None]] = []
    for wish in wishes:
        counted = None if id(wish) in taken else next(uses)
        told.append((id(wish) in taken or counted is not None, counted))
    return told


def lease(conn: Connection, wish: Lease) -> Leased:
    """Reserve the uses that are wanted where they are under the cap, each number's all or none.

    In the order of the numbers, so that two engines never wait for each other in a circle.
    """
    _check(wish)
    cap = _cap(conn, wish)
    resting = rests.resting(conn, wish.country, wish.at)
    wanted = {
        number: uses
        for number, uses in sorted(wish.wanted.items())
        if uses <= (cap or uses) and number not in resting
    }
    told = {"engine": wish.engine, "country": wish.country, "period": wish.period, "at": wish.at}
    told |= {"cap": cap or 2**31 - 1}
    rows = [{**told, "number": number, "uses": uses} for number, uses in wanted.items()]
    counted = dict(zip(wanted, _RESERVE.returned_each(conn, rows), strict=True))
    granted = {number: uses for number, uses in counted.items() if uses is not None}
    conn.execute(delete(tables.did_lease).where(_lease.engine == wish.engine, _lease.uses == 0))
    _NOTE.changed_each(conn, [row for row in rows if row["number"] in granted])
    refused = [number for number in wish.wanted if number not in granted]
    return Leased(
        granted=frozenset(granted),
        uses=granted | _used(conn, wish, refused),
        engines=max(1, holders(conn, wish.country, wish.period)),
    )


def give_back(
    conn: Connection, engine: str, *, country: str | None = None, period: str | None = None
) -> Counter[str]:
    """Count what the engine has reserved and not taken no more, of one country or period or of all.

    Gives how many uses that were, by country. What the engine takes afterwards is counted anew.
    """
    told = {"of_engine": engine, "of_country": country or "", "of_period": period or ""}
    rows = [row._asdict() for row in conn.execute(_GIVE, told) if row.uses]
    # In their order, so that nobody waits in a circle.
    rows.sort(key=lambda row: (row["country"], row["period"], row["number"]))
    counted = _LOCK.returned_each(conn, rows)
    given_back = list(zip(rows, counted, strict=True))
    _UNCOUNT.changed_each(
        conn, [{**row, "given": row["uses"]} for row, uses in given_back if uses > row["uses"]]
    )
    # A count that comes to nothing is a row less.
    _FORGET.changed_each(conn, [row for row, uses in given_back if uses <= row["uses"]])
    given: Counter[str] = Counter()
    for row in rows:
        given[row["country"]] += row["uses"]
    return given


def held(conn: Connection, country: str, period: str, *, but: str = "") -> int:
    """Give how many uses of the period all engines have reserved and not taken; `but` is one left out."""
    which = select(func.coalesce(func.sum(_lease.uses), 0)).where(
        _lease.country == country, _lease.period == period, _lease.engine != but
    )
    return int(conn.execute(which).scalar_one())


def reserved(conn: Connection, country: str, period: str) -> dict[str, int]:
    """Give how many uses of each number all engines have reserved and not taken; only those with any."""
    which = (
        select(_lease.number, func.sum(_lease.uses))
        .where(_lease.country == country, _lease.period == period, _lease.uses > 0)
        .group_by(_lease.number)
    )
    return {number: int(uses) for number, uses in conn.execute(which)}


def without_reserved(conn: Connection, uses: Iterable[Use], country: str, period: str) -> list[Use]:
    """Give the uses that calls have had: what is only reserved may still be given back."""
    ahead = reserved(conn, country, period)
    return [replace(use, uses=use.uses - ahead.get(use.number, 0)) for use in uses]


def holders(conn: Connection, country: str, period: str) -> int:
    """Give how many engines have reserved uses of the period."""
    which = select(func.count(_lease.engine.distinct())).where(
        _lease.country == country, _lease.period == period, _lease.uses > 0
    )
    return int(conn.execute(which).scalar_one())


def _cap(conn: Connection, wish: Lease) -> int:
    limit = tables.did_limit.c
    told = conn.execute(select(limit.cap).where(limit.country == wish.country)).scalar_one_or_none()
    return wish.cap if told is None else told


def _used(conn: Connection, wish: Lease, numbers: Sequence[str]) -> dict[str, int]:
    found = dict.fromkeys(numbers, 0)
    for some in chunks(numbers, MOST):
        rows = conn.execute(
            select(_use.number, _use.uses).where(
                _use.country == wish.country, _use.period == wish.period, _use.number.in_(some)
            )
        )
        found |= {row.number: row.uses for row in rows}
    return found


def _check(wish: Lease) -> None:
    for field, value in (("engine", wish.engine), ("country", wish.country), ("period", wish.period)):
        if not value:
            raise BadInputError(field=field, value=value, expected="a name")
    if wish.cap < 0:
        raise BadInputError(field="cap", value=wish.cap, expected="0 (no limit) or more")
    for number, uses in wish.wanted.items():
        if uses < 1:
            raise BadInputError(field=f"uses of {number}", value=uses, expected="1 or more")
