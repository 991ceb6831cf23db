from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, text

from fastagi_server.store import attempts, calls, dids, leases, loans, rests
from fastagi_server.telephony.campaign import Attempt, Begun, No, NotBegun
from fastagi_server.telephony.did import Did, Lease, Limit, Loan, Rest, RestKind
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin
from tests.store.conftest import ON_POSTGRES

DAY = "2026-11-23"
ONE, TWO, THREE = "+12125550001", "+12125550002", "+12125550003"
WISH = Lease(engine="a", country="usa", period=DAY, cap=3, at=5.0, wanted={ONE: 1, TWO: 2, THREE: 1})


@pytest.fixture
def conn(conn: Connection) -> Connection:
    dids.add(conn, [Did(number=number, country="usa") for number in (ONE, TWO, THREE)], at=1.0)
    return conn


def uses(conn: Connection, period: str = DAY) -> dict[str, int]:
    return {number: use.uses for number, use in dids.uses(conn, "usa", period).items()}


@pytest.fixture
def call(conn: Connection, make_begin: Callable[[int], Begin]) -> Callable[..., Begun | NotBegun]:
    def begin(n: int, did: str, *, engine: str = "a", leased: bool = True, cap: int = 3) -> Begun | NotBegun:
        new = replace(make_begin(n), country="usa", callerid=did, engine=engine)
        return attempts.begin(conn, Attempt(begin=new, contact=None, period=DAY, cap=cap, leased=leased))

    return begin


