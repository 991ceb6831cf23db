from __future__ import annotations

import heapq
import itertools
import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.abandonment import Meter
from fastagi_server.pacing.agents import (
    MEMORY,
    PRIOR,
    Crew,
    Flight,
    Rates,
    Stage,
    boldness,
    may_leave,
    most_presses,
)

SOFT, HARD = 0.02, 0.03


def test_before_anything_is_known_every_call_is_taken_for_a_press() -> None:
    assert Rates().chance(Stage.RINGING) == 1.0
    assert Rates().chance(Stage.ANSWERED) == 1.0
    assert Rates().chance(Stage.THERE) == 0.0


@given(answer=st.floats(0.05, 0.9), press=st.floats(0.02, 0.9))
def test_rates_come_to_what_is_so_and_never_fall_short_of_what_was_seen(answer: float, press: float) -> None:
    dice, rates = random.Random(7), Rates()
    for _ in range(6000):
        answered = dice.random() < answer
        rates.resolved(answered=answered, pressed=answered and dice.random() < press)

    assert rates.answer == pytest.approx(answer, abs=0.05)
    assert rates.chance(Stage.RINGING) == pytest.approx(answer * press, abs=0.03 + PRIOR / MEMORY)


def test_what_was_is_forgotten() -> None:
    rates = Rates()
    for _ in range(5000):
        rates.resolved(answered=True, pressed=False)
    for _ in range(6000):
        rates.resolved(answered=True, pressed=True)

    assert rates.press > 0.9


@given(
    free=st.integers(0, 40),
    ringing=st.integers(0, 10),
    waiting=st.integers(0, 40),
    coming=st.integers(0, 5),
    calls=st.integers(0, 400),
    chance=st.floats(0.001, 1.0),
)
def test_without_boldness_calls_and_waiting_never_outnumber_agents(
    free: int, ringing: int, waiting: int, coming: int, calls: int, chance: float
) -> None:
    crew = Crew(free=free, ringing=ringing, waiting=waiting)
    flight = Flight(calls=calls, mean=calls * chance, coming=coming)

    may = may_leave(crew=crew, flight=flight, chance=chance, bold=0.0, soft=SOFT)

    assert may == (calls + coming + max(0, waiting - ringing) < free)


@given(free=st.integers(0, 40), waiting=st.integers(0, 60), calls=st.integers(0, 400), bold=st.floats(0, 1))
def test_whoever_waits_without_a_free_agent_has_nobody_sent_after_them(
    free: int, waiting: int, calls: int, bold: float
) -> None:
    may = may_leave(
        crew=Crew(free=free, waiting=waiting),
        flight=Flight(calls=calls, mean=0.0),
        chance=0.0,
        bold=bold,
        soft=SOFT,
    )

    assert not (may and waiting >= free)


@given(agents=st.integers(1, 60), share=st.floats(0.001, 0.2))
def test_the_margin_is_what_chance_needs(agents: int, share: float) -> None:
    """Why: counted here press by press, and not by the formula of the code."""
    mean = most_presses(agents, share)

    chances = [math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(400)]
    nobody = sum((n - agents) * chance for n, chance in enumerate(chances) if n > agents)
    assert nobody / mean == pytest.approx(share, rel=0.01, abs=1e-9) or mean == pytest.approx(agents)
    assert mean <= agents


def test_a_look_at_two_thousand_agents_is_soon_over() -> None:
    """Why: the engine's one thread looks, and a key press waits meanwhile."""
    took = []
    for n in range(20):
        began = time.process_time()
        assert 1900 < most_presses(2000, 0.0005 + n / 1e6) < 1950
        took.append(time.process_time() - began)

    # Half a millisecond where nothing else runs; summed from nought up it was a tenth of a second.
    assert min(took) < 0.02


def test_one_agent_has_next_to_no_margin_and_many_have_much() -> None:
    assert most_presses(0, SOFT) == 0.0
    assert most_presses(1, SOFT) == pytest.approx(0.04, abs=0.01)
    assert most_presses(10, SOFT) == pytest.approx(7.1, abs=1.0)
    assert most_presses(100, SOFT) > 90


@given(share=st.floats(0, 1))
def test_boldness_ends_at_the_hard_ceiling(share: float) -> None:
    bold = boldness(share, SOFT, HARD)

    assert 0.0 <= bold <= 1.0
    assert (bold == 0.0) == (share >= HARD)
    assert (bold == 1.0) == (share <= SOFT / 2)
    assert boldness(share, 0.0, 0.0) == 0.0


@dataclass(frozen=True)
class Came:
    presses: int
    abandoned: int
    idle: float


