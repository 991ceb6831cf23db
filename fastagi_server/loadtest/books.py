"""What our own store says when campaigns are over, read whole: contacts, calls, uses of caller IDs, opt-outs.

This file only reads, and judges nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastagi_server.store import calls, campaigns, dids, leases, optouts, reader, reports
from fastagi_server.store.connect import open_database
from fastagi_server.telephony.campaign import Contact, Origination
from fastagi_server.telephony.record import OptOut, Record

_ALL = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Books:
    """One moment of the store; `uses` are one country's, by caller ID, in one counting period."""

    contacts: tuple[Contact, ...]
    calls: tuple[Record, ...]
    uses: Mapping[str, int]
    optouts: tuple[OptOut, ...]


def read_books(url: str, names: Sequence[str], *, country: str, day: str) -> Books:
    """Read what campaigns came to, and what was used of a country's caller IDs in a day's current period."""
    database = open_database(url)
    try:
        return reader.read(database, lambda conn: _books(conn, names, country, day))
    finally:
        database.dispose()


def waiting(url: str, name: str) -> tuple[dict[str, int], int]:
    """Give how many of a campaign wait, by country, and how many are in a call."""
    database = open_database(url)
    try:
        return reader.read(database, lambda conn: campaigns.waiting(conn, name))
    finally:
        database.dispose()


def campaign_names(url: str) -> set[str]:
    """Give the names that campaigns have, and those that calls are kept under."""
    database = open_database(url)
    try:
        return reader.read(database, reports.names)
    finally:
        database.dispose()


def _books(conn: Any, names: Sequence[str], country: str, day: str) -> Books:
    period = dids.period(conn, country, day)
    used = leases.without_reserved(conn, dids.uses(conn, country, period).values(), country, period)
    mine = [call for call in calls.recent(conn, _ALL) if call.campaign in names]
    return Books(
        contacts=tuple(contact for name in names for contact in _everybody(conn, name)),
        calls=tuple(reversed(mine)),
        uses={use.number: use.uses for use in used if use.uses},
        optouts=tuple(optouts.entries(conn)),
    )


def _everybody(conn: Any, name: str) -> Iterator[Contact]:
    last = 0
    while page := campaigns.everybody(conn, name, after=last):
        yield from page
        last = page[-1].id


def read_originations(url: str, name: str) -> list[Origination]:
    """Give where and when every call of one campaign was originated."""
    database = open_database(url)
    try:
        found: list[Origination] = []
        after = ""
        while page := reader.read(
            database, partial(reports.originations, since=-math.inf, until=math.inf, after=after)
        ):
            found += page
            after = page[-1].call
    finally:
        database.dispose()
    return [each for each in found if each.campaign == name]


def read_calls(url: str, name: str) -> list[Record]:
    """Give every call of one campaign, oldest first."""
    database = open_database(url)
    try:
        every = reader.read(database, lambda conn: calls.recent(conn, _ALL))
    finally:
        database.dispose()
    return [call for call in reversed(every) if call.campaign == name]
