"""Any story of attempts, ends, opt-outs, stops and resets: the store agrees with a model of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fastagi_server.store import attempts, calls, campaigns, dids, optouts
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import call_id
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
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin, OptOut, Record, State
from tests.databases import Databases

DAY = "2026-11-23"
CAP = 2
NUMBERS = {1: "+13055560001", 2: "+13055560002", 3: "+13055560003"}
DIDS = ("+12125550001", "+12125550002")
STRANGER = "+12125559999"
contacts = st.sampled_from(sorted(NUMBERS))


@dataclass
class Person:
    """What the model knows of a contact."""

    state: ContactState = ContactState.QUEUED
    attempts: int = 0
    due_at: float = 1.0
    call: str | None = None


class Story(RuleBasedStateMachine):
    databases: ClassVar[Databases]

    @initialize()
    def open(self) -> None:
        self.database = self.databases.fresh()
        self.engine = open_database(self.database.__enter__())
        self.store = Writer(self.engine)
        self.people = {n: Person() for n in NUMBERS}
        self.uses: Counter[tuple[str, str]] = Counter()
        self.open_calls: dict[str, Begin] = {}
        self.ended: list[Record] = []
        self.gone: set[str] = set()
        self.owned = set(DIDS)
        self.running = True
        self.period = DAY
        self.minted = 0
        self.do(dids.add, [Did(number=number, country="usa") for number in DIDS], at=1.0)
        self.do(
            campaigns.create,
            Campaign(
                name="c",
                trunk="t",
                cps=0,
                concurrency=0,
                retries=9,
                retry_seconds=0,
                lab=True,
                state=CampaignState.RUNNING,
                created_at=1.0,
            ),
        )
        rows = [
            NewContact(raw="", number=n, country="usa", state=ContactState.QUEUED) for n in NUMBERS.values()
        ]
        self.do(campaigns.add, "c", rows)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.engine.dispose()
            self.database.__exit__(None, None, None)

    def do(self, work: Callable[..., Any], *told: Any, **more: Any) -> Any:
        return self.store.submit(lambda conn: work(conn, *told, **more)).result()

    @rule(n=contacts, did=st.sampled_from((*DIDS, STRANGER)), listed=st.booleans(), stale=st.booleans())
    def begin(self, *, n: int, did: str, listed: bool, stale: bool) -> None:
        person = self.people[n]
        self.minted += 1
        new = Begin(
            call=call_id.mint(1_700_000_000 + self.minted, self.minted.to_bytes(10, "big")),
            number=NUMBERS[n],
            country="usa",
            callerid=did,
            trunk="t",
            campaign="c",
            planned_at=1.0,
            begun_at=float(self.minted),
            contact=n if listed else None,
            attempt=max(1, person.attempts + (not stale)),
        )
        outcome = self.do(
            attempts.begin, Attempt(begin=new, contact=new.contact, period=self.period, cap=CAP)
        )
        assert outcome == self.expected(n, new)
        if isinstance(outcome, Begun):
            self.uses[did, self.period] += 1
            self.open_calls[new.call] = new
            if listed:
                self.people[n] = Person(ContactState.DIALING, person.attempts + 1, person.due_at, new.call)

    def expected(self, n: int, new: Begin) -> Begun | NotBegun:
        person, used = self.people[n], self.uses[new.callerid, self.period]
        fresh = new.attempt == person.attempts + 1
        free = person.state is ContactState.QUEUED and fresh and self.running
        if new.number in self.gone:
            return NotBegun(no=No.OPTED_OUT)
        if any(each.number == new.number for each in self.open_calls.values()):
            return NotBegun(no=No.IN_FLIGHT)
        if new.contact is not None and not free:
            return NotBegun(no=No.TAKEN)
        if new.callerid not in self.owned:
            return NotBegun(no=No.NOT_OWNED)
        return NotBegun(no=No.AT_CAP, uses=used) if used >= CAP else Begun(uses=used + 1)

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data(), again=st.booleans())
    def finish(self, *, data: st.DataObject, again: bool) -> None:
        begin = self.open_calls.pop(data.draw(st.sampled_from(sorted(self.open_calls))))
        told = {name: getattr(begin, name) for name in begin.__dataclass_fields__}
        record = Record(**told, state=State.ENDED, ended_at=9.0, disposition=Disposition.BUSY)
        state = ContactState.QUEUED if again else ContactState.DONE
        due_at = 50.0 + self.minted
        moved = self.do(attempts.finish, record, contact_state=state, due_at=due_at, why="busy")
        assert moved == (begin.contact is not None)
        self.ended.append(record)
        if begin.contact is not None:
            person = self.people[begin.contact]
            assert person.call == begin.call
            self.people[begin.contact] = Person(state, person.attempts, due_at if again else person.due_at)

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def finish_again(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(self.ended))
        assert not self.do(attempts.finish, record, contact_state=ContactState.QUEUED, due_at=0.0, why="x")

    @rule(n=contacts)
    def opt_out(self, n: int) -> None:
        self.gone.add(NUMBERS[n])
        self.do(optouts.add, OptOut(number=NUMBERS[n], at=1.0, source="operator"))

    @rule(n=contacts)
    def refuse(self, n: int) -> None:
        waits = self.people[n].state is ContactState.QUEUED
        assert self.do(campaigns.refuse, n, "opted_out") == waits
        if waits:
            self.people[n].state = ContactState.REFUSED

    @rule(running=st.booleans())
    def start_or_stop(self, *, running: bool) -> None:
        self.running = running
        self.do(campaigns.set_state, "c", CampaignState.RUNNING if running else CampaignState.STOPPED)

    @rule(did=st.sampled_from(DIDS))
    def retire_or_own(self, did: str) -> None:
        if did in self.owned:
            assert self.do(dids.retire, did, at=2.0)
        else:
            assert self.do(dids.restore, did)
        self.owned ^= {did}

    @rule()
    def reset(self) -> None:
        self.do(dids.reset, country="usa", day=DAY, who="ana", why="a test", at=1.0)
        self.period = self.do(dids.period, "usa", DAY)

    @invariant()
    def the_store_agrees(self) -> None:
        if not hasattr(self, "store"):
            return
        for n, person in self.people.items():
            kept = self.do(campaigns.contact, n)
            assert (kept.state, kept.attempts, kept.due_at) == (person.state, person.attempts, person.due_at)
        assert {record.call for record in self.do(calls.open_calls)} == set(self.open_calls)
        for period in {DAY, self.period, *(period for _, period in self.uses)}:
            told = {number: use.uses for number, use in self.do(dids.uses, "usa", period).items()}
            assert told == {number: uses for (number, of), uses in self.uses.items() if of == period and uses}
            assert all(uses <= CAP for uses in told.values())
        queued = [n for n, person in self.people.items() if person.state is ContactState.QUEUED]
        assert sorted(each.id for each in self.do(campaigns.due, "c", 1e9, limit=9)) == queued
        assert sum(self.uses.values()) == len(self.open_calls) + len(self.ended)


# PostgreSQL takes three times as long for the same story; SQLite tells more of them.
EXAMPLES = {"sqlite": 40, "postgresql": 12}


@pytest.mark.timeout(300)  # hundreds of databases
def test_any_story(databases: Databases, kind: str) -> None:
    Story.databases = databases
    drawn = settings(max_examples=EXAMPLES[kind], stateful_step_count=30, deadline=None)
    run_state_machine_as_test(Story, settings=drawn)