class Centre:
    """A call centre: calls ring 4 to 20 s, the key comes 5 to 20 s later, patience is 20 s, by chance."""

    def __init__(self, agents: int, *, answer: float, press: float, talk: float, seed: int) -> None:
        self.agents = self.free = agents
        self.answer, self.press, self.talk = answer, press, talk
        self.dice, self.count = random.Random(seed), itertools.count()
        self.events: list[tuple[float, int, Callable[[float, Any], None], Any]] = []
        self.rates, self.meter = Rates(), Meter()
        self.line: deque[list[Any]] = deque()
        self.ringing = self.answered = self.presses = self.abandoned = 0

    def at(self, instant: float, what: Callable[[float, Any], None], who: Any = None) -> None:
        heapq.heappush(self.events, (instant, next(self.count), what, who))

    def run(self, hours: float) -> Came:
        idle = before = 0.0
        self.at(0.0, self.slot)
        while self.events[0][0] < hours * 3600:
            now, _, what, who = heapq.heappop(self.events)
            idle, before = idle + self.free * (now - before), now
            what(now, who)
        return Came(self.presses, self.abandoned, idle / (self.agents * hours * 3600))

    def slot(self, now: float, _: Any) -> None:
        waiting = sum(not served for _, served in self.line)
        ringing, up = self.rates.chance(Stage.RINGING), self.rates.chance(Stage.ANSWERED)
        if may_leave(
            crew=Crew(free=self.free, waiting=waiting),
            flight=Flight(
                calls=self.ringing + self.answered, mean=self.ringing * ringing + self.answered * up
            ),
            chance=ringing,
            bold=boldness(self.meter.worst(now), SOFT, HARD),
            soft=SOFT,
        ):
            self.ringing += 1
            if self.dice.random() < self.answer:
                self.at(now + self.dice.uniform(4, 20), self.up)
            else:
                self.at(now + self.dice.choice([1, 25]), self.no_answer)
        self.at(now + 0.1, self.slot)

    def no_answer(self, _: float, __: Any) -> None:
        self.ringing -= 1
        self.rates.resolved(answered=False, pressed=False)

    def up(self, now: float, _: Any) -> None:
        self.ringing, self.answered = self.ringing - 1, self.answered + 1
        if self.dice.random() < self.press:
            self.at(now + self.dice.uniform(5, 20), self.key)
        else:
            self.at(now + 10, self.off)

    def off(self, _: float, __: Any) -> None:
        self.answered -= 1
        self.rates.resolved(answered=True, pressed=False)

    def key(self, now: float, _: Any) -> None:
        self.answered -= 1
        self.rates.resolved(answered=True, pressed=True)
        self.line.append([now, False])
        self.at(now + self.dice.expovariate(1 / 20), self.gone, self.line[-1])
        self.serve(now)

    def gone(self, now: float, caller: list[Any]) -> None:
        if not caller[1]:
            self.judge(now, caller)

    def back(self, now: float, _: Any) -> None:
        self.free += 1
        self.serve(now)

    def serve(self, now: float) -> None:
        while self.line and (self.free or self.line[0][1]):
            caller = self.line.popleft()
            if not caller[1]:
                self.free -= 1
                self.judge(now, caller)
                self.at(now + self.dice.expovariate(1 / self.talk) + 5, self.back)

    def judge(self, now: float, caller: list[Any]) -> None:
        late = now - caller[0] > 2.0
        caller[1] = True
        self.presses, self.abandoned = self.presses + 1, self.abandoned + late
        self.meter.take(abandoned=late, at=now)


@pytest.mark.parametrize(
    ("agents", "answer", "press", "talk", "idle", "seed"),
    [
        (3, 0.4, 0.1, 120, 0.9, 1),
        (10, 0.4, 0.1, 180, 0.65, 2),
        (30, 0.4, 0.1, 180, 0.35, 2),
        (30, 0.3, 0.05, 180, 0.5, 1),
    ],
)
def test_a_call_centre_stays_under_the_ceiling_and_its_agents_have_work(
    agents: int, answer: float, press: float, talk: float, idle: float, seed: int
) -> None:
    came = Centre(agents, answer=answer, press=press, talk=talk, seed=seed).run(hours=1.5)

    assert came.abandoned <= max(1, HARD * came.presses)
    assert came.idle < idle
    assert came.presses > agents * 4


def test_without_a_margin_the_same_call_centre_abandons_far_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why: it shows that the simulation can fail, with the plain formula free / (P(answer) x P(press))."""
    monkeypatch.setattr("fastagi_server.pacing.agents.most_presses", lambda agents, _: float(agents))
    monkeypatch.setattr("fastagi_server.pacing.abandonment.Meter.worst", lambda *_: 0.0)

    came = Centre(10, answer=0.4, press=0.1, talk=180, seed=1).run(hours=1.5)

    assert came.abandoned > HARD * came.presses
