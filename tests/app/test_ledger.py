from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred

from fastagi_server.app.ledger import TOGETHER, StoreLedger
from fastagi_server.app.presence import SLOW_LOOKS, Presence
from fastagi_server.app.promises import ALONE_SECONDS, TELLING, Promises
from fastagi_server.callerid.choice import Passed
from fastagi_server.dialer.call import opened
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.gate import BEGUN_UNSEEN
from fastagi_server.store import campaigns, dids
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import (
    AlreadyBegunError,
    NotDurableError,
    StoreBusyError,
    StoreClosedError,
)
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    Campaign,
    CampaignState,
    ContactState,
    NewContact,
    No,
    NotBegun,
)
from fastagi_server.telephony.did import Did, Lease, Loan
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin, OptOut, Record, State

CALL = mint(1.0, b"0123456789")
BEGIN = Begin(
    call=CALL,
    number="+525550001003",
    country="mexico",
    callerid="+525550009000",
    trunk="carrier",
    campaign="spring",
    planned_at=1.0,
    begun_at=2.0,
)
ATTEMPT = Attempt(begin=BEGIN, contact=None, period="", cap=0)
CONTACT = 1
CONTACTS = replace(ATTEMPT, contact=CONTACT, begin=replace(BEGIN, contact=CONTACT))
CAMPAIGN = Campaign(
    name="spring",
    trunk="carrier",
    cps=5,
    concurrency=0,
    retries=0,
    retry_seconds=0,
    lab=False,
    state=CampaignState.RUNNING,
    created_at=1.0,
)
ENDED = replace(opened(BEGIN), state=State.ENDED, ended_at=9.0, disposition=Disposition.BUSY)


class Failing:
    """A writer whose first pieces of work go wrong as told, and whose next reach the real one.

    With `answer_lost` work is done and its answer says otherwise; the `poison` is work that never goes well.
    """

    def __init__(self, writer: Writer, *errors: Exception) -> None:
        self._writer = writer
        self.settled = writer.settled
        self._errors = list(errors)
        self.answer_lost = False
        self.poison = ""
        self.told: Callable[[str], None] = lambda _: None
        self.urgent: list[str] = []

    def submit(
        self, work: Callable[[Any], Any], *, patience: float = 0.0, urgent: bool = False
    ) -> Future[Any]:
        # Only attempts are done at once with others of their kind, and those have no name of their own.
        name = getattr(work, "__qualname__", "StoreLedger.attempt").partition(".<locals>")[0]
        self.told(name)
        if urgent:
            self.urgent.append(name)
        if self._errors or (self.poison and self.poison == name):
            error = self._errors.pop(0) if self._errors else NotDurableError(why="not this one")
            if isinstance(error, StoreBusyError | StoreClosedError):
                raise error
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost
        if self.answer_lost:
            self._writer.submit(work).result(10)
            unsure: Future[Any] = Future()
            unsure.set_exception(NotDurableError(why="disk I/O error"))
            return unsure
        return self._writer.submit(work, patience=patience, urgent=urgent)


def add(writer: Writer) -> None:
    """Have one contact to call, number CONTACT, and a caller ID."""
    contacts = [
        NewContact(raw=BEGIN.number, number=BEGIN.number, country="mexico", state=ContactState.QUEUED)
    ]

    def work(conn: Any) -> None:
        campaigns.create(conn, CAMPAIGN)
        campaigns.add(conn, "spring", contacts)

    writer.submit(work).result(10)


@pytest.fixture
def writer(url: str) -> Iterator[Writer]:
    database = open_database(url)
    writer = Writer(database)
    yield writer
    writer.close()
    database.dispose()


