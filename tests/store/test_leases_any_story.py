"""Any mixture of engines, reservations, calls, crashes, resets, caps, rests: none over, nothing burnt."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from fastagi_server.store import attempts, dids, leases, rests
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import call_id
from fastagi_server.telephony.campaign import Attempt, Begun, No, NotBegun
from fastagi_server.telephony.did import Did, Lease, Limit, Rest, RestKind
from fastagi_server.telephony.record import Begin
from tests.databases import Databases

DAY = "2026-11-23"
FILE_CAP = 3
NUMBERS = ("+12125550001", "+12125550002", "+12125550003")
ENGINES = ("a", "b")
engines = st.sampled_from(ENGINES)
numbers = st.sampled_from(NUMBERS)


class Story(RuleBasedStateMachine):
    databases: ClassVar[Databases]

    @initialize()
    def open(self) -> None:
        self.closing = ExitStack()
        url = self.closing.enter_context(self.databases.fresh())
        self.engine = open_database(url)
        self.closing.callback(self.engine.dispose)
        self.begun: Counter[tuple[str, str]] = Counter()
        self.held: Counter[tuple[str, str, str]] = Counter()
        self.resting: set[str] = set()
        self.cap, self.period, self.minted = FILE_CAP, DAY, 0
        self.do(dids.add, [Did(number=number, country="usa") for number in NUMBERS], at=1.0)

    def teardown(self) -> None:
        if hasattr(self, "closing"):
            for engine in ENGINES:
                self.recover(engine)
            self.the_store_agrees()
            assert not self.held
            self.closing.close()

    def do(self, work: Any, *told: Any, **more: Any) -> Any:
        with self.engine.begin() as conn:
            return work(conn, *told, **more)

    def counted(self, period: str, number: str) -> int:
        held = sum(self.held[engine, period, number] for engine in ENGINES)
        return self.begun[period, number] + held

    def fits(self, uses: int) -> bool:
        return not self.cap or uses <= self.cap

    @rule(engine=engines, wanted=st.dictionaries(numbers, st.integers(1, 4), min_size=1))
    def reserve(self, engine: str, wanted: dict[str, int]) -> None:
        wish = Lease(engine=engine, country="usa", period=self.period, cap=FILE_CAP, at=5.0, wanted=wanted)
        told = self.do(leases.lease, wish)
        for number, uses in wanted.items():
            before = self.counted(self.period, number)
            granted = number not in self.resting and self.fits(before + uses)
            assert (number in told.granted) == granted
            if granted:
                self.held[engine, self.period, number] += uses
            assert told.uses[number] == self.counted(self.period, number)

    @rule(engine=engines, number=numbers, leased=st.booleans(), old=st.booleans())
    def begin(self, engine: str, number: str, *, leased: bool, old: bool) -> None:
        period = DAY if old else self.period
        self.minted += 1
        new = Begin(
            call=call_id.mint(1_700_000_000 + self.minted, self.minted.to_bytes(10, "big")),
            number=f"+1305556{self.minted:04}",
            country="usa",
            callerid=number,
            trunk="t",
            campaign="c",
            planned_at=5.0,
            begun_at=5.0,
            engine=engine,
        )
        attempt = Attempt(begin=new, contact=None, period=period, cap=FILE_CAP, leased=leased)
        outcome = self.do(attempts.begin, attempt)
        counted, key = self.counted(period, number), (engine, period, number)
        if number in self.resting:
            assert outcome == NotBegun(no=No.RESTING)
        elif leased and self.held[key] and self.fits(counted):
            assert outcome == Begun(uses=None)
            self.held[key] -= 1
            self.begun[period, number] += 1
        elif self.fits(counted + 1):
            assert outcome == Begun(uses=counted + 1)
            self.begun[period, number] += 1
        else:
            assert outcome == NotBegun(no=No.AT_CAP, uses=counted)
        if isinstance(outcome, Begun):
            assert self.fits(self.begun[period, number])

    @rule(engine=engines)
    def recover(self, engine: str) -> None:
        """The engine died, or forgot what it knew, and starts again under its name."""
        mine = {key: uses for key, uses in self.held.items() if key[0] == engine and uses}
        assert sum(self.do(leases.give_back, engine).values()) == sum(mine.values())
        for key in mine:
            del self.held[key]
        self.held = +self.held

    @rule(cap=st.integers(0, 5))
    def limit(self, cap: int) -> None:
        self.cap = cap
        self.do(dids.set_limit, Limit(country="usa", cap=cap, who="ana", at=2.0))

    @rule()
    def reset(self) -> None:
        self.do(dids.reset, country="usa", day=DAY, who="ana", why="a test", at=1.0)
        self.period = self.do(dids.period, "usa", DAY)

    @rule(number=numbers)
    def rest_or_release(self, number: str) -> None:
        if number in self.resting:
            assert self.do(rests.release, number)
        else:
            rest = Rest(
                number=number, country="usa", kind=RestKind.REST, since=1.0, until=9.0, who="ana", why="x"
            )
            assert self.do(rests.put, rest)
        self.resting ^= {number}

    @invariant()
    def the_store_agrees(self) -> None:
        if not hasattr(self, "closing"):
            return
        for period in {DAY, self.period, *(period for period, _ in self.begun)}:
            told = {number: use.uses for number, use in self.do(dids.uses, "usa", period).items()}
            known = {number: self.counted(period, number) for number in NUMBERS}
            assert told == {number: uses for number, uses in known.items() if uses}


EXAMPLES = {"sqlite": 30, "postgresql": 10}


@pytest.mark.timeout(300)  # hundreds of databases
def test_any_story(databases: Databases, kind: str) -> None:
    Story.databases = databases
    drawn = settings(max_examples=EXAMPLES[kind], stateful_step_count=30, deadline=None)
    run_state_machine_as_test(Story, settings=drawn)
