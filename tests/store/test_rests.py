from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from fastagi_server.store import attempts, dids, loans, rests
from fastagi_server.telephony.campaign import Attempt, Begun, No, NotBegun
from fastagi_server.telephony.did import Did, Loan, Rest, RestKind
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin

DAY = "2026-11-23"
OURS = "+12125550001"
REST = Rest(number=OURS, country="usa", kind=RestKind.REST, since=10.0, until=20.0, who="ana", why="tired")


@pytest.fixture
def conn(conn: Connection) -> Connection:
    dids.add(conn, [Did(number=OURS, country=slug) for slug in ("usa", "canada")], at=1.0)
    return conn


@pytest.fixture
def begin_at(conn: Connection, make_begin: Callable[[int], Begin]) -> Callable[[float], Begun | NotBegun]:
    def begin(at: float) -> Begun | NotBegun:
        new = replace(make_begin(int(at)), country="usa", callerid=OURS, begun_at=at)
        return attempts.begin(conn, Attempt(begin=new, contact=None, period=DAY, cap=100))

    return begin


@pytest.mark.parametrize(
    ("at", "no"), [(9.0, None), (10.0, No.RESTING), (19.0, No.RESTING), (20.0, None)], ids=str
)
def test_it_is_not_shown_from_its_beginning_to_its_end(
    conn: Connection, begin_at: Callable[[float], Begun | NotBegun], at: float, no: No | None
) -> None:
    rests.put(conn, REST)
    loan = Loan(number=OURS, country="usa", period=DAY, cap=9, at=at, lab=False, callee=None)

    assert begin_at(at) == (NotBegun(no=no) if no else Begun(uses=1))
    assert loans.lend(conn, loan) == (NotBegun(no=no) if no else Begun(uses=2))
    assert rests.resting(conn, "usa", at) == ({OURS} if no else set())


def test_it_rests_in_one_country_and_is_shown_in_another(conn: Connection) -> None:
    rests.put(conn, REST)

    assert (rests.resting(conn, "usa", 15.0), rests.resting(conn, "canada", 15.0)) == ({OURS}, set())


def test_the_last_order_holds(conn: Connection, begin_at: Callable[[float], Begun | NotBegun]) -> None:
    rests.put(conn, REST)
    blocked = replace(REST, kind=RestKind.QUARANTINE, until=None, why="the carrier answers 603")
    rests.put(conn, blocked)

    assert rests.every(conn, at=1e9) == [blocked]
    assert begin_at(1e6) == NotBegun(no=No.RESTING)


def test_released_it_is_shown_again(conn: Connection, begin_at: Callable[[float], Begun | NotBegun]) -> None:
    rests.put(conn, REST)

    assert not rests.release(conn, OURS, country="canada")
    assert rests.release(conn, OURS)
    assert not rests.release(conn, OURS)
    assert begin_at(15.0) == Begun(uses=1)


def test_what_is_over_is_not_listed_and_what_comes_is(conn: Connection) -> None:
    rests.put(conn, REST)

    assert rests.every(conn, 5.0) == rests.every(conn, 5.0, "usa") == [REST]
    assert rests.every(conn, 20.0) == rests.every(conn, 5.0, "canada") == []


def test_only_what_we_own_can_rest(conn: Connection) -> None:
    dids.retire(conn, OURS, at=2.0, country="canada")

    assert not rests.put(conn, replace(REST, country="canada"))
    assert not rests.put(conn, replace(REST, number="+12125559999"))
    assert rests.every(conn, 0.0) == []


@pytest.mark.parametrize(
    "changes", [{"who": " "}, {"why": ""}, {"until": 10.0}, {"until": float("nan")}], ids=str
)
def test_an_order_without_its_words_or_its_end_before_its_beginning_is_refused(
    conn: Connection, changes: dict[str, object]
) -> None:
    with pytest.raises(BadInputError):
        rests.put(conn, replace(REST, **changes))  # type: ignore[arg-type]