class Asker:
    """Waits for a ledger's promises, running the reactor in memory."""

    def __init__(self, reactor: Any, writes: Any) -> None:
        self.reactor = reactor
        self.writes = writes
        self.now = 1_800_000_000.0
        self.presence = Presence(clock=self)
        self.works: list[Deferred[Any]] = []
        promises = Promises(writer=writes, threads=reactor, presence=self.presence)
        self.ledger = StoreLedger(promises=promises, spawn=self.spawn, clock=self)

    def wall(self) -> float:
        return self.now

    def steady(self) -> float:
        raise AssertionError("nothing here measures time")

    def spawn(self, work: Any) -> None:
        self.works.append(ensureDeferred(work))

    @property
    def idle(self) -> bool:
        return all(each.called for each in self.works)

    def comes_back(self) -> None:
        """Look until a probe has gone well."""
        while self.presence.away:
            self.presence.look()
            self.reactor.next()

    def gets(self, promise: Any) -> Any:
        told = self.watches(promise)
        self.reactor.until(lambda: told)
        return self.value(told)

    def watches(self, promise: Any) -> list[Any]:
        told: list[Any] = []
        waiting = promise if isinstance(promise, Deferred) else ensureDeferred(promise)
        waiting.addCallbacks(told.append, lambda failure: told.append(failure.value))
        return told

    @staticmethod
    def value(told: list[Any]) -> Any:
        if isinstance(told[0], Exception):
            raise told[0]
        return told[0]


@pytest.fixture
def asker(reactor: Any, writer: Writer) -> Asker:
    return Asker(reactor, writer)


def test_a_call_is_begun_found_and_kept(asker: Asker) -> None:
    asker.gets(asker.ledger.attempt(ATTEMPT))

    assert asker.gets(asker.ledger.find(CALL)) == opened(BEGIN)
    assert [record.call for record in asker.gets(asker.ledger.open_calls())] == [CALL]

    asker.gets(asker.ledger.keep(ENDED))

    assert asker.gets(asker.ledger.find(CALL)) == ENDED
    assert asker.gets(asker.ledger.open_calls()) == []


def test_the_list_is_kept_and_asked(asker: Asker) -> None:
    entry = OptOut(number="+525550001009", at=3.0, source="key", digit="9")

    assert asker.gets(asker.ledger.is_opted_out("+525550001009")) is False
    told: list[str] = []
    asker.ledger.told = told.append
    assert asker.gets(asker.ledger.opt_out(entry)) is True
    assert asker.gets(asker.ledger.opt_out(entry)) is False
    # Once durable, whoever hears of it sooner than by the store is told.
    assert told == [entry.number] * 2
    assert asker.gets(asker.ledger.is_opted_out("+525550001009")) is True


def test_the_stores_own_errors_come_through(asker: Asker) -> None:
    asker.gets(asker.ledger.attempt(ATTEMPT))

    another = replace(ATTEMPT, begin=replace(BEGIN, number="+525550001004"))
    with pytest.raises(AlreadyBegunError):
        asker.gets(asker.ledger.attempt(another))


def test_a_closed_store_is_a_failed_promise_not_a_raised_error(reactor: Any, writer: Writer) -> None:
    asker = Asker(reactor, Failing(writer, StoreClosedError(why="it is closed")))

    with pytest.raises(StoreClosedError):
        asker.value(asker.watches(asker.ledger.find(CALL)))


@pytest.mark.parametrize("error", [NotDurableError(why="disk I/O error"), StoreBusyError(limit=3)])
def test_a_question_that_cannot_be_answered_says_that_the_store_is_away(
    error: Exception, reactor: Any, writer: Writer
) -> None:
    asker = Asker(reactor, Failing(writer, error))
    told = asker.watches(asker.ledger.find(CALL))
    if not told:
        reactor.until(lambda: told)

    with pytest.raises(StoreAwayError, match=r"The store is away \("):
        asker.value(told)
    with pytest.raises(StoreAwayError):
        asker.value(asker.watches(asker.ledger.is_opted_out(BEGIN.number)))


