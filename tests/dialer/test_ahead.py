from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.ahead import EARNEST, IDLE_SECONDS, Ahead
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.telephony.did import Lease, Leased, Use
from tests.dialer.stage import Time, run

NUMBERS = [f"+1305556{n:04}" for n in range(1000)]


class Store:
    """Reserves what it is asked for, but for those that others have used up."""

    def __init__(self) -> None:
        self.wishes: list[Lease] = []
        self.given: list[tuple[str | None, str | None]] = []
        self.used_up: set[str] = set()
        self.counted: Counter[str] = Counter()
        self.engines = 1

    async def lease(self, wish: Lease) -> Leased:
        self.wishes.append(wish)
        granted = frozenset(wish.wanted) - self.used_up
        self.counted.update({number: wish.wanted[number] for number in granted})
        uses = {number: 100 if number in self.used_up else self.counted[number] for number in wish.wanted}
        return Leased(granted=granted, uses=uses, engines=self.engines)

    async def give_back(self, country: str | None = None, period: str | None = None) -> None:
        self.given.append((country, period))


class Office:
    def __init__(self, numbers: list[str] = NUMBERS, cap: int = 100) -> None:
        self.time = Time()
        self.store = Store()
        self.later: list[Coroutine[Any, Any, Any]] = []
        self.ahead = Ahead(engine="one", store=self.store, clock=self.time, spawn=self.later.append)
        uses = [Use(number=n, country="usa", period="d", uses=0, last_at=None) for n in numbers]
        self.pool = Pool(country="usa", period="d", cap=cap, uses=uses)

    def draw(self, times: int) -> Counter[bool]:
        """Draw so often, and give how many uses were reserved before."""
        found: Counter[bool] = Counter()
        for _ in range(times):
            choice = self.pool.choose(self.time.wall())
            assert choice is not None
            found[choice.leased] += 1
            self.store.counted[choice.number] += not choice.leased
            self.ahead.drawn(self.pool)
        return found

    def catch_up(self) -> None:
        while self.later:
            run(self.later.pop(0))


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    for never_run in office.later:
        never_run.close()


def test_what_an_engine_of_our_name_had_reserved_is_given_back_once(office: Office) -> None:
    run(office.ahead.recover())
    run(office.ahead.recover())

    assert office.store.given == [(None, None)]


def test_whoever_draws_a_few_reserves_nothing(office: Office) -> None:
    assert office.draw(EARNEST - 1) == {False: EARNEST - 1}
    assert office.later == []


def test_whoever_draws_on_reserves_ahead_and_waits_for_nothing(office: Office) -> None:
    assert office.draw(20) == {False: 20}
    assert len(office.later) == 1
    office.catch_up()

    assert office.pool.reserved == 256
    assert office.draw(120) == {True: 120}
    assert office.later == []
    office.draw(20)
    office.catch_up()
    assert [sum(wish.wanted.values()) for wish in office.store.wishes] == [256, 256 - 127]
    (first, _) = office.store.wishes
    assert (first.engine, first.country, first.period, first.cap) == ("one", "usa", "d", 100)


def test_the_reserve_shrinks_with_what_is_left_and_ends_with_uses_counted_by_themselves() -> None:
    office = Office(NUMBERS[:5])
    office.store.engines = 4
    held = []
    for _ in range(500):
        office.draw(1)
        office.catch_up()
        held.append(office.pool.reserved)

    assert max(held) == 49
    assert set(held[EARNEST + 60 : EARNEST + 200]) <= set(range(13))
    assert set(held[-140:]) == {0}
    assert set(office.store.counted.values()) == {100}
    assert office.pool.choose(1.0) is None


def test_what_others_have_used_up_is_learned_by_the_hundred(office: Office) -> None:
    office.store.used_up = set(NUMBERS[:100])
    office.draw(EARNEST)
    office.catch_up()

    assert office.pool.reserved == 256 - 100 + EARNEST
    choice = office.pool.choose(1.0)
    assert choice is not None
    assert choice.number not in office.store.used_up


def test_what_nobody_draws_from_is_given_back(office: Office) -> None:
    office.draw(EARNEST)
    office.catch_up()
    office.time.pass_by(IDLE_SECONDS - 1)
    office.ahead.look()
    assert office.pool.reserved == 256

    office.time.pass_by(1)
    office.ahead.look()
    office.catch_up()

    assert (office.pool.reserved, office.store.given) == (0, [("usa", "d")])
    assert office.draw(EARNEST) == {False: EARNEST}


def test_what_is_granted_after_a_pool_was_dropped_is_given_back_too(office: Office) -> None:
    office.draw(EARNEST)
    office.ahead.drop(office.pool)

    office.catch_up()

    # Once for what was there, and once for what came after.
    assert (office.pool.reserved, office.store.given) == (0, [("usa", "d")] * 2)


def test_who_leaves_gives_back_everything(office: Office) -> None:
    run(office.ahead.recover())
    office.draw(EARNEST)
    office.catch_up()

    run(office.ahead.leave())

    assert (office.pool.reserved, office.store.given) == (0, [(None, None)] * 2)


def test_who_never_looked_into_the_store_has_nothing_to_give_back(office: Office) -> None:
    run(office.ahead.leave())

    assert office.store.given == []


def test_what_a_store_that_went_away_may_have_reserved_is_given_back_once_it_answers(office: Office) -> None:
    class Away:
        async def lease(self, wish: Lease) -> Leased:
            raise StoreAwayError(why=wish.country)

        async def give_back(self, country: str | None = None, period: str | None = None) -> None:
            raise StoreAwayError(why=country or "")

    office.ahead._store = Away()
    office.draw(EARNEST)
    for _ in range(2):
        office.ahead.look()
        office.catch_up()
    office.ahead._store = office.store
    office.ahead.look()
    office.draw(1)
    office.catch_up()

    assert (office.pool.reserved, office.store.given) == (256, [("usa", "d")])
