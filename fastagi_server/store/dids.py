"""The caller IDs that we own, and what was used of them in each counting period.

A new day and a manual reset are new periods: nothing is rewritten at midnight, so no midnight loses a count.
This file does not know when a day begins, nor which number is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Double,
    Integer,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from fastagi_server.store import e164, tables
from fastagi_server.store.chunks import chunks
from fastagi_server.store.statement import Statement
from fastagi_server.telephony.did import Did, Limit, Mark, Reset, Use
from fastagi_server.telephony.errors import BadInputError

PAGE = 1000  # of the inventory: what waits behind a page waits for some milliseconds

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_did = tables.did.c
_use = tables.did_use.c
_limit = tables.did_limit.c
_reset = tables.did_reset.c

# SQLAlchemy has an ON CONFLICT of its own for every database; these words mean the same in ours.
_ADD = text(
    "INSERT INTO did (number, country, note, lab, added_at) VALUES (:number, :country, :note, :lab, :at) "
    "ON CONFLICT (number, country) DO UPDATE SET note = excluded.note WHERE did.lab = excluded.lab"
).bindparams(bindparam("lab", type_=Boolean), bindparam("at", type_=Double))
# The cap that is in force now, in words of SQL: an operator's goes before the file's, and 0 is no limit.
CAP_NOW = (
    "COALESCE(NULLIF(COALESCE((SELECT cap FROM did_limit WHERE did_limit.country = :country), "
    "CAST(:cap AS INTEGER)), 0), 2147483647)"
)
# What becomes of a number that has uses already. A clock of another machine may be behind ours; the last use
# is the latest told.
COUNTED_TOO = (
    "ON CONFLICT (country, period, number) DO UPDATE SET uses = did_use.uses + excluded.uses, last_at = "
    "CASE WHEN excluded.last_at > did_use.last_at THEN excluded.last_at ELSE did_use.last_at END"
)
# The condition is the promise: one statement looks and counts, so no two processes can both take the last
# use. A number that is seen to be at its cap is not even locked.
_COUNT = Statement(
    text(
        "INSERT INTO did_use (country, period, number, uses, last_at) "  # noqa: S608 - no value is put in
        "SELECT :country, :period, :number, 1, :at WHERE NOT EXISTS (SELECT 1 FROM did_use AS full_one "
        "WHERE full_one.country = :country AND full_one.period = :period AND full_one.number = :number "
        "AND full_one.uses >= "
        + CAP_NOW
        + ") "
        + COUNTED_TOO
        + " WHERE did_use.uses < "
        + CAP_NOW
        + " RETURNING uses"
    ).bindparams(bindparam("at", type_=Double), bindparam("cap", type_=Integer))
)
_SET_LIMIT = text(
    'INSERT INTO did_limit (country, cap, who, "at") VALUES (:country, :cap, :who, :at) '
    'ON CONFLICT (country) DO UPDATE SET cap = excluded.cap, who = excluded.who, "at" = excluded."at"'
).bindparams(bindparam("at", type_=Double))

_OWNED = _did.retired_at.is_(None)
_HOW_MANY = select(func.count()).select_from(tables.did).where(_OWNED)
_USES = select(_use.number, _use.uses, _use.last_at).where(
    _use.country == bindparam("of_country"), _use.period == bindparam("of_period")
)
_USES_OF_ONE = select(_use.uses).where(
    _use.country == bindparam("of_country"),
    _use.period == bindparam("of_period"),
    _use.number == bindparam("of_number"),
)
_NUMBERS = select(_did.number).where(_did.country == bindparam("of_country"), _OWNED).order_by(_did.number)
_SOME = (
    select(_did.number, _did.lab, _did.retired_at)
    .where(_did.country == bindparam("of_country"), _did.number > bindparam("after"))
    .order_by(_did.number)
    .limit(bindparam("most"))
)
_USES_OF_SOME = _USES.where(_use.number.between(bindparam("first"), bindparam("last")))
_LAST_SERIAL = select(func.coalesce(func.max(_reset.serial), 0)).where(
    _reset.country == bindparam("of_country"), _reset.day == bindparam("of_day")
)


def add(conn: Connection, dids: Iterable[Did], at: float) -> tuple[int, int]:
    """Take numbers into the inventory, and say how many are new to it and how many were owned already.

    The note that is told last is kept. A number's lab mark is never turned, and one that was retired stays
    so: both are a decision about that very number, and a list is none.
    """
    before, told = _owned_count(conn), 0
    for chunk in chunks(dids):
        conn.execute(_ADD, [_row(did, at) for did in chunk])
        told += len(chunk)
    new = _owned_count(conn) - before
    return new, told - new


def retire(conn: Connection, number: str, at: float, *, country: str | None = None) -> bool:
    """Take a number out of the inventory, in one country or in all; False where it was not owned."""
    statement = update(tables.did).where(_did.number == number, _OWNED).values(retired_at=at)
    if country is not None:
        statement = statement.where(_did.country == country)
    return bool(conn.execute(statement).rowcount)


def restore(conn: Connection, number: str, *, country: str | None = None, lab: bool | None = None) -> bool:
    """Take a retired number back, in one country or in all, with a new lab mark if one is told."""
    statement = update(tables.did).where(_did.number == number, ~_OWNED).values(retired_at=None)
    if lab is not None:
        statement = statement.values(lab=lab)
    if country is not None:
        statement = statement.where(_did.country == country)
    return bool(conn.execute(statement).rowcount)


def marks(conn: Connection) -> dict[tuple[str, str], Mark]:
    """Give what the inventory knows of each number in each country: its lab mark, and is it retired."""
    rows = conn.execute(select(_did.number, _did.country, _did.lab, _did.retired_at))
    return {
        (number, country): Mark(lab=lab, retired=retired_at is not None)
        for number, country, lab, retired_at in rows
    }


def marks_of(conn: Connection, number: str) -> dict[str, Mark]:
    """Give what the inventory knows of one number, by country."""
    rows = conn.execute(select(_did.country, _did.lab, _did.retired_at).where(_did.number == number))
    return {country: Mark(lab=lab, retired=retired_at is not None) for country, lab, retired_at in rows}


def imported(conn: Connection, country: str, *, lab: bool) -> bool:
    """Say whether any number was ever imported for a country; those of a lab count only with `lab`."""
    such = exists().where(_did.country == country, or_(_did.lab.is_(False), literal(lab)))
    return bool(conn.execute(select(such)).scalar_one())


def retired(conn: Connection, country: str | None = None) -> list[Did]:
    """Give the numbers that were taken out of the inventory, of one country or of all."""
    return _dids(conn, ~_OWNED, country)


def owned(conn: Connection, country: str | None = None) -> list[Did]:
    """Give the inventory, of one country or of all."""
    return _dids(conn, _OWNED, country)


def _dids(conn: Connection, such: ColumnElement[bool], country: str | None) -> list[Did]:
    which = select(_did.number, _did.country, _did.note, _did.lab).where(such)
    if country is not None:
        which = which.where(_did.country == country)
    rows = conn.execute(which.order_by(_did.country, _did.number))
    return [Did(number=number, country=slug, note=note, lab=lab) for number, slug, note, lab in rows]


def count(conn: Connection, *, number: str, country: str, period: str, cap: int, at: float) -> int | None:
    """Count one use and give the uses with it; None when the number is at its cap, and nothing is written.

    An operator's cap of the country goes before `cap`.
    """
    return count_each(conn, [{"country": country, "period": period, "number": number, "cap": cap, "at": at}])[
        0
    ]


def count_each(conn: Connection, uses: Sequence[Mapping[str, object]]) -> list[int | None]:
    """Count several uses as if each were counted alone, in this order."""
    return _COUNT.returned_each(conn, uses)


def used(conn: Connection, *, number: str, country: str, period: str) -> int:
    """Give one number's uses in the period."""
    values = {"of_country": country, "of_period": period, "of_number": number}
    return conn.execute(_USES_OF_ONE, values).scalar_one_or_none() or 0


