from __future__ import annotations

import resource
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from fastagi_server.store import calls, job, optouts
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import (
    AlreadyBegunError,
    NotDurableError,
    StoreBusyError,
    StoreClosedError,
)
from fastagi_server.store.job import Outcome
from fastagi_server.store.reader import read
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Begin, OptOut
from tests.store.conftest import ON_SQLITE

SOON = 20.0
MakeBegin = Callable[[int], Begin]
Work = Callable[[Connection], None]


@pytest.fixture
def store(engine: Engine) -> Iterator[Writer]:
    store = Writer(engine)
    yield store
    store.close()


class Gate:
    """Work that holds the writer until it is told to go on, so that a batch can gather behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, conn: Connection) -> None:
        self.entered.set()
        assert self.go_on.wait(SOON)


def hold(store: Writer) -> tuple[Gate, Future[None]]:
    gate = Gate()
    held = store.submit(gate)
    assert gate.entered.wait(SOON)
    return gate, held


def kept(engine: Engine) -> set[CallId]:
    return {record.call for record in read(engine, calls.open_calls)}


def begin(new: Begin) -> Work:
    def work(conn: Connection) -> None:
        assert calls.begin(conn, new)

    return work


def test_a_future_gives_the_works_answer(store: Writer) -> None:
    entry = OptOut(number="+15550001111", at=1.0, source="operator")
    assert store.submit(lambda conn: optouts.add(conn, entry)).result(SOON) is True
    assert store.submit(lambda conn: optouts.add(conn, entry)).result(SOON) is False


def test_it_resolves_after_the_commit_and_before_anything_later(
    store: Writer, engine: Engine, url: str, make_begin: MakeBegin
) -> None:
    seen: list[int] = []

    def look(_done: Future[None]) -> None:
        outside = open_database(url)
        seen.append(len(kept(outside)))
        outside.dispose()

    gate, _held = hold(store)
    futures = [store.submit(begin(make_begin(n))) for n in (1, 2, 3)]
    for future in futures:
        future.add_done_callback(look)
    gate.go_on.set()
    store.close()
    assert seen == [3, 3, 3]


def test_what_waits_together_is_committed_together_up_to_the_bound(
    engine: Engine, make_begin: MakeBegin
) -> None:
    seen: list[set[CallId]] = []
    store = Writer(engine, batch=2)
    gate, _held = hold(store)
    futures = [store.submit(begin(make_begin(n))) for n in (1, 2, 3)]
    for future in futures:
        future.add_done_callback(lambda _done: seen.append(kept(engine)))
    gate.go_on.set()
    store.close()
    assert [len(calls) for calls in seen] == [2, 2, 3]


def test_what_is_urgent_goes_before_what_waits_and_shares_its_commit_with_nobody_else(
    store: Writer, engine: Engine, make_begin: MakeBegin
) -> None:
    seen: list[set[CallId]] = []
    gate, _held = hold(store)
    waiting = store.submit(begin(make_begin(1)))
    patient = store.submit(begin(make_begin(2)), patience=SOON)
    urgent = [store.submit(begin(make_begin(n)), urgent=True) for n in (3, 4)]
    for future in (*urgent, waiting, patient):
        future.add_done_callback(lambda _done: seen.append(kept(engine)))
    gate.go_on.set()
    store.close()

    assert [len(calls) for calls in seen] == [2, 2, 4, 4]
    assert seen[0] == {make_begin(3).call, make_begin(4).call}


def test_what_is_urgent_does_not_wait_for_the_patient(store: Writer, make_begin: MakeBegin) -> None:
    seen: list[str] = []
    patient = store.submit(begin(make_begin(1)), patience=SOON)
    patient.add_done_callback(lambda _: seen.append("patient"))
    urgent = store.submit(begin(make_begin(2)), urgent=True)
    urgent.add_done_callback(lambda _: seen.append("urgent"))

    urgent.result(SOON / 2)
    store.close()
    assert seen == ["urgent", "patient"]


def test_the_patient_wait_once_though_what_is_urgent_comes_again_and_again(
    store: Writer, make_begin: MakeBegin
) -> None:
    patient = store.submit(begin(make_begin(0)), patience=SOON)
    end = time.monotonic() + SOON / 2
    number = 0
    while not patient.done():
        assert time.monotonic() < end
        number += 1
        store.submit(begin(make_begin(number)), urgent=True).result(SOON)


def test_what_follows_a_batch_may_fail_and_the_writer_lives_on(
    store: Writer, make_begin: MakeBegin, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise OSError("no wake")

    store.settled.append(fails)
    store.submit(begin(make_begin(1))).result(SOON)
    store.submit(begin(make_begin(2))).result(SOON)

    assert "what follows the settling of a batch failed" in caplog.text


def test_whoever_can_wait_less_than_the_first_one_does_not_wait_for_him(
    store: Writer, engine: Engine, make_begin: MakeBegin
) -> None:
    seen: list[set[CallId]] = []
    patient = store.submit(begin(make_begin(1)), patience=2 * SOON)
    patient.add_done_callback(lambda _: seen.append(kept(engine)))
    soon = store.submit(begin(make_begin(2)), patience=0.05)

    soon.result(SOON)
    patient.result(SOON)
    store.close()
    assert [len(calls) for calls in seen] == [2]  # and takes him along


def test_as_many_as_fit_wait_for_nobody(engine: Engine, make_begin: MakeBegin) -> None:
    store = Writer(engine, batch=2)
    futures = [store.submit(begin(make_begin(n)), patience=2 * SOON) for n in (1, 2)]

    for each in futures:
        each.result(SOON)
    store.close()


def test_a_batch_is_told_of_once_when_all_of_it_is_settled(store: Writer, make_begin: MakeBegin) -> None:
    gate, held = hold(store)
    futures = [held, *(store.submit(begin(make_begin(n))) for n in (1, 2, 3))]
    told: list[list[bool]] = []
    store.settled.append(lambda: told.append([each.done() for each in futures]))
    gate.go_on.set()
    store.close()

    assert told[:2] == [[True, False, False, False], [True] * 4]


def test_what_is_refused_at_the_end_is_told_of_too(engine: Engine, make_begin: MakeBegin) -> None:
    store = Writer(engine)
    gate, _held = hold(store)
    refused = store.submit(begin(make_begin(1)))
    told: list[bool] = []
    store.settled.append(lambda: told.append(refused.done()))
    closing = threading.Thread(target=store.close, kwargs={"drain": False})
    closing.start()
    with pytest.raises(StoreClosedError):
        refused.result(SOON)
    gate.go_on.set()
    closing.join()

    assert told[0] is True


def test_a_writer_that_is_closed_does_what_is_urgent_too(engine: Engine, make_begin: MakeBegin) -> None:
    store = Writer(engine)
    gate, _held = hold(store)
    futures = [store.submit(begin(make_begin(n)), urgent=n == 2) for n in (1, 2)]
    refused = threading.Thread(target=store.close, kwargs={"drain": False})
    refused.start()
    for future in futures:
        with pytest.raises(StoreClosedError):
            future.result(SOON)
    gate.go_on.set()
    refused.join()


def test_one_failure_harms_nobody_else(store: Writer, engine: Engine, make_begin: MakeBegin) -> None:
    def half(conn: Connection) -> None:
        calls.begin(conn, make_begin(2))
        raise LookupError("mine")

    gate, _held = hold(store)
    works = [begin(make_begin(1)), half, begin(make_begin(1)), begin(make_begin(3))]
    first, failed, twice, last = (store.submit(work) for work in works)
    gate.go_on.set()
    assert last.result(SOON) is None
    assert first.result(SOON) is None
    assert isinstance(failed.exception(SOON), LookupError)
    assert isinstance(twice.exception(SOON), AlreadyBegunError)
    assert kept(engine) == {make_begin(1).call, make_begin(3).call}


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit()])
def test_no_work_can_kill_the_thread(store: Writer, make_begin: MakeBegin, error: BaseException) -> None:
    def kill(conn: Connection) -> None:
        raise error

    assert store.submit(kill).exception(SOON) is error
    assert store.submit(begin(make_begin(1))).result(SOON) is None


@pytest.mark.parametrize("error", [LookupError("mine"), SystemExit(1)])
def test_no_callback_can_harm_its_neighbours(
    store: Writer, make_begin: MakeBegin, error: BaseException
) -> None:
    def kill(_done: Future[None]) -> None:
        raise error

    gate, _held = hold(store)
    futures = [store.submit(begin(make_begin(n))) for n in (1, 2)]
    futures[0].add_done_callback(kill)
    gate.go_on.set()
    assert [future.result(SOON) for future in futures] == [None, None]
    assert store.submit(begin(make_begin(3))).result(SOON) is None


def test_work_that_was_cancelled_in_time_is_not_done(
    store: Writer, engine: Engine, make_begin: MakeBegin
) -> None:
    gate, held = hold(store)
    given_up = store.submit(begin(make_begin(1)))
    meddled = store.submit(begin(make_begin(2)))
    wanted = store.submit(begin(make_begin(3)))
    assert given_up.cancel()
    assert not held.cancel()
    meddled.set_result(None)
    gate.go_on.set()
    assert wanted.result(SOON) is None
    assert kept(engine) == {make_begin(3).call}


def test_a_batch_of_which_nothing_is_wanted_is_no_end(store: Writer, make_begin: MakeBegin) -> None:
    gate, _held = hold(store)
    assert store.submit(begin(make_begin(1))).cancel()
    gate.go_on.set()
    assert store.submit(begin(make_begin(2))).result(SOON) is None


@ON_SQLITE
def test_a_lock_held_too_long_is_not_durable_and_the_next_work_is(
    store: Writer, engine: Engine, file: Path, make_begin: MakeBegin
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    failed = [store.submit(begin(make_begin(n))) for n in (1, 2)]
    for future in failed:
        with pytest.raises(NotDurableError, match="database is locked"):
            future.result(SOON)
    other.execute("ROLLBACK")
    other.close()
    store.submit(begin(make_begin(3))).result(SOON)
    assert kept(engine) == {make_begin(3).call}


@ON_SQLITE
def test_a_disk_that_cannot_be_written_at_commit_is_not_durable_and_the_next_work_is(
    store: Writer, engine: Engine, file: Path, make_begin: MakeBegin
) -> None:
    store.submit(begin(make_begin(1))).result(SOON)
    log = Path(f"{file}-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    gate, held = hold(store)
    failed = [store.submit(begin(make_begin(n))) for n in (2, 3)]
    try:
        # The system itself refuses the write that COMMIT makes: a full disk as SQLite sees it.
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
        gate.go_on.set()
        wait_for([held, *failed], SOON)
        for future in failed:
            assert isinstance(future.exception(SOON), NotDurableError), future
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    store.submit(begin(make_begin(4))).result(SOON)
    assert kept(engine) == {make_begin(1).call, make_begin(4).call}


@ON_SQLITE
def test_a_full_database_fails_what_does_not_fit_and_promises_nothing_that_is_lost(
    store: Writer, engine: Engine, make_begin: MakeBegin
) -> None:
    def no_more_pages(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes it as: not one more than there are

    def huge(conn: Connection) -> None:
        calls.begin(conn, replace(make_begin(2), campaign="x" * 100_000))

    gate, _held = hold(store)
    pages = store.submit(no_more_pages)
    small = store.submit(begin(make_begin(1)))
    full = store.submit(huge)
    last = store.submit(begin(make_begin(3)))
    gate.go_on.set()
    wait_for([pages, small, full, last], SOON)
    assert isinstance(full.exception(SOON), NotDurableError)
    promised = {make_begin(n).call for n, f in ((1, small), (3, last)) if f.exception(SOON) is None}
    assert kept(engine) == promised


def test_a_transaction_that_the_database_ended_by_itself_takes_the_whole_batch_along(
    store: Writer, engine: Engine, make_begin: MakeBegin
) -> None:
    def hides_it(conn: Connection) -> None:
        conn.exec_driver_sql("ROLLBACK")

    gate, _held = hold(store)
    works = [begin(make_begin(1)), hides_it, begin(make_begin(2))]
    futures = [store.submit(work) for work in works]
    gate.go_on.set()
    for future in futures:
        with pytest.raises(NotDurableError, match=r"no such savepoint|SAVEPOINT can only"):
            future.result(SOON)
    assert kept(engine) == set()
    store.submit(begin(make_begin(3))).result(SOON)
    assert kept(engine) == {make_begin(3).call}


def test_each_lost_promise_has_an_error_of_its_own_and_its_cause(
    store: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(self: Engine) -> Connection:
        raise MemoryError("no room")

    monkeypatch.setattr(Engine, "connect", breaks)
    errors = [store.submit(lambda conn: None).exception(SOON) for _ in range(2)]
    monkeypatch.undo()
    assert all(isinstance(error, NotDurableError) and "no room" in str(error) for error in errors)
    assert errors[0] is not errors[1]
    assert isinstance(errors[0], NotDurableError)
    assert isinstance(errors[0].__cause__, MemoryError)
    assert store.submit(lambda conn: 5).result(SOON) == 5


def test_commit_itself_may_find_that_nothing_is_left(store: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_: object, conn: Connection) -> list[Outcome]:
        conn.exec_driver_sql("ROLLBACK")
        return [Outcome()]

    monkeypatch.setattr(job, "trust", lost)
    monkeypatch.setattr(job, "attempt", lost)
    with pytest.raises(NotDurableError, match=r"by itself|is no more"):
        store.submit(lambda conn: None).result(SOON)


def test_the_patient_share_a_commit_and_the_hurried_take_them_along(engine: Engine) -> None:
    store = Writer(engine)
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)

    patient = [store.submit(lambda conn: 1, patience=30.0) for _ in range(5)]
    hurried = store.submit(lambda conn: 2)

    assert hurried.result(SOON) == 2
    assert [future.result(SOON) for future in patient] == [1] * 5
    assert len(commits) <= 2  # the first may have been alone for a moment
    store.close()


def test_patience_comes_to_an_end(engine: Engine) -> None:
    store = Writer(engine)

    assert store.submit(lambda conn: 1, patience=0.05).result(SOON) == 1
    store.close()


def test_closing_does_not_wait_for_the_patient(engine: Engine) -> None:
    store = Writer(engine)
    patient = store.submit(lambda conn: 1, patience=3600.0)

    store.close()

    assert patient.result(0) == 1


def test_a_full_queue_refuses_and_memory_stays_bounded(engine: Engine) -> None:
    store = Writer(engine, limit=3)
    gate, _held = hold(store)
    waiting = [store.submit(lambda conn: None) for _ in range(3)]
    with pytest.raises(StoreBusyError, match="3 pieces"):
        store.submit(lambda conn: None)
    gate.go_on.set()
    wait_for(waiting, SOON)
    assert store.submit(lambda conn: 7).result(SOON) == 7
    store.close()


def test_closing_does_what_waits_and_then_refuses(engine: Engine, make_begin: MakeBegin) -> None:
    store = Writer(engine, batch=2)
    gate, _held = hold(store)
    waiting = [store.submit(begin(make_begin(n))) for n in range(5)]
    gate.go_on.set()
    store.close()
    assert [future.result(0) for future in waiting] == [None] * 5
    assert len(kept(engine)) == 5
    with pytest.raises(StoreClosedError, match="it is closed"):
        store.submit(begin(make_begin(9)))
    store.close()


def test_closing_without_draining_refuses_what_waits(engine: Engine, make_begin: MakeBegin) -> None:
    store = Writer(engine)
    gate, held = hold(store)
    waiting = [store.submit(begin(make_begin(n))) for n in range(3)]
    for future in waiting:
        future.add_done_callback(lambda _done: gate.go_on.set())
    store.close(drain=False)
    assert held.result(0) is None
    assert all(isinstance(future.exception(0), StoreClosedError) for future in waiting)
    assert kept(engine) == set()


def test_a_callback_may_close_the_writer(engine: Engine) -> None:
    store = Writer(engine)
    gate, held = hold(store)
    held.add_done_callback(lambda _done: store.close())
    gate.go_on.set()
    store._thread.join(SOON)
    assert not store._thread.is_alive()


def test_no_promise_is_left_open_when_the_thread_dies(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Writer(engine, batch=1)
    gate, held = hold(store)
    waiting = [store.submit(lambda conn: None) for _ in range(3)]

    def dies(self: Writer, batch: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(Writer, "_do", dies)
    gate.go_on.set()
    store._thread.join(SOON)
    assert held.result(0) is None
    assert isinstance(waiting[0].exception(0), NotDurableError)
    assert [type(future.exception(0)) for future in waiting[1:]] == [StoreClosedError] * 2
    with pytest.raises(StoreClosedError, match="died of MemoryError"):
        store.submit(lambda conn: None)
    store.close()


def test_a_broken_connection_is_replaced(store: Writer, engine: Engine, make_begin: MakeBegin) -> None:
    def breaks(conn: Connection) -> None:
        driver: Any = conn.connection.dbapi_connection
        driver.close()

    gone = store.submit(breaks)
    assert isinstance(gone.exception(SOON), NotDurableError)
    assert store.submit(begin(make_begin(1))).result(SOON) is None
    assert kept(engine) == {make_begin(1).call}


@ON_SQLITE
def test_a_connection_that_cannot_even_be_closed_is_left_behind(
    store: Writer, make_begin: MakeBegin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(self: Connection) -> None:
        raise OSError("stuck")

    monkeypatch.setattr(Connection, "invalidate", stuck)
    gone = store.submit(lambda conn: conn.exec_driver_sql("ROLLBACK"))
    assert isinstance(gone.exception(SOON), NotDurableError)
    monkeypatch.undo()
    assert store.submit(begin(make_begin(1))).result(SOON) is None


def test_the_writer_does_not_wait_for_readers(engine: Engine, make_begin: MakeBegin) -> None:
    store = Writer(engine)
    store.submit(begin(make_begin(1))).result(SOON)
    readers = [engine.connect().execution_options(sqlite_readonly=True) for _ in range(14)]
    for reader in readers:
        reader.execute(text("SELECT count(*) FROM call")).scalar()
    assert store.submit(begin(make_begin(2))).result(SOON) is None
    for reader in readers:
        reader.close()
    store.close()