@pytest.mark.parametrize("error", [NotDurableError(why="disk I/O error"), StoreBusyError(limit=3)])
def test_an_end_is_kept_when_the_store_is_back_however_long_that_takes(
    error: Exception, reactor: Any, writer: Writer
) -> None:
    Asker(reactor, writer).gets(Asker(reactor, writer).ledger.attempt(ATTEMPT))
    # The first try and two probes go wrong.
    asker = Asker(reactor, Failing(writer, error, error, error))

    told = asker.watches(asker.ledger.keep(ENDED))
    if not asker.presence.away:
        reactor.until(lambda: asker.presence.away)
    asker.comes_back()

    reactor.until(lambda: told)
    assert told == [None]
    assert asker.gets(asker.ledger.find(CALL)) == ENDED


def test_an_opt_out_alone_is_urgent(reactor: Any, writer: Writer) -> None:
    failing = Failing(writer)
    asker = Asker(reactor, failing)

    asker.gets(asker.ledger.opt_out(OptOut(number="+525512340000", at=1.0, source="operator")))
    asker.gets(asker.ledger.find(CALL))

    assert failing.urgent == ["StoreLedger.opt_out"]


def test_opt_outs_are_written_before_the_ends_when_the_store_is_back(reactor: Any, writer: Writer) -> None:
    Asker(reactor, writer).gets(Asker(reactor, writer).ledger.attempt(ATTEMPT))
    asker = Asker(reactor, Failing(writer))
    order: list[str] = []
    asker.presence.failed("locked")

    kept = asker.watches(asker.ledger.keep(ENDED))
    entry = OptOut(number="+525550001009", at=3.0, source="key", digit="9")
    refused = [asker.watches(asker.ledger.opt_out(entry)) for _ in range(2)]
    assert [type(each[0]) for each in refused] == [StoreAwayError, StoreAwayError]

    asker.writes.told = order.append
    asker.comes_back()
    reactor.until(lambda: kept)

    assert [each for each in order if each != "probe"] == ["StoreLedger.opt_out", "StoreLedger.keep"]
    assert asker.gets(asker.ledger.is_opted_out(entry.number))


def test_an_attempt_that_was_begun_without_our_knowing_is_taken_back(reactor: Any, writer: Writer) -> None:
    add(writer)
    lost = Failing(writer)
    asker = Asker(reactor, lost)
    lost.answer_lost = True

    told = asker.watches(asker.ledger.attempt(CONTACTS))
    reactor.until(lambda: told)
    assert isinstance(told[0], StoreAwayError)
    assert asker.presence.away
    lost.answer_lost = False
    asker.comes_back()
    reactor.until(lambda: asker.idle)

    record = asker.gets(asker.ledger.find(CALL))
    assert (record.disposition, record.why) == (Disposition.CANCELLED, BEGUN_UNSEEN)
    contact = writer.submit(lambda conn: campaigns.contact(conn, CONTACT)).result(10)
    assert contact is not None
    assert (contact.state, contact.attempts, contact.due_at) == (ContactState.QUEUED, 0, 0.0)


def test_one_that_was_not_begun_stays_so(reactor: Any, writer: Writer) -> None:
    add(writer)
    asker = Asker(reactor, Failing(writer, NotDurableError(why="disk full")))

    told = asker.watches(asker.ledger.attempt(CONTACTS))
    reactor.until(lambda: told)
    asker.comes_back()
    reactor.until(lambda: asker.idle)

    assert asker.gets(asker.ledger.find(CALL)) is None
    contact = writer.submit(lambda conn: campaigns.contact(conn, CONTACT)).result(10)
    assert contact is not None
    assert contact.state is ContactState.QUEUED


def test_one_that_is_begun_too_late_is_taken_back_too(reactor: Any, writer: Writer) -> None:
    """The writer waits for another process's lock; we do not wait for the writer."""
    add(writer)
    asker = Asker(reactor, writer)
    lock = threading.Event()
    writer.submit(lambda _: lock.wait(10))

    told = asker.watches(asker.ledger.attempt(CONTACTS))
    for _ in range(SLOW_LOOKS):
        asker.presence.look()
    assert isinstance(told[0], StoreAwayError)
    asker.presence.look()
    lock.set()
    reactor.until(lambda: asker.idle and not asker.presence.away)

    assert asker.gets(asker.ledger.find(CALL)).disposition is Disposition.CANCELLED


