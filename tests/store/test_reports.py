from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from fastagi_server.store import calls, campaigns, reports
from fastagi_server.telephony.campaign import Origination, Timing
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin
from tests.store.test_campaigns import SPRING

MakeBegin = Callable[[int], Begin]


def end(conn: Connection, begin: Begin, disposition: Disposition, **known: float) -> Timing:
    calls.begin(conn, begin)
    at = begin.begun_at + 9
    calls.end(conn, begin.call, at=at, disposition=disposition, **known)
    instants = {"ordered_at": None, "ringing_at": None, "answered_at": None} | known
    return Timing(
        call=begin.call,
        country=begin.country,
        disposition=disposition,
        planned_at=begin.planned_at,
        ended_at=at,
        **instants,
    )


def test_a_name_is_taken_by_a_campaign_and_by_calls_that_outlive_theirs(
    conn: Connection, make_begin: MakeBegin
) -> None:
    assert reports.names(conn) == set()
    campaigns.create(conn, replace(SPRING, name="autumn"))
    calls.begin(conn, make_begin(1))
    assert reports.names(conn) == {"autumn", "spring"}


def test_ends_are_counted_by_country(conn: Connection, make_begin: MakeBegin) -> None:
    end(conn, make_begin(1), Disposition.BUSY)
    end(conn, make_begin(2), Disposition.BUSY)
    end(conn, make_begin(3), Disposition.CONNECTED)
    end(conn, replace(make_begin(4), country="usa"), Disposition.BUSY)
    end(conn, replace(make_begin(5), campaign="autumn"), Disposition.BUSY)
    calls.begin(conn, make_begin(6))
    assert reports.dispositions(conn, "spring") == {
        ("mexico", Disposition.BUSY): 2,
        ("mexico", Disposition.CONNECTED): 1,
        ("usa", Disposition.BUSY): 1,
    }
    assert reports.dispositions(conn, "winter") == {}


def test_timings_come_in_pages_oldest_first(conn: Connection, make_begin: MakeBegin) -> None:
    told = [
        end(conn, make_begin(n), Disposition.NO_KEY, ordered_at=1.5, ringing_at=2.5, answered_at=3.5)
        for n in (2, 1, 3)
    ]
    told = [told[1], told[0], told[2], end(conn, make_begin(4), Disposition.FAILED)]
    end(conn, replace(make_begin(5), campaign="autumn"), Disposition.BUSY)
    calls.begin(conn, make_begin(6))
    assert reports.timings(conn, "spring") == told
    pages, after = [], ""
    while page := reports.timings(conn, "spring", after=after, limit=3):
        pages.append(page)
        after = page[-1].call
    assert pages == [told[:3], told[3:]]
    with pytest.raises(BadInputError, match="limit is 0"):
        reports.timings(conn, "spring", limit=0)


def test_originations_of_a_span_come_in_pages(conn: Connection, make_begin: MakeBegin) -> None:
    begins = [make_begin(n) for n in range(1, 6)]
    for n, begin in enumerate(begins):
        end(conn, begin, Disposition.NO_KEY, ordered_at=10.0 + n)
    calls.begin(conn, make_begin(6))

    first = reports.originations(conn, 11.0, 14.0, limit=2)
    second = reports.originations(conn, 11.0, 14.0, after=first[-1].call)

    assert [each.ordered_at for each in (*first, *second)] == [11.0, 12.0, 13.0]
    assert first[0] == Origination(
        call=begins[1].call,
        engine=begins[1].engine,
        trunk=begins[1].trunk,
        country="mexico",
        campaign="spring",
        planned_at=begins[1].planned_at,
        ordered_at=11.0,
    )
    assert reports.originations(conn, 14.0, 14.0) == []
    with pytest.raises(BadInputError, match="limit"):
        reports.originations(conn, 0.0, 1.0, limit=0)
