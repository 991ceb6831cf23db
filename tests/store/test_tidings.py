from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine

from fastagi_server.store import optouts, tables, tidings
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import OptOut
from fastagi_server.telephony.tiding import Kind, Tiding

NUMBER = "+525512345678"


def test_what_was_told_since_is_given_in_order(conn: Connection) -> None:
    first = tidings.tell(conn, kind=Kind.OPTOUT, value=NUMBER, at=1.5)
    second = tidings.tell(conn, kind=Kind.DIDS, at=2.5)
    assert tidings.since(conn, 0) == [
        Tiding(id=first, at=1.5, kind=Kind.OPTOUT, value=NUMBER),
        Tiding(id=second, at=2.5, kind=Kind.DIDS),
    ]
    assert [each.id for each in tidings.since(conn, first)] == [second]
    assert tidings.bounds(conn) == (first, second)


def test_nothing_told_is_nothing_to_hear(conn: Connection) -> None:
    assert tidings.since(conn, 0) == []
    assert tidings.bounds(conn) == (0, 0)


def test_a_kind_that_a_newer_program_tells_is_passed_over(conn: Connection) -> None:
    conn.execute(tables.tiding.insert(), {"at": 1.0, "kind": "weather", "value": "fine"})
    assert tidings.since(conn, 0) == []


def test_a_number_new_to_the_list_is_told_once(conn: Connection, make_id: Callable[[int], CallId]) -> None:
    entry = OptOut(number=NUMBER, at=5.0, source="key", call=make_id(1), digit="9")
    optouts.add(conn, entry)
    optouts.add(conn, entry)
    optouts.add(conn, replace(entry, call=make_id(2)))
    optouts.add(conn, replace(entry, number="+15550001111"), tell=False)
    told = tidings.since(conn, 0)
    assert [(each.kind, each.value, each.at) for each in told] == [(Kind.OPTOUT, NUMBER, 5.0)]


def test_a_tiding_is_gone_with_the_transaction_that_would_have_made_it_true(engine: Engine) -> None:
    with engine.connect() as conn:
        tidings.tell(conn, kind=Kind.DIDS, at=1.0)
        conn.rollback()
    with engine.begin() as conn:
        assert tidings.since(conn, 0) == []


def test_the_oldest_are_taken_away_now_and_then(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidings, "KEPT", 30)
    for n in range(1999):
        tidings.tell(conn, kind=Kind.OPTOUT, value=f"+1305556{n:04}", at=float(n))
    last = tidings.tell(conn, kind=Kind.DIDS, at=0.0)
    while last % 1000:
        last = tidings.tell(conn, kind=Kind.DIDS, at=0.0)
    assert [each.id for each in tidings.since(conn, 0)] == list(range(last - 29, last + 1))


@pytest.mark.parametrize("kind", [Kind.OPTOUT, Kind.DIDS])
def test_a_notification_is_read_back(kind: Kind) -> None:
    value = NUMBER if kind is Kind.OPTOUT else ""
    told = Tiding(id=7, at=1_700_000_000.25, kind=kind, value=value)
    assert tidings.read(f"7 1700000000.25 {kind} {value}") == told


@pytest.mark.parametrize("payload", ["", "hello", "x 1.0 optout +1", "7 1.0 weather fine", "7"])
def test_a_notification_of_somebody_else_is_nothing(payload: str) -> None:
    assert tidings.read(payload) is None
