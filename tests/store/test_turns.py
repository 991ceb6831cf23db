"""What two engines do to one number, contact or caller ID at one moment; only PostgreSQL lets them try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, text

from fastagi_server.store import (
    attempts,
    calls,
    campaigns,
    dids,
    leases,
    loans,
    migrate,
    optouts,
    revision,
    turns,
)
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import CampaignIsUpError
from fastagi_server.telephony.campaign import Attempt, Begun, CampaignState, ContactState, No, NotBegun
from fastagi_server.telephony.did import Lease, Limit, Loan
from fastagi_server.telephony.record import OptOut
from tests.store.conftest import ON_POSTGRES
from tests.store.side_by_side import beside
from tests.store.spring import DAY, DID, MakeBegin, attempt_of, prepare

pytestmark = ON_POSTGRES
HERS = 1  # spring's contact 1
HIS = 4  # autumn's, of the same number


@pytest.fixture
def engine(url: str, make_begin: MakeBegin) -> Iterator[Engine]:
    """Give an engine that waits for locks; two campaigns run, over the same people."""
    engine = open_database(url)
    with engine.begin() as conn:
        prepare(conn, make_begin)
        prepare(conn, make_begin, name="autumn")
    yield engine
    engine.dispose()


@pytest.fixture
def hers(make_begin: MakeBegin) -> Attempt:
    return attempt_of(make_begin, 1, contact=HERS, engine="one")


@pytest.fixture
def his(make_begin: MakeBegin) -> Attempt:
    """Give another engine's attempt to call the same number for another campaign."""
    number = make_begin(1).number
    return attempt_of(make_begin, 9, contact=HIS, engine="two", campaign="autumn", number=number)


def begin(attempt: Attempt) -> partial[Begun | NotBegun]:
    return partial(attempts.begin, attempt=attempt)


def opts_out(attempt: Attempt) -> partial[bool]:
    return partial(optouts.add, entry=OptOut(number=attempt.begin.number, at=1.0, source="operator"))


def untouched(engine: Engine, contact: int) -> bool:
    with engine.connect() as conn:
        found = campaigns.contact(conn, contact)
    assert found is not None
    return (found.state, found.attempts) == (ContactState.QUEUED, 0)


def uses(engine: Engine) -> int:
    with engine.connect() as conn:
        return dids.used(conn, number=DID, country="mexico", period=DAY)


@pytest.mark.parametrize("committed", [True, False])
def test_of_two_calls_to_one_number_the_second_waits_and_is_in_flight_if_the_first_is(
    engine: Engine, hers: Attempt, his: Attempt, *, committed: bool
) -> None:
    with engine.connect() as one:
        assert attempts.begin(one, hers) == Begun(uses=1)
        with beside(engine, begin(his)) as other:
            one.commit() if committed else one.rollback()
    assert other.result() == (NotBegun(no=No.IN_FLIGHT) if committed else Begun(uses=1))
    assert untouched(engine, HIS if committed else HERS)
    assert uses(engine) == 1
    with engine.connect() as conn:
        assert [record.engine for record in calls.open_calls(conn)] == ["one" if committed else "two"]


def test_a_call_by_hand_is_in_flight_too(engine: Engine, hers: Attempt, make_begin: MakeBegin) -> None:
    by_hand = attempt_of(make_begin, 9, number=hers.begin.number, engine="two")
    with engine.connect() as one:
        attempts.begin(one, hers)
        with beside(engine, begin(by_hand)) as other:
            one.commit()
    assert other.result() == NotBegun(no=No.IN_FLIGHT)
    assert uses(engine) == 1


@pytest.mark.parametrize("committed", [True, False])
def test_whoever_looks_while_a_number_opts_out_waits_and_sees_it(
    engine: Engine, hers: Attempt, *, committed: bool
) -> None:
    with engine.connect() as one:
        assert opts_out(hers)(one)
        with beside(engine, begin(hers)) as other:
            one.commit() if committed else one.rollback()
    assert other.result() == (NotBegun(no=No.OPTED_OUT) if committed else Begun(uses=1))
    assert uses(engine) == (0 if committed else 1)


def test_an_opt_out_is_durable_only_after_every_beginning_that_has_not_seen_it(
    engine: Engine, hers: Attempt
) -> None:
    with engine.connect() as one:
        attempts.begin(one, hers)
        with beside(engine, opts_out(hers)) as other:
            with engine.connect() as conn:
                assert not optouts.contains(conn, hers.begin.number)
            one.commit()
    assert other.result()


def test_two_beginnings_and_other_peoples_opt_outs_wait_for_nobody(
    engine: Engine, hers: Attempt, make_begin: MakeBegin
) -> None:
    with engine.connect() as one, engine.connect() as two:
        turns.beginning(one, [hers.begin.number])
        turns.beginning(two, [hers.begin.number])
        optouts.add(two, OptOut(number=make_begin(2).number, at=1.0, source="operator"))


def test_a_loan_waits_for_its_callees_opt_out_as_well(engine: Engine, hers: Attempt) -> None:
    loan = Loan(number=DID, country="mexico", period=DAY, cap=9, at=5.0, lab=False, callee=hers.begin.number)
    with engine.connect() as one:
        opts_out(hers)(one)
        with beside(engine, partial(loans.lend, loan=loan)) as other:
            one.commit()
    assert other.result() == NotBegun(no=No.OPTED_OUT)


