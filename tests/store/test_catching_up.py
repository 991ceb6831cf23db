from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from fastagi_server.store import tables, tidings
from fastagi_server.store.catching_up import Heard
from fastagi_server.telephony.tiding import Kind, Tiding


def told(conn: Connection, number: int) -> None:
    conn.execute(tables.tiding.insert(), {"id": number, "at": 1.0, "kind": "optout", "value": f"+1{number}"})


def ids(found: list[Tiding]) -> list[int]:
    return [each.id for each in found]


def test_whoever_begins_hears_only_what_comes(conn: Connection) -> None:
    told(conn, 1)
    heard = Heard(window=10)
    assert heard.catch_up(conn) == []
    told(conn, 2)
    assert ids(heard.catch_up(conn)) == [2]
    assert heard.catch_up(conn) == []


def test_on_an_empty_store_the_first_is_heard_too(conn: Connection) -> None:
    heard = Heard(window=0)
    heard.catch_up(conn)
    told(conn, 1)
    assert ids(heard.catch_up(conn)) == [1]


def test_an_id_that_is_committed_late_is_heard_once(conn: Connection) -> None:
    heard = Heard(window=10)
    told(conn, 5)
    heard.catch_up(conn)
    told(conn, 7)
    assert ids(heard.catch_up(conn)) == [7]
    told(conn, 6)
    told(conn, 8)
    assert ids(heard.catch_up(conn)) == [6, 8]
    assert heard.catch_up(conn) == []


def test_whoever_was_away_for_too_long_looks_at_the_whole_store(conn: Connection) -> None:
    heard = Heard(window=0)
    told(conn, 1)
    heard.catch_up(conn)
    told(conn, 5)
    told(conn, 6)
    conn.execute(tables.tiding.delete().where(tables.tiding.c.id < 5))
    assert [(each.kind, each.value) for each in heard.catch_up(conn)] == [(Kind.OPTOUTS, ""), (Kind.DIDS, "")]
    told(conn, 7)
    assert ids(heard.catch_up(conn)) == [7]


@given(st.lists(st.integers(1, 60), max_size=200))
def test_nothing_is_given_twice_while_it_is_within_the_window(numbers: list[int]) -> None:
    heard = Heard(window=100)
    found = [
        each.id
        for number in numbers
        for each in heard.fresh([Tiding(id=number, at=1.0, kind=Kind.OPTOUT, value="+1")])
    ]
    assert found == list(dict.fromkeys(numbers))


@pytest.mark.parametrize("window", [0, 50])
def test_what_is_remembered_does_not_grow(window: int) -> None:
    heard = Heard(window=window)
    for number in range(1, 5000):
        assert heard.fresh([Tiding(id=number, at=1.0, kind=Kind.DIDS)])
    assert len(heard._given) <= 2 * window + 1


def test_the_store_may_be_empty_again(conn: Connection) -> None:
    heard = Heard(window=0)
    told(conn, 3)
    heard.catch_up(conn)
    conn.execute(tables.tiding.delete())
    assert heard.catch_up(conn) == []
    assert tidings.bounds(conn) == (0, 0)
