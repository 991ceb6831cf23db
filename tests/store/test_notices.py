from __future__ import annotations

import math

import pytest
from sqlalchemy import Connection

from fastagi_server.store import notices, tables
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.notice import Kind, Notice


def test_an_occasion_is_told_once_by_whoever_is_first(conn: Connection) -> None:
    assert notices.add(conn, key="day_closed:usa:2026-11-23", kind=Kind.DAY_CLOSED, at=1.0, says={"uses": 3})
    assert not notices.add(conn, key="day_closed:usa:2026-11-23", kind=Kind.DAY_CLOSED, at=2.0, says={})

    assert notices.recent(conn, 9) == [
        Notice(key="day_closed:usa:2026-11-23", kind=Kind.DAY_CLOSED, at=1.0, says={"uses": 3})
    ]


def test_the_newest_come_first_and_no_more_than_asked_for(conn: Connection) -> None:
    for n in range(3):
        notices.add(conn, key=str(n), kind=Kind.DAY_CLOSED, at=float(n), says={})

    assert [each.key for each in notices.recent(conn, 2)] == ["2", "1"]
    with pytest.raises(BadInputError):
        notices.recent(conn, -1)


def test_those_of_a_kind_within_a_span_are_given_oldest_first(conn: Connection) -> None:
    for n in range(5):
        kind = Kind.LET_GO if n == 2 else Kind.STOPPED
        notices.add(conn, key=str(n), kind=kind, at=float(n), says={"n": n})

    assert [each.says for each in notices.within(conn, Kind.STOPPED, 1.0, 4.0)] == [{"n": 1}, {"n": 3}]
    assert len(notices.within(conn, Kind.STOPPED, -math.inf, math.inf)) == 4


def test_what_a_newer_program_tells_is_passed_over(conn: Connection) -> None:
    conn.execute(tables.notice.insert(), {"key": "x", "kind": "moon", "at": 1.0, "says": "{}"})

    assert notices.recent(conn, 9) == []


def test_the_last_key_of_its_kind_is_found(conn: Connection) -> None:
    for key in ("d:usa:2026-11-22", "d:usa:2026-11-23", "d:us_a:2026-12-01", "d:mexico:2026-11-30"):
        notices.add(conn, key=key, kind=Kind.DAY_CLOSED, at=1.0, says={})

    assert notices.last_key(conn, "d:usa:") == "d:usa:2026-11-23"
    assert notices.last_key(conn, "d:usa:", most="d:usa:2026-11-22") == "d:usa:2026-11-22"
    assert notices.last_key(conn, "d:usa:", most="d:usa:2026-11-21") is None
    assert notices.last_key(conn, "d:brasil:") is None
