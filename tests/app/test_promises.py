from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from fastagi_server.app.presence import SLOW_LOOKS, Presence
from fastagi_server.app.promises import Promises
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer


@pytest.fixture
def writer(url: str) -> Iterator[Writer]:
    database = open_database(url)
    writer = Writer(database)
    yield writer
    writer.close()
    database.dispose()


@pytest.fixture
def presence(clock: Any) -> Presence:
    return Presence(clock=clock)


@pytest.fixture
def promises(writer: Writer, reactor: Any, presence: Presence) -> Promises:
    return Promises(writer=writer, threads=reactor, presence=presence)


def heard(promise: Deferred[Any]) -> list[Any]:
    told: list[Any] = []
    promise.addCallbacks(told.append, lambda failure: told.append(failure.value))
    return told


def test_an_answer_comes_in_the_reactors_thread(promises: Promises, reactor: Any) -> None:
    told = heard(promises.ask(lambda conn: conn.exec_driver_sql("SELECT 7").scalar_one()))

    assert told == []
    reactor.until(lambda: told)
    assert told == [7]


def test_the_works_own_error_is_its_askers_and_no_sign_of_absence(
    promises: Promises, reactor: Any, presence: Presence
) -> None:
    told = heard(promises.ask(lambda conn: conn.info["nothing of that name"]))
    reactor.until(lambda: told)

    assert isinstance(told[0], KeyError)
    assert not presence.away


def test_nobody_waits_for_a_writer_that_waits(
    promises: Promises, reactor: Any, presence: Presence, writer: Writer
) -> None:
    lock = threading.Event()
    writer.submit(lambda _: lock.wait(10))
    settled: Deferred[None] = Deferred()

    told = heard(promises.ask(lambda _: "late", settled=settled))
    for _ in range(SLOW_LOOKS):
        presence.look()

    assert isinstance(told[0], StoreAwayError)
    assert not settled.called
    assert isinstance(heard(promises.ask(lambda _: "not even asked"))[0], StoreAwayError)
    presence.look()  # which probes
    lock.set()
    reactor.until(lambda: not presence.away)
    assert settled.called
    assert len(told) == 1


def test_a_batch_is_brought_in_one_turn_of_the_reactor(
    promises: Promises, reactor: Any, writer: Writer
) -> None:
    lock = threading.Event()
    writer.submit(lambda _: lock.wait(10))
    told = [heard(promises.ask(lambda _, n=n: n)) for n in range(3)]
    lock.set()

    reactor.until(lambda: told[0])

    assert told == [[0], [1], [2]]
