"""Campaigns and their contacts: who is to be called, when, and what became of it.

This file does not know how a call is made; an attempt takes a contact and gives it back (attempts.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    update,
)

from fastagi_server.store import backend, e164, tables
from fastagi_server.store.chunks import chunks
from fastagi_server.store.errors import (
    CampaignExistsError,
    CampaignIsUpError,
    NameIsUsedError,
    UnknownCampaignError,
)
from fastagi_server.telephony.campaign import Campaign, CampaignState, Contact, ContactState, NewContact
from fastagi_server.telephony.errors import BadInputError

DUPLICATE = "duplicate"
PAGE = 5_000

_campaign = tables.campaign.c
_c = tables.contact.c
_FIELDS = [field.name for field in fields(Campaign)]
_CONTACT = select(*(_c[field.name] for field in fields(Contact)))

_CREATE = (
    tables.campaign.insert()
    .from_select(
        _FIELDS,
        select(*(bindparam(f"new_{name}", type_=_campaign[name].type) for name in _FIELDS)).where(
            ~exists().where(_campaign.name == bindparam("new_name", type_=_campaign.name.type))
        ),
    )
    .execution_options(preserve_rowcount=True)
)

_of = bindparam("new_campaign", type_=_c.campaign.type)
_number = bindparam("new_number", type_=_c.number.type)
_state = bindparam("new_state", type_=_c.state.type)
_why = bindparam("new_why", type_=_c.why.type)
_IS_DUPLICATE = and_(
    _state != ContactState.REFUSED,
    exists().where(_c.campaign == _of, _c.number == _number, tables.KEPT),
)
# The rows are judged one after the other by the database, so a number twice in a list needs no memory here.
_ADD = tables.contact.insert().from_select(
    ["campaign", "raw", "number", "country", "line", "state", "why", "attempts", "due_at"],
    select(
        _of,
        bindparam("new_raw", type_=_c.raw.type),
        _number,
        bindparam("new_country", type_=_c.country.type),
        bindparam("new_line", type_=_c.line.type),
        case((_IS_DUPLICATE, literal(ContactState.REFUSED, _c.state.type)), else_=_state),
        case((_IS_DUPLICATE, DUPLICATE), else_=_why),
        literal_column("0"),
        bindparam("new_due_at", type_=_c.due_at.type),
    ),
)
_LAST_ID = select(func.coalesce(func.max(_c.id), 0))
_ADDED = (
    select(_c.state, _c.why, func.count())
    .where(_c.id > bindparam("after_id"), _c.campaign == bindparam("of_campaign"))
    .group_by(_c.state, _c.why)
)

_QUEUED = and_(_c.campaign == bindparam("of_campaign"), tables.QUEUED)
_NEXT_COUNTRY = select(func.min(_c.country)).where(_QUEUED, _c.country > bindparam("after_country"))
_DUE = (
    _CONTACT.where(
        _QUEUED,
        _c.country == bindparam("of_country"),
        _c.due_at <= bindparam("now"),
        _c.id > bindparam("after_id"),
    )
    .order_by(_c.due_at, _c.id)
    .limit(bindparam("most"))
)
_EVERYBODY = (
    _CONTACT.where(_c.campaign == bindparam("of_campaign"), _c.id > bindparam("after_id"))
    .order_by(_c.id)
    .limit(bindparam("most"))
)
_NEXT_DUE = select(func.min(_c.due_at)).where(_QUEUED, _c.country == bindparam("of_country"))
_COUNTS = (
    select(_c.country, _c.state, _c.why, func.count())
    .where(_c.campaign == bindparam("of_campaign"))
    .group_by(_c.country, _c.state, _c.why)
)
_IN_A_CALL = and_(_c.campaign == bindparam("of_campaign"), tables.DIALING)
_DIALING = select(func.count()).select_from(tables.contact).where(_IN_A_CALL)
_IS_OVER = select(~exists().where(_QUEUED) & ~exists().where(_IN_A_CALL))
_QUEUED_BY_COUNTRY = select(_c.country, func.count()).where(_QUEUED).group_by(_c.country)


_HAS_CALLS = select(exists().where(tables.call.c.campaign == bindparam("of_campaign")))


def create(conn: Connection, campaign: Campaign) -> None:
    """Keep a new campaign; a name that is taken is refused, and one that calls are kept under."""
    if not campaign.name.strip():
        raise BadInputError(field="campaign", value=campaign.name, expected="a name")
    if not conn.execute(_CREATE, {f"new_{name}": getattr(campaign, name) for name in _FIELDS}).rowcount:
        raise CampaignExistsError(name=campaign.name)
    if conn.execute(_HAS_CALLS, {"of_campaign": campaign.name}).scalar_one():
        raise NameIsUsedError(name=campaign.name)


def remove(conn: Connection, name: str) -> None:
    """Take a campaign away with its list; the records of its calls stay. One that is up is refused."""
    found = get(conn, name)
    if found is None:
        raise UnknownCampaignError(name=name)
    if found.state is CampaignState.RUNNING or conn.execute(_DIALING, {"of_campaign": name}).scalar_one():
        raise CampaignIsUpError(name=name)
    conn.execute(delete(tables.contact).where(_c.campaign == name, _c.state != ContactState.DIALING))
    # An attempt that was begun just before the campaign stopped was waited for by the deletion.
    if conn.execute(_DIALING, {"of_campaign": name}).scalar_one():
        raise CampaignIsUpError(name=name)
    conn.execute(delete(tables.campaign).where(_campaign.name == name))


def get(conn: Connection, name: str) -> Campaign | None:
    """Give a campaign; None if there is none of that name."""
    found = _campaigns(conn, select(tables.campaign).where(_campaign.name == name))
    return found[0] if found else None


def every(conn: Connection) -> list[Campaign]:
    """Give all campaigns, oldest first."""
    return _campaigns(conn, select(tables.campaign).order_by(_campaign.created_at, _campaign.name))


def set_state(conn: Connection, name: str, state: CampaignState) -> None:
    """Keep where a campaign stands."""
    changed = conn.execute(update(tables.campaign).where(_campaign.name == name).values(state=state))
    if not changed.rowcount:
        raise UnknownCampaignError(name=name)


def add(
    conn: Connection, campaign: str, contacts: Iterable[NewContact]
) -> dict[tuple[ContactState, str], int]:
    """Add a list, and say how many rows came to which state and why.

    A number that the campaign has already is kept once; its further rows are refused as `duplicate`. A
    list may be added in several pieces, and a long one should: while one is added nothing else is written.
    """
    known = get(conn, campaign)
    if known is None:
        raise UnknownCampaignError(name=campaign)
    # Two lists of one campaign come one after the other: each looks at what the other has brought.
    conn.execute(select(_campaign.name).where(_campaign.name == campaign).with_for_update())
    before = conn.execute(_LAST_ID).scalar_one()
    for chunk in chunks(contacts):
        conn.execute(_ADD, [_row(campaign, new, due_at=known.created_at) for new in chunk])
    backend.learn(conn, tables.contact.name, conn.execute(_LAST_ID).scalar_one())
    rows = conn.execute(_ADDED, {"after_id": before, "of_campaign": campaign})
    return {(state, why): count for state, why, count in rows}


def contact(conn: Connection, contact_id: int) -> Contact | None:
    """Give one contact; None if there is none."""
    row = conn.execute(_CONTACT.where(_c.id == contact_id)).mappings().first()
    return None if row is None else _contact(row)


def everybody(conn: Connection, campaign: str, *, after: int = 0, limit: int = PAGE) -> list[Contact]:
    """Give a page of a campaign's contacts in their list's order; ask for the next one after its last id.

    A page a read, so that no read lasts; an empty page is the end.
    """
    if limit < 1:
        raise BadInputError(field="limit", value=limit, expected="1 or more")
    values = {"of_campaign": campaign, "after_id": after, "most": limit}
    return [_contact(row) for row in conn.execute(_EVERYBODY, values).mappings()]


def due(
    conn: Connection,
    campaign: str,
    now: float,
    *,
    limit: int,
    not_countries: Collection[str] = (),
    after: int = 0,
) -> list[Contact]:
    """Give contacts that may be called now, the longest due first; only those with an id above `after`."""
    if limit < 0:
        raise BadInputError(field="limit", value=limit, expected="0 or more")
    found: list[Contact] = []
    for country in _countries(conn, campaign, not_countries):
        values = {"of_campaign": campaign, "of_country": country, "now": now, "after_id": after}
        found += map(_contact, conn.execute(_DUE, {**values, "most": limit}).mappings())
    return sorted(found, key=lambda each: (each.due_at, each.id))[:limit]


def next_due(conn: Connection, campaign: str, not_countries: Collection[str] = ()) -> float | None:
    """Give the instant at which the next contact is due, past or to come; None when nobody is queued."""
    instants = [
        conn.execute(_NEXT_DUE, {"of_campaign": campaign, "of_country": country}).scalar_one()
        for country in _countries(conn, campaign, not_countries)
    ]
    return min(instants, default=None)


def refuse(conn: Connection, contact_id: int, why: str) -> bool:
    """Keep that a waiting contact must not be called, for good; False when it is not waiting."""
    return _move(conn, contact_id, state=ContactState.REFUSED, why=why)


def postpone(conn: Connection, contact_id: int, due_at: float, why: str) -> bool:
    """Keep that a waiting contact is to be tried later, never earlier than it was; False when not waiting."""
    later = case((_c.due_at < due_at, due_at), else_=_c.due_at)
    return _move(conn, contact_id, due_at=later, why=why)


def counts(conn: Connection, campaign: str) -> dict[tuple[str, ContactState, str], int]:
    """Count a campaign's contacts by country, state and why; it reads them all, so keep it off hot paths."""
    rows = conn.execute(_COUNTS, {"of_campaign": campaign})
    return {(country, state, why): count for country, state, why, count in rows}


