from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from fastagi_server.store import optouts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import OptOut

NUMBER = "+525512345678"


def pressed(call: CallId) -> OptOut:
    return OptOut(number=NUMBER, at=1_700_000_000.25, source="key", call=call, digit="9")


def test_a_number_is_on_the_list_once_any_evidence_names_it(
    conn: Connection, make_id: Callable[[int], CallId]
) -> None:
    assert not optouts.contains(conn, NUMBER)
    assert optouts.add(conn, pressed(make_id(1)))
    assert optouts.contains(conn, NUMBER)
    assert not optouts.contains(conn, "+525512345679")


def test_every_piece_of_evidence_is_kept_in_order(conn: Connection, make_id: Callable[[int], CallId]) -> None:
    evidence = [
        pressed(make_id(1)),
        pressed(make_id(2)),
        replace(pressed(make_id(1)), source="astdb"),
        replace(pressed(make_id(1)), digit="8"),
        OptOut(number=NUMBER, at=5.0, source="operator"),
        OptOut(number=NUMBER, at=6.0, source="operator"),
    ]
    assert [optouts.add(conn, entry) for entry in evidence] == [True] + [False] * 5
    assert optouts.entries(conn) == evidence


def test_the_same_evidence_told_again_is_kept_once_whatever_its_instant(
    conn: Connection, make_id: Callable[[int], CallId]
) -> None:
    for entry in (pressed(make_id(1)), replace(pressed(make_id(1)), digit=None)):
        optouts.add(conn, entry)
        assert not optouts.add(conn, replace(entry, at=9.0))
    operator = OptOut(number=NUMBER, at=5.0, source="operator")
    optouts.add(conn, operator)
    assert not optouts.add(conn, operator)
    assert optouts.entries(conn) == [
        pressed(make_id(1)),
        replace(pressed(make_id(1)), digit=None),
        operator,
    ]


def test_one_call_may_take_two_numbers_off(conn: Connection, make_id: Callable[[int], CallId]) -> None:
    assert optouts.add(conn, pressed(make_id(1)))
    assert optouts.add(conn, replace(pressed(make_id(1)), number="+15550001111"))


@pytest.mark.parametrize("number", ["", "525512345678", "+52 55 1234 5678", "+0123456", "anonymous", "+1\n"])
def test_a_number_that_would_never_be_found_is_refused_and_not_cleared(conn: Connection, number: str) -> None:
    with pytest.raises(BadInputError, match=r"E\.164"):
        optouts.contains(conn, number)
    with pytest.raises(BadInputError, match=r"E\.164"):
        optouts.add(conn, OptOut(number=number, at=1.0, source="operator"))
    assert optouts.entries(conn) == []


def test_evidence_needs_no_call_that_the_store_knows(
    conn: Connection, make_id: Callable[[int], CallId]
) -> None:
    assert optouts.add(conn, replace(pressed(make_id(99)), source="astdb"))


def test_the_list_is_read_in_pages_and_by_choice(conn: Connection, make_id: Callable[[int], CallId]) -> None:
    evidence = [
        replace(pressed(make_id(n)), at=float(n), number=f"+5255{n % 3:08}", who="ana", why="asked")
        for n in range(10)
    ]
    for entry in evidence:
        optouts.add(conn, entry)
    first = optouts.page(conn, limit=4)
    rest = optouts.page(conn, after=first[-1][0])
    assert [entry for _, entry in first + rest] == evidence
    of_one = optouts.page(conn, optouts.Which(number="+525500000001"))
    assert [entry.at for _, entry in of_one] == [1.0, 4.0, 7.0]
    assert [entry.at for _, entry in optouts.page(conn, optouts.Which(since=8.0))] == [8.0, 9.0]
    both = optouts.Which(number="+525500000001", since=5.0)
    assert [entry.at for _, entry in optouts.page(conn, both)] == [7.0]