def uses(conn: Connection, country: str, period: str) -> dict[str, Use]:
    """Give what was used in the period, by number; a number without uses is not in it, a retired one is."""
    rows = conn.execute(_USES, {"of_country": country, "of_period": period})
    return {
        number: Use(number=number, country=country, period=period, uses=told, last_at=last_at)
        for number, told, last_at in rows
    }


def usage(conn: Connection, periods: Mapping[str, str]) -> list[Use]:
    """Give every number that we own in these countries with its uses in the country's period, 0 if none."""
    return [use for country, period in sorted(periods.items()) for use in _usage(conn, country, period)]


def _usage(conn: Connection, country: str, period: str) -> Iterator[Use]:
    # Joined here: PostgreSQL may take the two tables for small and compare each row with each.
    told = uses(conn, country, period)
    for number in conn.execute(_NUMBERS, {"of_country": country}).scalars():
        unused = Use(number=number, country=country, period=period, uses=0, last_at=None)
        yield told.get(number, unused)


def page(
    conn: Connection, country: str, period: str, *, after: str = "", limit: int = PAGE
) -> list[tuple[Mark, Use]]:
    """Give some of a country's numbers after one, retired ones too, each with its uses in the period."""
    told = {"of_country": country, "after": after, "most": limit}
    rows = conn.execute(_SOME, told).all()
    if not rows:
        return []
    span = {"of_country": country, "of_period": period, "first": rows[0].number, "last": rows[-1].number}
    used = {number: (uses, last_at) for number, uses, last_at in conn.execute(_USES_OF_SOME, span)}
    found = []
    for number, lab, retired_at in rows:
        uses, last_at = used.get(number, (0, None))
        use = Use(number=number, country=country, period=period, uses=uses, last_at=last_at)
        found.append((Mark(lab=lab, retired=retired_at is not None), use))
    return found