def test_what_is_reserved_is_counted_at_once_and_taken_without_counting_again(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    told = leases.lease(conn, WISH)

    assert told.granted == {ONE, TWO, THREE}
    assert told.uses == uses(conn) == {ONE: 1, TWO: 2, THREE: 1}
    assert [call(n, TWO) for n in (1, 2)] == [Begun(uses=None)] * 2
    assert uses(conn) == {ONE: 1, TWO: 2, THREE: 1}
    assert leases.held(conn, "usa", DAY) == 2


def test_where_nothing_is_reserved_any_more_the_use_is_counted(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    leases.lease(conn, replace(WISH, wanted={ONE: 1}))

    assert [call(n, ONE) for n in (1, 2, 3)] == [Begun(uses=None), Begun(uses=2), Begun(uses=3)]
    assert call(4, ONE) == NotBegun(no=No.AT_CAP, uses=3)


def test_another_engines_reservation_is_not_taken(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    leases.lease(conn, replace(WISH, wanted={ONE: 3}))

    assert call(1, ONE, engine="b") == NotBegun(no=No.AT_CAP, uses=3)
    assert call(2, ONE) == Begun(uses=None)


def test_a_number_is_granted_whole_or_not_and_its_true_uses_are_told(conn: Connection) -> None:
    for at in (1.0, 2.0):
        dids.count(conn, number=TWO, country="usa", period=DAY, cap=3, at=at)

    told = leases.lease(conn, WISH)

    assert told.granted == {ONE, THREE}
    assert told.uses == {ONE: 1, TWO: 2, THREE: 1}


def test_more_than_the_cap_is_not_granted_to_a_number_without_uses(conn: Connection) -> None:
    told = leases.lease(conn, replace(WISH, wanted={ONE: 4, TWO: 3}))

    assert (told.granted, told.uses) == ({TWO}, {ONE: 0, TWO: 3})


def test_the_operators_cap_goes_before_the_files_in_the_transaction_itself(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    dids.set_limit(conn, Limit(country="usa", cap=1, who="ana", at=2.0))

    assert leases.lease(conn, WISH).granted == {ONE, THREE}
    assert call(1, TWO, leased=False) == Begun(uses=1)
    assert call(2, TWO, leased=False) == NotBegun(no=No.AT_CAP, uses=1)


def test_a_cap_that_was_lowered_since_holds_for_reserved_uses(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    leases.lease(conn, replace(WISH, wanted={ONE: 3}))
    dids.set_limit(conn, Limit(country="usa", cap=1, who="ana", at=2.0))

    assert call(1, ONE) == NotBegun(no=No.AT_CAP, uses=3)
    leases.give_back(conn, "a")
    assert call(2, ONE) == Begun(uses=1)


def test_without_a_limit_any_number_of_uses_is_reserved(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    assert leases.lease(conn, replace(WISH, cap=0, wanted={ONE: 1000})).uses == {ONE: 1000}
    assert call(1, ONE, cap=0) == Begun(uses=None)


def test_what_was_not_taken_is_given_back_and_nothing_else(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    dids.count(conn, number=ONE, country="usa", period=DAY, cap=3, at=1.0)
    leases.lease(conn, WISH)
    leases.lease(conn, replace(WISH, engine="b", wanted={ONE: 1}))
    call(1, TWO)

    assert leases.give_back(conn, "a") == {"usa": 3}
    assert uses(conn) == {ONE: 2, TWO: 1}
    assert leases.give_back(conn, "a") == {}
    assert call(2, TWO) == Begun(uses=2)


def test_one_period_is_given_back_and_the_others_stay(conn: Connection) -> None:
    leases.lease(conn, WISH)
    leases.lease(conn, replace(WISH, period=f"{DAY}#2"))

    assert leases.give_back(conn, "a", country="usa", period=DAY) == {"usa": 4}
    assert (uses(conn), uses(conn, f"{DAY}#2")) == ({}, {ONE: 1, TWO: 2, THREE: 1})
    assert leases.give_back(conn, "a", country="mexico") == {}


def test_it_says_how_many_engines_hold_reserved_uses(conn: Connection) -> None:
    assert leases.lease(conn, WISH).engines == 1
    assert leases.lease(conn, replace(WISH, engine="b", wanted={ONE: 1})).engines == 2
    assert leases.held(conn, "usa", DAY, but="a") == 1


def test_a_resting_number_is_neither_reserved_nor_taken(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    leases.lease(conn, replace(WISH, wanted={ONE: 1}))
    rest = Rest(
        number=ONE, country="usa", kind=RestKind.REST, since=1.0, until=None, who="ana", why="flagged"
    )
    assert rests.put(conn, rest)

    assert call(1, ONE) == NotBegun(no=No.RESTING)
    assert leases.lease(conn, WISH).granted == {TWO, THREE}
    assert list(calls.open_calls(conn)) == []


def test_a_loan_takes_a_reserved_use_too(conn: Connection) -> None:
    leases.lease(conn, replace(WISH, wanted={ONE: 1}))
    loan = Loan(
        number=ONE, country="usa", period=DAY, cap=3, at=5.0, lab=False, callee=None, engine="a", leased=True
    )

    assert [loans.lend(conn, loan) for _ in range(2)] == [Begun(uses=None), Begun(uses=2)]


def test_hundreds_are_reserved_at_once(conn: Connection) -> None:
    wanted = {f"+1212556{n:04}": 1 for n in range(1203)}

    told = leases.lease(conn, replace(WISH, wanted=wanted))

    assert len(told.granted) == sum(uses(conn).values()) == 1203
    assert leases.give_back(conn, "a") == {"usa": 1203}
    assert uses(conn) == {}


def test_what_calls_have_had_and_what_another_engine_reserved_stays_counted(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    leases.lease(conn, replace(WISH, wanted={ONE: 1, TWO: 1}))
    leases.lease(conn, replace(WISH, engine="b", wanted={TWO: 1, THREE: 1}))
    call(1, ONE)

    assert leases.give_back(conn, "a") == {"usa": 1}
    assert uses(conn) == {ONE: 1, TWO: 1, THREE: 1}
    assert leases.give_back(conn, "b") == {"usa": 2}
    assert uses(conn) == {ONE: 1}


@pytest.mark.parametrize(
    "changes", [{"engine": ""}, {"period": ""}, {"cap": -1}, {"wanted": {ONE: 0}}], ids=str
)
def test_what_could_not_be_given_back_is_refused(conn: Connection, changes: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        leases.lease(conn, replace(WISH, **changes))  # type: ignore[arg-type]
    assert uses(conn) == {}


def test_people_are_told_what_was_used_and_not_what_is_reserved(
    conn: Connection, call: Callable[..., Begun | NotBegun]
) -> None:
    leases.lease(conn, WISH)
    leases.lease(conn, replace(WISH, engine="b", wanted={THREE: 2}))
    call(1, TWO)

    told = leases.without_reserved(conn, dids.usage(conn, {"usa": DAY}), "usa", DAY)

    assert leases.reserved(conn, "usa", DAY) == {ONE: 1, TWO: 1, THREE: 3}
    assert {use.number: use.uses for use in told} == {ONE: 0, TWO: 1, THREE: 0}


@ON_POSTGRES
def test_on_postgresql_what_is_given_back_is_read_a_few_times_and_not_once_for_each_other(
    engine: Engine,
) -> None:
    read = text("SELECT sum(idx_tup_fetch + seq_tup_read) FROM pg_stat_xact_user_tables")
    with engine.begin() as conn:
        leases.lease(conn, replace(WISH, wanted={f"+1212556{n:04}": 1 for n in range(400)}))
    with engine.begin() as conn:
        assert leases.give_back(conn, "a") == {"usa": 400}
        assert conn.scalar(read) < 20 * 400
