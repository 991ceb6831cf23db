from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, text

from fastagi_server.store import attempts, calls, campaigns, dids, optouts, rests
from fastagi_server.store.errors import AlreadyBegunError, UnknownCallError
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    CampaignState,
    Contact,
    ContactState,
    No,
    NotBegun,
)
from fastagi_server.telephony.did import Rest, RestKind, Use
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin, OptOut, Record, State
from tests.store.spring import DAY, DID, attempt_of, prepare

DONE, QUEUED = ContactState.DONE, ContactState.QUEUED
MakeBegin = Callable[[int], Begin]
Try = Callable[..., Attempt]


@pytest.fixture
def conn(conn: Connection, make_begin: MakeBegin) -> Connection:
    prepare(conn, make_begin)
    return conn


@pytest.fixture
def attempt(make_begin: MakeBegin) -> Try:
    return partial(attempt_of, make_begin)


def ended(begin: Begin, disposition: Disposition = Disposition.BUSY) -> Record:
    told = {name: getattr(begin, name) for name in begin.__dataclass_fields__}
    return Record(**told, state=State.ENDED, ended_at=begin.begun_at + 5, disposition=disposition)


def everything(conn: Connection) -> list[object]:
    """Give all that an attempt may write."""
    return [
        conn.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3")).all()
        for table in ("call", "contact", "did_use", "digit")
    ]


def whom(conn: Connection, contact_id: int) -> Contact:
    found = campaigns.contact(conn, contact_id)
    assert found is not None
    return found


def test_begun_is_record_claim_and_use(conn: Connection, attempt: Try) -> None:
    new = attempt(1, contact=1, engine="one")
    assert attempts.begin(conn, new) == Begun(uses=1)
    (record,) = calls.open_calls(conn, "one")
    assert (record.call, record.contact, record.attempt) == (new.begin.call, 1, 1)
    contact = whom(conn, 1)
    assert (contact.state, contact.attempts) == (ContactState.DIALING, 1)
    assert conn.scalar(text("SELECT call_id FROM contact WHERE id = 1")) == new.begin.call
    use = Use(number=DID, country="mexico", period=DAY, uses=1, last_at=new.begin.begun_at)
    assert dids.uses(conn, "mexico", DAY) == {DID: use}
    assert attempts.begin(conn, attempt(2, contact=2)) == Begun(uses=2)


def test_a_caller_id_of_what_was_begun_is_looked_at_again(conn: Connection, attempt: Try) -> None:
    new = attempt(1, contact=1)

    def shown(at: float) -> bool:
        return attempts.may_show(conn, new.begin, lab=new.lab, at=at)

    assert shown(50.0)
    assert not attempts.may_show(conn, new.begin, lab=not new.lab, at=50.0)
    rest = Rest(
        number=DID, country="mexico", kind=RestKind.REST, since=60.0, until=70.0, who="ana", why="spam"
    )
    assert rests.put(conn, rest)
    assert [shown(at) for at in (59.0, 60.0, 69.0, 70.0)] == [True, False, False, True]
    dids.retire(conn, DID, at=80.0)
    assert not shown(50.0)


def opted_out(conn: Connection, attempt: Try) -> Attempt:
    optouts.add(conn, OptOut(number=attempt(1).begin.number, at=1.0, source="operator"))
    return attempt(1, contact=1)


def in_flight(conn: Connection, attempt: Try) -> Attempt:
    calls.begin(conn, replace(attempt(9).begin, number=attempt(1).begin.number, engine="another"))
    return attempt(1, contact=1)


def taken_by_a_call(conn: Connection, attempt: Try) -> Attempt:
    attempts.begin(conn, attempt(1, contact=1))
    return replace(attempt(2, contact=1), begin=replace(attempt(2).begin, contact=1, number="+525500009999"))


def taken_since_read(conn: Connection, attempt: Try) -> Attempt:
    attempts.begin(conn, attempt(1, contact=1))
    attempts.finish(conn, ended(attempt(1, contact=1).begin), contact_state=QUEUED, due_at=99.0, why="busy")
    return replace(
        attempt(2, contact=1), begin=replace(attempt(1).begin, call=attempt(2).begin.call, contact=1)
    )


def stopped(conn: Connection, attempt: Try) -> Attempt:
    campaigns.set_state(conn, "spring", CampaignState.STOPPED)
    return attempt(1, contact=1)


def not_there(_conn: Connection, attempt: Try) -> Attempt:
    return attempt(1, contact=77)


def not_owned(_conn: Connection, attempt: Try) -> Attempt:
    return attempt(1, contact=1, callerid="+525511113333")


def not_owned_by_hand(_conn: Connection, attempt: Try) -> Attempt:
    return attempt(1, callerid="+525511113333")


def owned_elsewhere(_conn: Connection, attempt: Try) -> Attempt:
    return attempt(1, contact=1, country="brazil")


def marked_as_labs(conn: Connection, attempt: Try) -> Attempt:
    dids.retire(conn, DID, at=2.0)
    dids.restore(conn, DID, lab=True)
    return attempt(1, contact=1)


