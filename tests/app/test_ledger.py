from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred

from fastagi_server.app.ledger import PAUSES, StoreLedger
from fastagi_server.dialer.call import opened
from fastagi_server.store import dids
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import (
    AlreadyBegunError,
    NotDurableError,
    StoreBusyError,
    StoreClosedError,
)
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import Attempt, Begun, No, NotBegun
from fastagi_server.telephony.did import Did, Loan
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
ENDED = replace(opened(BEGIN), state=State.ENDED, ended_at=9.0, disposition=Disposition.BUSY)


class Failing:
    """A writer whose first pieces of work go wrong as told, and whose next reach the real one."""

    def __init__(self, writer: Writer, *errors: Exception) -> None:
        self._writer = writer
        self._errors = list(errors)

    def submit(self, work: Callable[[Any], Any], *, patience: float = 0.0) -> Future[Any]:
        if not self._errors:
            return self._writer.submit(work, patience=patience)
        error = self._errors.pop(0)
        if isinstance(error, StoreBusyError | StoreClosedError):
            raise error
        lost: Future[Any] = Future()
        lost.set_exception(error)
        return lost


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
        self.ledger = StoreLedger(writer=writes, threads=reactor)

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
    assert asker.gets(asker.ledger.opt_out(entry)) is True
    assert asker.gets(asker.ledger.opt_out(entry)) is False
    assert asker.gets(asker.ledger.is_opted_out("+525550001009")) is True


def test_the_stores_own_errors_come_through(asker: Asker) -> None:
    asker.gets(asker.ledger.attempt(ATTEMPT))

    another = replace(ATTEMPT, begin=replace(BEGIN, number="+525550001004"))
    with pytest.raises(AlreadyBegunError):
        asker.gets(asker.ledger.attempt(another))


@pytest.mark.parametrize("error", [StoreBusyError(limit=3), StoreClosedError(why="it is closed")])
def test_a_refused_piece_of_work_is_a_failed_promise_not_a_raised_error(
    error: Exception, reactor: Any, writer: Writer
) -> None:
    asker = Asker(reactor, Failing(writer, error))

    promise = asker.ledger.find(CALL)

    with pytest.raises(type(error)):
        asker.value(asker.watches(promise))


@pytest.mark.parametrize("error", [NotDurableError(why="disk I/O error"), StoreBusyError(limit=3)])
def test_a_record_that_was_not_kept_is_kept_a_little_later(
    error: Exception, reactor: Any, writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    Asker(reactor, writer).gets(StoreLedger(writer=writer, threads=reactor).attempt(ATTEMPT))
    asker = Asker(reactor, Failing(writer, error))

    with caplog.at_level(logging.WARNING):
        told = asker.watches(asker.ledger.keep(ENDED))
        if not reactor.getDelayedCalls():
            reactor.until(reactor.getDelayedCalls)

    assert told == []
    assert f"call_id={CALL}" in caplog.text
    reactor.advance(PAUSES[0])
    reactor.until(lambda: told)
    assert told == [None]
    assert asker.gets(asker.ledger.find(CALL)) == ENDED


def test_a_store_that_stays_broken_is_told_in_the_end(reactor: Any, writer: Writer) -> None:
    errors = [NotDurableError(why="disk full") for _ in range(len(PAUSES) + 1)]
    asker = Asker(reactor, Failing(writer, *errors))

    told = asker.watches(asker.ledger.keep(ENDED))
    for pause in PAUSES:
        reactor.until(reactor.getDelayedCalls)
        assert told == []
        reactor.advance(pause)
    reactor.until(lambda: told)

    with pytest.raises(NotDurableError, match="disk full"):
        asker.value(told)


def test_what_another_try_cannot_mend_is_told_at_once(asker: Asker) -> None:
    stranger = replace(ENDED, call=mint(7.0, b"9876543210"))

    with pytest.raises(Exception, match="has no call"):
        asker.gets(asker.ledger.keep(stranger))

    assert asker.reactor.getDelayedCalls() == []


def test_all_pauses_together_are_shorter_than_a_house_takes_to_leave() -> None:
    from fastagi_server.app.house import LEAVING_SECONDS

    assert sum(PAUSES) < LEAVING_SECONDS


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
