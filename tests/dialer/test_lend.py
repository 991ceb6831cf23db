from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Coroutine, Generator, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from fastagi_server.callerid.choice import Choice
from fastagi_server.dialer.lend import Lender
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.dialer.ports import CountryUses
from fastagi_server.dialer.prepare import Prepared, Preparer
from fastagi_server.dialer.show import Shown, Shows, Wish
from fastagi_server.store import attempts, campaigns, dids, loans, optouts, tables
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import Attempt, Begun, Contact, ContactState, NewContact, No, NotBegun
from fastagi_server.telephony.did import Did, Loan, Mark, Use
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.record import OptOut
from tests.dialer.stage import CAMPAIGN, COUNTRIES, Time, order, run

ONE, TWO = "+13055560001", "+13055560002"
CALLEE = "+12125560001"
OWNED = "+1305556{:04}"
WHO = ("campaign", "hand", "named", "dialplan")


class Store:
    """Answers as it is told to, and writes down what it was asked."""

    def __init__(self, *answers: Begun | NotBegun | Exception, numbers: tuple[str, ...] = (ONE, TWO)) -> None:
        self._answers = list(answers)
        self._numbers = numbers
        self.loans: list[Loan] = []

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        found = [Use(number=n, country=country, period=day, uses=0, last_at=None) for n in self._numbers]
        return CountryUses(period=day, cap=2, uses=found)

    async def lend(self, loan: Loan) -> Begun | NotBegun:
        self.loans.append(loan)
        answer = self._answers.pop(0) if self._answers else Begun(uses=1)
        if isinstance(answer, Exception):
            raise answer
        return answer


def lends(store: Store, times: int = 1) -> list[Any]:
    time = Time()
    lender = Lender(pools=Pools(countries=COUNTRIES, uses=store, clock=time), ledger=store, clock=time)
    told = []
    for _ in range(times):
        time.pass_by(1)
        try:
            told.append(run(lender.lend("usa", lab=False, callee=CALLEE)))
        except DiscadorError as error:
            told.append(error)
    return told


def test_the_least_used_is_lent_and_counted_as_it_was_chosen() -> None:
    store = Store()

    (choice,) = lends(store)

    assert choice.number == ONE
    assert choice.why() == "least used, never used in its period: 0 uses in 2026-11-23, 2 could be chosen"
    (loan,) = store.loans
    assert loan == Loan(
        number=ONE, country="usa", period="2026-11-23", cap=2, at=loan.at, lab=False, callee=CALLEE
    )


def test_a_number_that_others_have_used_up_gives_its_place_to_the_next() -> None:
    store = Store(NotBegun(no=No.AT_CAP, uses=2))

    assert [choice.number for choice in lends(store)] == [TWO]
    assert [loan.number for loan in store.loans] == [ONE, TWO]


def test_a_number_that_is_not_ours_any_more_is_not_tried_again() -> None:
    store = Store(NotBegun(no=No.NOT_OWNED), Begun(uses=1), Begun(uses=2))

    assert [choice.number for choice in lends(store, 2)] == [TWO, TWO]
    assert [loan.number for loan in store.loans] == [ONE, TWO, TWO]


def test_when_all_are_used_up_it_says_until_when() -> None:
    full = NotBegun(no=No.AT_CAP, uses=2)

    (told,) = lends(Store(full, full))

    assert isinstance(told, Exhausted)
    assert told.why == "all 2 caller IDs are at their cap of 2 until midnight of America/New_York"


def test_whoever_opted_out_costs_no_use() -> None:
    store = Store(*[NotBegun(no=No.OPTED_OUT)] * 9)

    assert lends(store, 9) == [No.OPTED_OUT] * 9


def test_a_store_that_is_away_lends_nothing_and_uses_no_pool_up() -> None:
    away = [DiscadorError() for _ in range(9)]

    told = lends(Store(*away), 10)

    assert told[:9] == away
    assert isinstance(told[9], Choice)
    assert told[9].uses == 0


# Any mixture, on a real store: two engines, campaigns and loans, whose steps come in any order.


class Turn:
    """Lets somebody else go first, as a commit in another thread does."""

    def __await__(self) -> Generator[Turn, None, None]:
        yield self