def test_a_contact_that_another_engine_has_in_hand_is_taken_and_nobody_waits(
    engine: Engine, hers: Attempt, make_begin: MakeBegin
) -> None:
    # The same contact under another number: only the contact is in the way.
    theirs = attempt_of(make_begin, 8, contact=HERS, engine="two")
    with engine.connect() as one, engine.connect() as two:
        attempts.begin(one, hers)
        assert attempts.begin(two, theirs) == NotBegun(no=No.TAKEN)


@pytest.mark.parametrize("committed", [True, False])
def test_of_two_who_count_the_last_use_one_gets_it(
    engine: Engine, hers: Attempt, make_begin: MakeBegin, *, committed: bool
) -> None:
    last = attempt_of(make_begin, 2, contact=2, engine="two", cap=1)
    with engine.connect() as one:
        attempts.begin(one, hers)
        with beside(engine, begin(last)) as other:
            one.commit() if committed else one.rollback()
    assert other.result() == (NotBegun(no=No.AT_CAP, uses=1) if committed else Begun(uses=1))
    assert uses(engine) == 1
    assert untouched(engine, 2 if committed else HERS)


def test_a_caller_id_that_is_seen_to_be_at_its_cap_is_waited_for_by_nobody(
    engine: Engine, hers: Attempt, make_begin: MakeBegin
) -> None:
    full = attempt_of(make_begin, 2, contact=2, engine="two", cap=1)
    with engine.begin() as conn:
        attempts.begin(conn, hers)
    with engine.connect() as one, engine.connect() as two:
        one.execute(text("UPDATE did_use SET last_at = last_at + 1"))
        assert attempts.begin(two, full) == NotBegun(no=No.AT_CAP, uses=1)


def test_an_operators_cap_holds_at_once_for_every_engine(
    engine: Engine, hers: Attempt, make_begin: MakeBegin
) -> None:
    with engine.begin() as conn:
        attempts.begin(conn, hers)
    with engine.begin() as conn:
        dids.set_limit(conn, Limit(country="mexico", cap=1, who="ana", at=1.0))
    with engine.begin() as conn:
        told_before = attempt_of(make_begin, 2, contact=2, engine="two", cap=100)
        assert attempts.begin(conn, told_before) == NotBegun(no=No.AT_CAP, uses=1)


def test_of_two_who_reserve_the_last_uses_one_gets_them(engine: Engine) -> None:
    wish = Lease(engine="one", country="mexico", period=DAY, cap=3, at=1.0, wanted={DID: 2})
    hers = Lease(engine="two", country="mexico", period=DAY, cap=3, at=1.0, wanted={DID: 2})
    with engine.connect() as one:
        assert leases.lease(one, wish).granted == {DID}
        with beside(engine, partial(leases.lease, wish=hers)) as other:
            one.commit()
    assert other.result().granted == frozenset()
    assert uses(engine) == 2


def test_whoever_counts_while_reserved_uses_are_given_back_waits_and_both_hold(
    engine: Engine, hers: Attempt
) -> None:
    wish = Lease(engine="two", country="mexico", period=DAY, cap=9, at=1.0, wanted={DID: 2})
    with engine.begin() as conn:
        leases.lease(conn, wish)
    with engine.connect() as one:
        attempts.begin(one, hers)
        with beside(engine, partial(leases.give_back, engine="two")) as other:
            one.commit()
    assert other.result() == {"mexico": 2}
    assert uses(engine) == 1


def test_what_a_lost_session_of_ours_still_takes_is_not_given_back_too(engine: Engine, hers: Attempt) -> None:
    wish = Lease(engine="one", country="mexico", period=DAY, cap=9, at=1.0, wanted={DID: 2})
    with engine.begin() as conn:
        leases.lease(conn, wish)
    with engine.connect() as one:
        assert attempts.begin(one, replace(hers, leased=True)) == Begun(uses=None)
        with beside(engine, partial(leases.give_back, engine="one")) as other:
            one.commit()
    assert other.result() == {"mexico": 1}
    assert uses(engine) == 1


def test_a_campaign_is_not_removed_from_under_an_attempt_that_was_begun_just_before_it_stopped(
    engine: Engine, hers: Attempt
) -> None:
    with engine.connect() as one:
        attempts.begin(one, hers)
        with engine.begin() as conn:
            campaigns.set_state(conn, "spring", CampaignState.STOPPED)
        with beside(engine, partial(campaigns.remove, name="spring")) as other:
            one.commit()
    with pytest.raises(CampaignIsUpError):
        other.result()


def test_two_lists_of_one_campaign_come_one_after_the_other(engine: Engine, hers: Attempt) -> None:
    from fastagi_server.telephony.campaign import NewContact

    new = NewContact(raw="", number="+525577778888", country="mexico", state=ContactState.QUEUED)

    def add(conn: Connection) -> dict[tuple[ContactState, str], int]:
        return campaigns.add(conn, "spring", [new])

    with engine.connect() as one:
        assert add(one) == {(ContactState.QUEUED, ""): 1}
        with beside(engine, add) as other:
            one.commit()
    assert other.result() == {(ContactState.REFUSED, campaigns.DUPLICATE): 1}


def test_two_who_migrate_an_empty_database_do_it_once(bare: str) -> None:
    engine = migrate.make_engine(migrate.address.parse(bare))

    def upgrade(_conn: Connection) -> None:
        migrate.upgrade(bare)

    with engine.connect() as one:
        turns.migrating(one)
        with beside(engine, upgrade) as first, beside(engine, upgrade) as second:
            one.rollback()
    assert (first.result(), second.result()) == (None, None)
    assert revision.current(bare) == revision.HEAD
    engine.dispose()