def retired(conn: Connection, attempt: Try) -> Attempt:
    dids.retire(conn, DID, at=2.0)
    return attempt(1, contact=1)


def at_cap(conn: Connection, attempt: Try) -> Attempt:
    for n in (2, 3):
        attempts.begin(conn, attempt(n))
    return attempt(1, contact=1, cap=2)


def at_cap_by_hand(conn: Connection, attempt: Try) -> Attempt:
    at_cap(conn, attempt)
    return attempt(1, cap=1)


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (opted_out, NotBegun(no=No.OPTED_OUT)),
        (in_flight, NotBegun(no=No.IN_FLIGHT)),
        (taken_by_a_call, NotBegun(no=No.TAKEN)),
        (taken_since_read, NotBegun(no=No.TAKEN)),
        (stopped, NotBegun(no=No.TAKEN)),
        (not_there, NotBegun(no=No.TAKEN)),
        (not_owned, NotBegun(no=No.NOT_OWNED)),
        (not_owned_by_hand, NotBegun(no=No.NOT_OWNED)),
        (owned_elsewhere, NotBegun(no=No.NOT_OWNED)),
        (retired, NotBegun(no=No.NOT_OWNED)),
        (marked_as_labs, NotBegun(no=No.NOT_OWNED)),
        (at_cap, NotBegun(no=No.AT_CAP, uses=2)),
        (at_cap_by_hand, NotBegun(no=No.AT_CAP, uses=2)),
    ],
)
def test_not_begun_says_why_and_has_written_nothing(
    conn: Connection, attempt: Try, prepare: Callable[[Connection, Try], Attempt], expected: NotBegun
) -> None:
    new = prepare(conn, attempt)
    before = everything(conn)
    assert attempts.begin(conn, new) == expected
    assert everything(conn) == before


def test_the_gravest_reason_is_told_first(conn: Connection, attempt: Try) -> None:
    in_flight(conn, attempt)
    stopped(conn, attempt)
    new = attempt(1, contact=1, callerid="+525511113333", cap=1)
    assert attempts.begin(conn, new) == NotBegun(no=No.IN_FLIGHT)
    opted_out(conn, attempt)
    assert attempts.begin(conn, new) == NotBegun(no=No.OPTED_OUT)


def test_a_contact_that_is_free_again_by_now_was_taken(
    conn: Connection, attempt: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = stopped(conn, attempt)
    monkeypatch.setattr(attempts, "_why_not", lambda *_told: None)
    assert attempts.begin(conn, new) == NotBegun(no=No.TAKEN)


def test_no_limit_is_counted_all_the_same(conn: Connection, attempt: Try) -> None:
    assert [attempts.begin(conn, attempt(n, contact=n, cap=0)) for n in (1, 2, 3)] == [
        Begun(uses=n) for n in (1, 2, 3)
    ]


def test_a_caller_id_of_the_configuration_is_neither_owned_nor_counted(
    conn: Connection, attempt: Try
) -> None:
    new = attempt(1, period="", callerid="+525511113333", cap=1)
    assert attempts.begin(conn, new) == Begun(uses=0)
    assert dids.uses(conn, "mexico", "") == {}
    assert calls.get(conn, new.begin.call) is not None


def test_a_call_id_is_used_once(conn: Connection, attempt: Try) -> None:
    attempts.begin(conn, attempt(1, contact=1))
    again = attempt(1, contact=2, number=attempt(2).begin.number)
    with pytest.raises(AlreadyBegunError), conn.begin_nested():
        attempts.begin(conn, again)
    assert whom(conn, 2).state is QUEUED
    assert dids.used(conn, number=DID, country="mexico", period=DAY) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"number": "5255"}, "number"), ({"attempt": 0}, "attempt"), ({"cap": -1}, "cap")],
)
def test_an_attempt_that_cannot_be_meant_is_refused(
    conn: Connection, attempt: Try, wrong: dict[str, object], field: str
) -> None:
    before = everything(conn)
    with pytest.raises(BadInputError, match=f"^{field} is"):
        attempts.begin(conn, attempt(1, contact=1, **wrong))
    assert everything(conn) == before


def test_attempt_and_record_name_the_same_contact(conn: Connection, attempt: Try) -> None:
    with pytest.raises(BadInputError, match="contact is 2; it should be its record's, 1"):
        attempts.begin(conn, replace(attempt(1, contact=1), contact=2))


def test_an_ended_call_gives_its_contact_back_once(conn: Connection, attempt: Try) -> None:
    new = attempt(1, contact=1)
    attempts.begin(conn, new)
    record = ended(new.begin)
    assert attempts.finish(conn, record, contact_state=QUEUED, due_at=99.5, why="busy")
    assert calls.get(conn, new.begin.call) == record
    contact = whom(conn, 1)
    assert (contact.state, contact.attempts, contact.due_at, contact.why) == (QUEUED, 1, 99.5, "busy")
    before = everything(conn)
    assert not attempts.finish(conn, record, contact_state=QUEUED, due_at=99.5, why="busy")
    assert not attempts.finish(conn, record, contact_state=DONE, due_at=None, why="busy")
    assert everything(conn) == before