def waiting(conn: Connection, campaign: str) -> tuple[dict[str, int], int]:
    """Count those who wait, by country, and those who are in a call; only their indexes are read."""
    this = {"of_campaign": campaign}
    queued = {country: count for country, count in conn.execute(_QUEUED_BY_COUNTRY, this)}  # noqa: C416
    return queued, int(conn.execute(_DIALING, this).scalar_one())


def is_over(conn: Connection, campaign: str) -> bool:
    """Say whether nobody waits and nobody is in a call; two steps in the indexes, however long the list."""
    return bool(conn.execute(_IS_OVER, {"of_campaign": campaign}).scalar_one())


def _countries(conn: Connection, campaign: str, not_countries: Collection[str]) -> list[str]:
    """Give the countries in which somebody waits, each found by one step in the index."""
    found = [""]
    while (country := _country_after(conn, campaign, found[-1])) is not None:
        found.append(country)
    return [country for country in found[1:] if country not in not_countries]


def _country_after(conn: Connection, campaign: str, country: str) -> str | None:
    values = {"of_campaign": campaign, "after_country": country}
    following: str | None = conn.execute(_NEXT_COUNTRY, values).scalar_one()
    return following


def _move(conn: Connection, contact_id: int, **changes: Any) -> bool:
    waits = update(tables.contact).where(_c.id == contact_id, tables.QUEUED)
    return bool(conn.execute(waits.values(**changes)).rowcount)


def _campaigns(conn: Connection, which: Select[Any]) -> list[Campaign]:
    return [Campaign(**row) for row in conn.execute(which).mappings()]


def _contact(row: RowMapping) -> Contact:
    return Contact(**row)


def _row(campaign: str, new: NewContact, *, due_at: float) -> dict[str, object]:
    if new.state not in (ContactState.QUEUED, ContactState.REFUSED):
        raise BadInputError(field="state", value=str(new.state), expected="queued or refused")
    if new.state is ContactState.QUEUED:
        e164.checked(new.number)
        if not new.country:
            raise BadInputError(field="country", value=new.country, expected="a country's slug, like usa")
    return {
        "new_campaign": campaign,
        "new_raw": new.raw,
        "new_number": new.number,
        "new_country": new.country,
        "new_line": new.line,
        "new_state": new.state,
        "new_why": new.why,
        "new_due_at": due_at,
    }