class ByHand:
    """A writer whose promises are kept in whatever order the test says."""

    def __init__(self) -> None:
        self.promised: list[Future[Any]] = []
        self.settled: list[Callable[[], None]] = []

    def submit(self, _: Callable[[Any], Any], *, patience: float = 0.0, urgent: bool = False) -> Future[Any]:
        assert patience <= TOGETHER
        assert not urgent
        self.promised.append(Future())
        return self.promised[-1]

    def keeps(self, promise: int, what: object) -> None:
        self.promised[promise].set_result(what)
        for told in self.settled:
            told()


def test_an_attempt_that_is_being_begun_is_not_one_that_was_left_behind(reactor: Any) -> None:
    asker = Asker(reactor, ByHand())

    begun = asker.watches(asker.ledger.attempt(CONTACTS))
    found = asker.watches(asker.ledger.open_calls())
    asker.writes.keeps(1, [opened(CONTACTS.begin)])
    reactor.until(lambda: found)

    assert (begun, found) == ([], [[]])
    asker.writes.keeps(0, Begun(uses=1))
    again = asker.watches(asker.ledger.open_calls())
    asker.writes.keeps(2, [opened(CONTACTS.begin)])
    reactor.until(lambda: again)
    assert again == [[opened(CONTACTS.begin)]]