def test_the_next_attempt_is_not_touched_by_the_one_before(conn: Connection, attempt: Try) -> None:
    first, second = attempt(1, contact=1), attempt(2, contact=1, attempt=2)
    second = replace(second, begin=replace(second.begin, number=first.begin.number))
    attempts.begin(conn, first)
    attempts.finish(conn, ended(first.begin), contact_state=QUEUED, due_at=99.0, why="busy")
    assert attempts.begin(conn, second) == Begun(uses=2)
    assert not attempts.finish(conn, ended(first.begin), contact_state=DONE, due_at=None, why="late")
    assert whom(conn, 1).state is ContactState.DIALING
    assert attempts.finish(conn, ended(second.begin), contact_state=DONE, due_at=None, why="connected")
    contact = whom(conn, 1)
    assert (contact.state, contact.attempts, contact.due_at, contact.why) == (DONE, 2, 99.0, "connected")


def test_the_store_knows_whose_call_it_was_even_if_the_record_does_not(
    conn: Connection, attempt: Try
) -> None:
    new = attempt(1, contact=1)
    attempts.begin(conn, new)
    record = replace(ended(new.begin), contact=None)
    assert attempts.finish(conn, record, contact_state=DONE, due_at=None, why="busy")


def test_a_call_that_no_list_ordered_is_finished_too(conn: Connection, attempt: Try) -> None:
    new = attempt(1)
    attempts.begin(conn, new)
    assert not attempts.finish(conn, ended(new.begin), contact_state=DONE, due_at=None, why="busy")
    assert calls.get(conn, new.begin.call) == ended(new.begin)
    with pytest.raises(UnknownCallError):
        attempts.finish(conn, ended(attempt(2).begin), contact_state=DONE, due_at=None, why="busy")


@pytest.mark.parametrize(
    ("then", "field"),
    [
        ({"contact_state": ContactState.DIALING}, "contact_state"),
        ({"contact_state": ContactState.REFUSED}, "contact_state"),
        ({"contact_state": QUEUED, "due_at": None}, "due_at"),
        ({"contact_state": QUEUED, "due_at": float("nan")}, "due_at"),
    ],
)
def test_a_finish_that_would_lose_the_contact_is_refused(
    conn: Connection, attempt: Try, then: dict[str, object], field: str
) -> None:
    new = attempt(1, contact=1)
    attempts.begin(conn, new)
    with pytest.raises(BadInputError, match=f"^{field} is"):
        attempts.finish(conn, ended(new.begin), **({"due_at": 1.0, "why": "x"} | then))
    open_still = replace(ended(new.begin), ended_at=None, state=State.RINGING, disposition=None)
    with pytest.raises(BadInputError, match="a call that has ended"):
        attempts.finish(conn, open_still, contact_state=DONE, due_at=None, why="x")
    assert whom(conn, 1).state is ContactState.DIALING


def test_what_never_left_was_no_try(conn: Connection, attempt: Try) -> None:
    new = attempt(1, contact=1)
    attempts.begin(conn, new)
    taken_back = replace(ended(new.begin), disposition=Disposition.CANCELLED)

    attempts.finish(conn, taken_back, contact_state=QUEUED, due_at=99.0, why="cancelled")

    assert whom(conn, 1).attempts == 0


def test_several_at_once_come_to_what_each_would_come_to_alone(
    conn: Connection, make_begin: MakeBegin, attempt: Try
) -> None:
    prepare(conn, make_begin, name="autumn")
    optouts.add(conn, OptOut(number=make_begin(3).number, at=1.0, source="operator"))
    hers = make_begin(1).number
    tries = [
        attempt(1, contact=1, cap=3),
        attempt(4, contact=1, cap=3),  # the contact is taken
        attempt(5, contact=4, campaign="autumn", number=hers, cap=3),  # the number is in flight
        attempt(6, number=hers, cap=3),
        attempt(2, contact=2, cap=3),
        attempt(3, contact=3, cap=3),  # opted out
        attempt(7, callerid="+525511113333", cap=3),  # not ours
        attempt(8, cap=3),
        attempt(9, cap=3),  # at the cap
        attempt(10, period="", callerid="+525511113333"),
    ]
    alone = conn.begin_nested()
    outcomes = [attempts.begin(conn, each) for each in tries]
    written = everything(conn)
    alone.rollback()

    assert attempts.begin_all(conn, tries) == outcomes
    assert everything(conn) == written
    assert [getattr(each, "no", None) for each in outcomes] == [
        None,
        No.TAKEN,
        No.IN_FLIGHT,
        No.IN_FLIGHT,
        None,
        No.OPTED_OUT,
        No.NOT_OWNED,
        None,
        No.AT_CAP,
        None,
    ]
    assert attempts.begin_all(conn, []) == []


def test_one_that_cannot_be_meant_spoils_all_and_says_so(conn: Connection, attempt: Try) -> None:
    attempts.begin(conn, attempt(1))
    with pytest.raises(AlreadyBegunError):
        attempts.begin_all(conn, [attempt(2), attempt(1)])
