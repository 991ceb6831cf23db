"""Any story of choices, refusals, reservations and lessons: the pool agrees with a list that is searched."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.telephony.did import Use

NUMBERS = tuple(f"+{n}" for n in range(6))
numbers = st.sampled_from(NUMBERS)
UNLIMITED = 10**9


@dataclass
class Known:
    """One number of the model; `turn` is when it came to stand where it stands."""

    counted: int
    turn: int
    reserved: int = 0

    @property
    def level(self) -> int:
        return self.counted - self.reserved


class Story(RuleBasedStateMachine):
    @initialize(counts=st.lists(st.integers(0, 12), min_size=6, max_size=6), cap=st.integers(0, 20))
    def load(self, counts: list[int], cap: int) -> None:
        uses = [
            Use(number=number, country="usa", period="d", uses=count, last_at=None)
            for number, count in zip(NUMBERS, counts, strict=True)
        ]
        self.cap = cap
        self.most, self.near = (cap, cap - cap // 10) if cap else (UNLIMITED, UNLIMITED)
        self.pool = Pool(country="usa", period="d", cap=cap, uses=uses)
        self.known = {use.number: Known(use.uses, turn) for turn, use in enumerate(uses)}
        self.turns = itertools.count(len(counts))
        self.chosen: list[Choice] = []

    def move(self, number: str, counted: int, reserved: int) -> None:
        known = self.known[number]
        if counted - reserved != known.level:
            known.turn = next(self.turns)
        known.counted, known.reserved = counted, reserved

    @rule(same=st.one_of(st.just(""), numbers))
    def choose(self, same: str) -> None:
        least = min(self.known, key=lambda each: (self.known[each].level, self.known[each].turn))
        lowest = self.known[least].level
        bound = self.near if lowest < self.near else self.most
        number = same if same and self.known[same].level < bound else least
        choice = self.pool.choose(1.0, same=same)
        if lowest >= self.most:
            assert choice is None
            return
        assert choice is not None
        known = self.known[number]
        expected = (number, known.level, known.reserved > 0)
        assert (choice.number, choice.uses, choice.leased) == expected
        self.move(number, known.counted + (not known.reserved), max(0, known.reserved - 1))
        self.chosen.append(choice)

    @precondition(lambda self: self.chosen)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        choice = self.chosen.pop(data.draw(st.integers(0, len(self.chosen) - 1)))
        self.pool.give_back(choice.number, leased=choice.leased)
        known = self.known[choice.number]
        if choice.leased:
            self.move(choice.number, known.counted, known.reserved + 1)
        elif known.counted > known.reserved:
            self.move(choice.number, known.counted - 1, known.reserved)

    @rule(number=numbers, uses=st.integers(0, 20))
    def learn(self, number: str, uses: int) -> None:
        reserved = self.known[number].reserved
        self.pool.learn(number, uses + reserved)
        self.move(number, uses + reserved, reserved)

    @rule(most=st.integers(0, 30), refused=numbers)
    def reserve(self, most: int, refused: str) -> None:
        wanted = self.pool.propose(most)
        room = sum(max(0, self.most - each.counted) for each in self.known.values())
        assert sum(wanted.values()) == min(most, room)
        assert all(self.known[each].counted + more <= self.most for each, more in wanted.items())
        granted = {number: more for number, more in wanted.items() if number != refused}
        uses = {number: self.known[number].counted + granted.get(number, 0) for number in wanted}
        self.pool.grant(granted, uses)
        for number, more in granted.items():
            self.move(number, uses[number], self.known[number].reserved + more)

    @rule()
    def release(self) -> None:
        self.pool.release()
        for number, known in self.known.items():
            self.move(number, known.counted - known.reserved, 0)

    @precondition(lambda self: self.cap)
    @rule(number=numbers, uses=st.integers(0, 20), leased=st.booleans())
    def refuse(self, number: str, uses: int, *, leased: bool) -> None:
        self.pool.refused(number, uses, leased=leased)
        self.move(number, max(uses, self.cap), 0 if leased else self.known[number].reserved)

    @invariant()
    def the_sums_agree(self) -> None:
        if not hasattr(self, "pool"):
            return
        assert self.pool.reserved == sum(each.reserved for each in self.known.values())
        left = sum(max(0, self.cap - each.level) for each in self.known.values())
        assert self.pool.left == (left if self.cap else None)


class TestAnyStory(Story.TestCase):
    settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