class Books:
    """One engine's ledger on the store that all share; every question is a transaction of its own."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        await Turn()
        period = dids.period(self._conn, country, day)
        cap = dids.limits(self._conn)[country].cap
        return CountryUses(period=period, cap=cap, uses=dids.usage(self._conn, {country: period}))

    async def attempt(self, attempt: Attempt) -> Begun | NotBegun:
        await Turn()
        return attempts.begin(self._conn, attempt)

    async def lend(self, loan: Loan) -> Begun | NotBegun:
        await Turn()
        return loans.lend(self._conn, loan)

    async def marks(self, number: str) -> dict[str, Mark]:
        await Turn()
        return dids.marks_of(self._conn, number)

    async def imported(self, country: str, *, lab: bool) -> bool:
        await Turn()
        return dids.imported(self._conn, country, lab=lab)

    async def refuse(self, contact: Contact, why: str) -> None:
        await Turn()
        campaigns.refuse(self._conn, contact.id, why)

    async def postpone(self, contact: Contact, due_at: float, why: str) -> None:
        raise AssertionError("nobody is called twice here")


class House:
    """One engine."""

    def __init__(self, conn: Connection, name: str, time: Time) -> None:
        books: Any = Books(conn)
        serial = itertools.count()
        pools = Pools(countries=COUNTRIES, uses=books, clock=time)
        self.lender = Lender(pools=pools, ledger=books, clock=time)
        self._shows = Shows(engine=name, pools=pools, ledger=books, clock=time)
        self._mint = lambda: mint(time.wall(), name.encode() + next(serial).to_bytes(7, "big"))
        self.preparer = Preparer(
            engine=name,
            lab=True,
            ledger=books,
            pools=pools,
            make_order=order,
            mint=self._mint,
            clock=time,
        )

    def asks(self, contact: Contact, who: str) -> Coroutine[Any, Any, Any]:
        match who:
            case "dialplan":
                return self.lender.lend("usa", lab=True, callee=contact.number)
            case "campaign":
                return self.preparer.prepare(contact, 0.0)
            case _:
                return self._by_hand(contact, OWNED.format(0) if who == "named" else "")

    async def _by_hand(self, contact: Contact, callerid: str) -> Shown | DiscadorError:
        call = self._mint()
        wish = Wish(
            number=contact.number,
            country="usa",
            trunk="carrier",
            callerid=callerid,
            configured=("+13055569999",),
            order=lambda shown: order(contact, shown, call),
            planned_at=0.0,
        )
        try:
            return await self._shows.begin(wish, lab=True)
        except DiscadorError as no:
            return no


@contextmanager
def opened(
    people: int, owned: int, cap: int, refusing: set[int]
) -> Iterator[tuple[Connection, list[Contact]]]:
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as conn:
        mine = [Did(number=OWNED.format(n), country="usa", lab=True) for n in range(owned)]
        dids.add(conn, mine, at=1.0)
        dids.set_limit(conn, dids.Limit(country="usa", cap=cap, who="us", at=1.0))
        campaigns.create(conn, CAMPAIGN)
        numbers = [f"+1212556{n:04}" for n in range(people)]
        rows = [NewContact(raw=n, number=n, country="usa", state=ContactState.QUEUED) for n in numbers]
        campaigns.add(conn, CAMPAIGN.name, rows)
        for n in refusing:
            optouts.add(conn, OptOut(number=numbers[n % people], at=1.0, source="operator"))
        yield conn, campaigns.everybody(conn, CAMPAIGN.name)
    engine.dispose()


def turn_by_turn(works: list[Coroutine[Any, Any, Any]], dice: Random) -> list[Any]:
    """Run all at once, each step by chance."""
    told = []
    with ExitStack() as stack:
        for work in works:
            stack.callback(work.close)
        while works:
            work = dice.choice(works)
            try:
                work.send(None)
            except StopIteration as done:
                told.append(done.value)
                works.remove(work)
    return told


@given(
    asks=st.lists(st.tuples(st.booleans(), st.sampled_from(WHO)), min_size=1, max_size=14),
    owned=st.integers(1, 3),
    cap=st.integers(1, 4),
    refusing=st.sets(st.integers(0, 13), max_size=3),
    dice=st.randoms(use_true_random=False),
)
def test_no_mixture_of_campaigns_calls_by_hand_and_loans_on_two_engines_goes_over_a_cap(
    asks: list[tuple[bool, str]], owned: int, cap: int, refusing: set[int], dice: Random
) -> None:
    with opened(len(asks), owned, cap, refusing) as (conn, people):
        time = Time()
        houses = [House(conn, name, time) for name in ("one", "two")]
        works = [
            houses[second].asks(contact, who) for contact, (second, who) in zip(people, asks, strict=True)
        ]

        told = turn_by_turn(works, dice)

        uses = {use.number: use.uses for use in dids.usage(conn, {"usa": "2026-11-23"})}
    given_out = Counter(
        each.number if isinstance(each, Choice) else each.begin.callerid
        for each in told
        if isinstance(each, Choice | Prepared | Shown)
    )
    assert max(uses.values()) <= cap
    assert {number: n for number, n in uses.items() if n} == given_out
    assert "+13055569999" not in given_out
    if not refusing and "named" not in {who for _, who in asks}:
        # And nobody was turned away while there was a use left.
        assert given_out.total() == min(len(asks), cap * owned)


@pytest.mark.parametrize(
    ("first", "then"),
    [(first, then) for first in WHO for then in WHO if then not in (first, "named")],
)
def test_what_one_engine_has_used_up_the_other_does_not_give(first: str, then: str) -> None:
    with opened(5, 2, 2, set()) as (conn, people):
        time, dice = Time(), Random(1)
        one, two = (House(conn, name, time) for name in ("one", "two"))
        turn_by_turn([two.asks(people[4], first)], dice)  # it knows its pool before the other begins
        turn_by_turn([one.asks(person, then) for person in people[:3]], dice)

        (told,) = turn_by_turn([two.lender.lend("usa", lab=True, callee=None)], dice)

    assert isinstance(told, Exhausted)
