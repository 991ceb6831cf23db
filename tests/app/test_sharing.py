"""Engines that share limits over one real store; time moves when it is told to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from twisted.internet.defer import Deferred, ensureDeferred, fail, succeed
from twisted.internet.task import Clock

from fastagi_server.app.rounds import Rounds
from fastagi_server.app.sharing import Sharing
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing import scopes
from fastagi_server.pacing.sharer import SILENT_SECONDS, USE_SECONDS
from fastagi_server.pacing.window import SECOND
from fastagi_server.store import tables
from fastagi_server.store.connect import open_database

ALL = scopes.over("carrier")


class Time(Clock):
    def wall(self) -> float:
        return self.seconds()

    def steady(self) -> float:
        return 500.0 + self.seconds()


class Store:
    """What a ledger does, at once; `away` fails, `busy` is another's turn."""

    def __init__(self, database: Engine) -> None:
        self.database = database
        self.is_away = False
        self.fails = False
        self.busy = 0

    def now(self, work: Callable[[Any], Any]) -> Deferred[Any]:
        if self.fails:
            return fail(StoreAwayError(why="it has not answered for a second"))
        if self.busy:
            self.busy -= 1
            return succeed(None)
        with self.database.begin() as conn:
            return succeed(work(conn))


class House:
    def __init__(self, time: Time, database: Engine, name: str, *, cps: float = 30.0, run: str = "1") -> None:
        self.time = time
        self.pacer = Pacer(clock=time)
        self.pacer.limit("cluster", cps)
        self.store = Store(database)
        self.told: list[Any] = []
        self.rounds = Rounds(reactor=time, spawn=ensureDeferred, may=lambda: True)
        self.sharing = Sharing(
            engine=name,
            run=f"{name}.{run}",
            pacer=self.pacer,
            store=self.store,
            clock=time,
            reactor=time,
            told=lambda says: self.told.append(tuple(says.values())),
        )
        self.sharing.begin(self.rounds)

    def share(self) -> int | None:
        return self.pacer.limits.parts.share("cluster")

    def is_closed(self) -> bool:
        return self.pacer.limits.parts.are_closed(ALL, self.time.steady())


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    database = open_database(url)
    yield database
    database.dispose()


@pytest.fixture
def time() -> Time:
    return Time()


def pass_by(time: Time, seconds: float, *busy: House) -> None:
    """Let time pass; the busy dial as many as they may."""
    for _ in range(round(seconds / 0.1)):
        for house in busy:
            house.pacer.limits.parts.waits(ALL)
            while house.pacer.held_until(ALL) <= time.steady():
                house.pacer.took(ALL, time.steady(), time.steady())
        time.advance(0.1)


def test_one_alone_has_all_of_its_limits_at_once_and_nothing_is_told(time: Time, database: Engine) -> None:
    one = House(time, database, "one")

    assert one.share() == 30
    assert not one.is_closed()
    assert one.told == []


def test_two_that_have_work_come_to_halves_within_seconds(
    time: Time, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one = House(time, database, "one")
    pass_by(time, 2, one)
    two = House(time, database, "two")
    assert two.is_closed()
    pass_by(time, 4, one, two)

    assert (one.share(), two.share()) == (15, 15)
    assert one.told == [("cluster", 15, 30.0, 1)]
    assert (
        "cluster: 15 of the limit's 30 calls per second are this engine's, other engines here: 1"
        in caplog.text
    )
    assert two.told == [("cluster", 0, 30.0, 1), ("cluster", 15, 30.0, 1)]


def test_while_the_store_does_not_answer_the_share_lapses(time: Time, database: Engine) -> None:
    one = House(time, database, "one")
    one.store.fails = True
    pass_by(time, USE_SECONDS - 0.2)
    assert not one.is_closed()
    pass_by(time, 0.4)
    assert one.is_closed()
    one.store.fails = False
    pass_by(time, 0.6)

    assert not one.is_closed()


def test_a_store_that_is_away_is_not_asked(time: Time, database: Engine) -> None:
    one = House(time, database, "one")
    one.store.is_away = True
    pass_by(time, USE_SECONDS + 0.1)

    assert one.is_closed()


def test_anothers_turn_is_waited_out(time: Time, database: Engine) -> None:
    one = House(time, database, "one")
    pass_by(time, 1.9)
    one.store.busy = 3
    pass_by(time, 1.9)

    assert one.store.busy == 0
    assert not one.is_closed()


def test_one_that_is_killed_leaves_its_share_to_the_other_after_a_while(time: Time, database: Engine) -> None:
    one, two = House(time, database, "one"), House(time, database, "two")
    pass_by(time, 5, one, two)
    two.rounds.end_all()
    pass_by(time, SILENT_SECONDS + 1.5, one)

    assert one.share() == 30
    assert two.is_closed()


def test_one_that_leaves_gives_back_once_what_it_sent_does_not_count_any_more(
    time: Time, database: Engine
) -> None:
    one = House(time, database, "one")
    pass_by(time, 1)
    one.pacer.took(ALL, time.steady(), time.steady())
    over: list[Any] = []
    one.rounds.end_all()
    ensureDeferred(one.sharing.leave()).addBoth(over.append)
    assert one.is_closed()
    time.advance(SECOND - 0.1)
    assert over == []
    time.advance(0.2)

    assert over == [None]
    with database.connect() as conn:
        assert conn.execute(tables.pace_share.select()).all() == []


def test_a_store_that_is_away_keeps_nobody_from_leaving(
    time: Time, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    one = House(time, database, "one")
    one.store.fails = True
    over: list[Any] = []
    ensureDeferred(one.sharing.leave()).addBoth(over.append)

    assert over == [None]
    assert "our share of the limits is not given back, it lapses" in caplog.text


def test_a_lower_limit_of_another_engine_holds_and_is_told_once(
    time: Time, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = House(time, database, "one"), House(time, database, "two", cps=10.0)
    pass_by(time, 6, one, two)

    assert (one.share(), two.share()) == (5, 5)
    says = (
        "cluster: the limit here is 30 calls per second, another engine on this store has 10: the lower one"
    )
    assert caplog.text.count(says) == 1


def test_two_of_one_name_are_told_of_it(
    time: Time, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    one = House(time, database, "one")
    two = House(time, database, "one", run="2")
    pass_by(time, 5, one, two)

    assert caplog.text.count("another engine named one is on this store") == 2
    assert (one.share(), two.share()) == (15, 15)


def test_what_is_broken_is_told_and_the_next_beat_comes_all_the_same(
    time: Time, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    one = House(time, database, "one")
    asked = one.store.now
    one.store.now = lambda work: fail(ZeroDivisionError())  # type: ignore[method-assign]
    pass_by(time, 0.6)
    one.store.now = asked  # type: ignore[method-assign]
    pass_by(time, 2.5)

    assert "the shared limits could not be renewed" in caplog.text
    assert not one.is_closed()
