from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from fastagi_server.store import calls, digits, tables
from fastagi_server.store.errors import UnknownCallError
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.keys import Press
from fastagi_server.telephony.record import Begin

SEEN = Press(digit="9", begun_at=1_700_000_000.123456, ended_at=1_700_000_000.323456, duration_ms=200)
BLIND = Press(digit="9", begun_at=None, ended_at=1_700_000_000.4, duration_ms=0)


def test_digits_are_kept_in_the_order_told(conn: Connection, make_begin: Callable[[int], Begin]) -> None:
    call = make_begin(1).call
    calls.begin(conn, make_begin(1))
    later = [SEEN, BLIND, replace(SEEN, digit="#"), replace(SEEN, begun_at=None)]
    assert [digits.add(conn, call, press) for press in later] == [True] * 4
    record = calls.get(conn, call)
    assert record is not None
    assert record.digits == tuple(later)
    assert conn.scalars(select(tables.digit.c.n)).all() == [1, 2, 3, 4]


@pytest.mark.parametrize("press", [SEEN, BLIND])
def test_the_same_press_told_again_is_kept_once(
    conn: Connection, make_begin: Callable[[int], Begin], press: Press
) -> None:
    call = make_begin(1).call
    calls.begin(conn, make_begin(1))
    assert digits.add(conn, call, press)
    assert not digits.add(conn, call, press)
    assert digits.of(conn, select(tables.call.c.call_id)) == {call: (press,)}


def test_the_same_press_in_two_calls_is_two(conn: Connection, make_begin: Callable[[int], Begin]) -> None:
    for n in (1, 2, 3):
        calls.begin(conn, make_begin(n))
    assert digits.add(conn, make_begin(1).call, SEEN)
    assert digits.add(conn, make_begin(2).call, SEEN)
    heard = digits.of(conn, select(tables.call.c.call_id))
    assert heard == {make_begin(1).call: (SEEN,), make_begin(2).call: (SEEN,)}


def test_a_digit_of_no_call_is_refused(conn: Connection, make_id: Callable[[int], CallId]) -> None:
    with pytest.raises(UnknownCallError, match=make_id(7)):
        digits.add(conn, make_id(7), SEEN)


def test_a_digit_is_one_key(conn: Connection, make_begin: Callable[[int], Begin]) -> None:
    calls.begin(conn, make_begin(1))
    with pytest.raises(DBAPIError, match=r"ck_digit_digit|character varying\(1\)"):
        digits.add(conn, make_begin(1).call, replace(SEEN, digit="12"))
