from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from fastagi_server.store import dids, loans, optouts
from fastagi_server.telephony.campaign import Begun, No, NotBegun
from fastagi_server.telephony.did import Did, Loan
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import OptOut

DAY = "2026-11-23"
OURS = Did(number="+12125550001", country="usa")
LABS = Did(number="+12125550002", country="usa", lab=True)
LOAN = Loan(number=OURS.number, country="usa", period=DAY, cap=2, at=5.0, lab=False, callee="+13055550001")


@pytest.fixture
def conn(conn: Connection) -> Connection:
    dids.add(conn, [OURS, LABS], at=1.0)
    return conn


def used(conn: Connection) -> int:
    return sum(use.uses for use in dids.usage(conn, {"usa": DAY}))


def test_each_loan_is_one_use_up_to_the_cap(conn: Connection) -> None:
    assert [loans.lend(conn, LOAN) for _ in range(3)] == [
        Begun(uses=1),
        Begun(uses=2),
        NotBegun(no=No.AT_CAP, uses=2),
    ]
    assert used(conn) == 2


def test_it_is_the_count_that_attempts_have(conn: Connection) -> None:
    dids.count(conn, number=OURS.number, country="usa", period=DAY, cap=2, at=2.0)

    assert loans.lend(conn, LOAN) == Begun(uses=2)
    assert dids.count(conn, number=OURS.number, country="usa", period=DAY, cap=2, at=6.0) is None


def test_whoever_is_on_the_list_costs_no_use(conn: Connection) -> None:
    optouts.add(conn, OptOut(number="+13055550001", at=2.0, source="dialplan", digit="2"))

    assert loans.lend(conn, LOAN) == NotBegun(no=No.OPTED_OUT)
    assert used(conn) == 0
    assert loans.lend(conn, replace(LOAN, callee=None)) == Begun(uses=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "+12125559999"},
        {"country": "canada"},
        {"number": LABS.number},
        {"lab": True},
    ],
    ids=str,
)
def test_what_may_not_be_shown_is_not_counted(conn: Connection, changes: dict[str, object]) -> None:
    assert loans.lend(conn, replace(LOAN, **changes)) == NotBegun(no=No.NOT_OWNED)  # type: ignore[arg-type]
    assert used(conn) == 0


def test_a_retired_number_is_not_lent(conn: Connection) -> None:
    dids.retire(conn, OURS.number, at=4.0)

    assert loans.lend(conn, LOAN) == NotBegun(no=No.NOT_OWNED)


def test_a_labs_number_is_lent_in_the_lab(conn: Connection) -> None:
    assert loans.lend(conn, replace(LOAN, number=LABS.number, lab=True)) == Begun(uses=1)


@pytest.mark.parametrize(
    ("changes", "field"), [({"period": ""}, "period"), ({"cap": -1}, "cap"), ({"callee": "305"}, "number")]
)
def test_a_loan_that_could_not_be_counted_is_refused(
    conn: Connection, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInputError, match=f"{field} is"):
        loans.lend(conn, replace(LOAN, **changes))  # type: ignore[arg-type]
    assert used(conn) == 0