def set_limit(conn: Connection, limit: Limit) -> None:
    """Keep an operator's cap for a country, in place of the one before."""
    _refuse(not limit.country, "country", limit.country, "a country's slug, like usa")
    _refuse(limit.cap < 0, "cap", limit.cap, "0 (no limit) or more")
    _refuse(not limit.who.strip(), "who", limit.who, "the name of whoever sets it")
    conn.execute(_SET_LIMIT, {"country": limit.country, "cap": limit.cap, "who": limit.who, "at": limit.at})


def limits(conn: Connection) -> dict[str, Limit]:
    """Give the operators' caps by country; a country without one has its file's."""
    rows = conn.execute(select(_limit.country, _limit.cap, _limit.who, _limit.at))
    return {country: Limit(country=country, cap=cap, who=who, at=at) for country, cap, who, at in rows}


def reset(conn: Connection, *, country: str, day: str, who: str, why: str, at: float) -> Reset:
    """Begin a new counting period of the same day; who did it and why stays for good."""
    _refuse(not country, "country", country, "a country's slug, like usa")
    _refuse(not _DAY.fullmatch(day), "day", day, "a date like 2026-11-23")
    _refuse(not who.strip(), "who", who, "the name of whoever resets")
    _refuse(not why.strip(), "why", why, "a reason in words")
    serial = _last_serial(conn, country, day) + 1
    conn.execute(
        tables.did_reset.insert(),
        {"country": country, "day": day, "serial": serial, "who": who, "why": why, "at": at},
    )
    return Reset(country=country, day=day, serial=serial, who=who, why=why, at=at)


def resets(conn: Connection, day: str) -> list[Reset]:
    """Give the day's resets, in their order."""
    rows = conn.execute(
        select(_reset.country, _reset.day, _reset.serial, _reset.who, _reset.why, _reset.at)
        .where(_reset.day == day)
        .order_by(_reset.country, _reset.serial)
    )
    return [Reset(**row) for row in rows.mappings()]


def period(conn: Connection, country: str, day: str) -> str:
    """Give the country's counting period now: the day, or the day with #2 after its first reset."""
    serial = _last_serial(conn, country, day)
    return f"{day}#{serial + 1}" if serial else day


def _last_serial(conn: Connection, country: str, day: str) -> int:
    return int(conn.execute(_LAST_SERIAL, {"of_country": country, "of_day": day}).scalar_one())


def _owned_count(conn: Connection) -> int:
    return int(conn.execute(_HOW_MANY).scalar_one())


def _row(did: Did, at: float) -> dict[str, object]:
    _refuse(not did.country, "country", did.country, "a country's slug, like usa")
    number = e164.checked(did.number)
    return {"number": number, "country": did.country, "note": did.note, "lab": did.lab, "at": at}


def _refuse(wrong: bool, field: str, value: object, expected: str) -> None:  # noqa: FBT001
    if wrong:
        raise BadInputError(field=field, value=value, expected=expected)