def test_a_record_that_the_store_refuses_alone_does_not_hold_up_the_others(
    reactor: Any, writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    Asker(reactor, writer).gets(Asker(reactor, writer).ledger.attempt(ATTEMPT))
    asker = Asker(reactor, Failing(writer))
    asker.writes.poison = "StoreLedger.keep"

    told = asker.watches(asker.ledger.keep(ENDED))
    for _ in range(TELLING):
        reactor.until(lambda: asker.presence.away)
        asker.comes_back()
    with caplog.at_level(logging.WARNING):
        reactor.until(reactor.getDelayedCalls)
    assert not asker.presence.away
    assert CALL in caplog.text
    asker.writes.poison = ""
    reactor.advance(ALONE_SECONDS)
    reactor.until(lambda: told)
    assert told == [None]


def test_what_another_try_cannot_mend_is_told_at_once(asker: Asker) -> None:
    stranger = replace(ENDED, call=mint(7.0, b"9876543210"))

    with pytest.raises(Exception, match="has no call"):
        asker.gets(asker.ledger.keep(stranger))

    assert asker.reactor.getDelayedCalls() == []


def test_a_record_is_what_it_was(asker: Asker) -> None:
    asker.gets(asker.ledger.attempt(ATTEMPT))
    found = asker.gets(asker.ledger.find(CALL))

    assert isinstance(found, Record)


def test_a_labs_caller_ids_are_never_given_to_a_real_campaign(asker: Asker, writer: Writer) -> None:
    lab = Did(number="+13055560001", country="usa", lab=True)
    ours = Did(number="+13055560002", country="usa")
    writer.submit(lambda conn: dids.add(conn, [lab, ours], 1.0)).result(10)

    def given(*, lab: bool) -> list[str]:
        return [use.number for use in asker.gets(asker.ledger.uses("usa", "2026-11-23", lab=lab)).uses]

    assert given(lab=True) == ["+13055560001"]
    assert given(lab=False) == ["+13055560002"]


def test_a_loan_is_counted_where_a_pool_is_loaded_from(asker: Asker, writer: Writer) -> None:
    ours = Did(number="+13055560002", country="usa")
    writer.submit(lambda conn: dids.add(conn, [ours], 1.0)).result(10)
    loan = Loan(number=ours.number, country="usa", period="2026-11-23", cap=1, at=2.0, lab=False, callee=None)

    assert asker.gets(asker.ledger.lend(loan)) == Begun(uses=1)
    assert asker.gets(asker.ledger.lend(loan)) == NotBegun(no=No.AT_CAP, uses=1)
    (use,) = asker.gets(asker.ledger.uses("usa", "2026-11-23", lab=False)).uses
    assert (use.uses, use.last_at) == (1, 2.0)


def test_who_opted_out_in_a_call_is_on_the_list_with_its_record(asker: Asker) -> None:
    asker.gets(asker.ledger.attempt(ATTEMPT))
    record = replace(ENDED, optout_at=8.0, key="9", key_at=8.0, disposition=Disposition.OPTED_OUT)

    asker.gets(ensureDeferred(asker.ledger.keep(record)))

    assert asker.gets(asker.ledger.is_opted_out(BEGIN.number))


def test_reserved_uses_are_counted_and_come_back_to_whoever_looks(asker: Asker, writer: Writer) -> None:
    ours = Did(number="+13055560002", country="usa")
    writer.submit(lambda conn: dids.add(conn, [ours, replace(ours, number="+13055560003")], 1.0)).result(10)
    writer.submit(lambda conn: dids.retire(conn, "+13055560003", 2.0)).result(10)
    wish = Lease(engine="one", country="usa", period="2026-11-23", cap=5, at=2.0, wanted={"+13055560002": 3})
    one, other = (
        StoreLedger(promises=asker.ledger.promises, spawn=asker.spawn, clock=asker, engine=name)
        for name in ("one", "two")
    )

    told = asker.gets(asker.ledger.lease(wish))

    assert (told.granted, told.uses, told.engines) == ({ours.number}, {ours.number: 3}, 1)
    seen = asker.gets(other.uses("usa", "2026-11-23", lab=False))
    assert ([use.uses for use in seen.uses], seen.held) == ([3], 3)
    assert seen.passed == {Passed.RETIRED: 1, Passed.OTHERS: 0}
    assert asker.gets(other.give_back()) == {}
    assert asker.gets(one.give_back("usa", "2026-11-23")) == {"usa": 3}
    seen = asker.gets(other.uses("usa", "2026-11-23", lab=False))
    assert ([use.uses for use in seen.uses], seen.held) == ([0], 0)


def owns(writer: Writer, count: int) -> list[str]:
    ours = [Did(number=f"+1305556{n:04}", country="usa") for n in range(count)]
    writer.submit(lambda conn: dids.add(conn, ours, 1.0)).result(10)
    return [did.number for did in ours]


def test_an_inventory_is_read_in_pages_that_others_come_between(asker: Asker, writer: Writer) -> None:
    numbers = owns(writer, 2 * dids.PAGE + 3)
    use = {"number": numbers[-1], "country": "usa", "period": "2026-11-23", "cap": 9, "at": 2.0}
    writer.submit(lambda conn: dids.count(conn, **use)).result(10)
    told = asker.watches(asker.ledger.uses("usa", "2026-11-23", lab=False))
    asker.gets(asker.ledger.is_opted_out(BEGIN.number))
    assert not told

    asker.reactor.until(lambda: told)

    seen = asker.value(told)
    assert [use.number for use in seen.uses] == numbers
    assert [use.number for use in seen.uses if use.uses] == [numbers[-1]]


def test_who_asks_while_an_inventory_is_read_shares_it_unless_it_has_changed(
    asker: Asker, writer: Writer
) -> None:
    def asks() -> list[Any]:
        return asker.watches(asker.ledger.uses("usa", "2026-11-23", lab=False))

    owns(writer, 1)
    first, second = asks(), asks()
    owns(writer, 2)
    asker.ledger.forget_uses()
    third = asks()
    asker.reactor.until(lambda: first and third)

    assert second[0] is first[0]
    assert third[0] is not first[0]
    assert len(third[0].uses) == 2


def test_who_shares_a_reading_that_fails_is_told(asker: Asker, writer: Writer) -> None:
    def asks() -> list[Any]:
        return asker.watches(asker.ledger.uses("usa", "2026-11-23", lab=False))

    both = asks(), asks()
    asker.presence.failed("gone")

    assert [type(told[0]) for told in both] == [StoreAwayError, StoreAwayError]
    asker.comes_back()
    asker.gets(asker.ledger.uses("usa", "2026-11-23", lab=False))
