from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass, field

import pytest

from fastagi_server.pacing.change import Change, Move
from fastagi_server.pacing.governor import Governor, Ramp
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError


def ramp(**more: float) -> Ramp:
    told = {"initial": 5.0, "step": 2.0, "interval": 10.0, "most": 30.0, "quality": 0.8}
    return Ramp(**{**told, **more})  # type: ignore[arg-type]


@dataclass
class World:
    """A trunk on which calls leave at the governor's rate, and a carrier that takes so many a second."""

    governor: Governor
    limit: float = 1e9
    reached: float = 0.95
    code: int = 503
    now: float = 0.0
    calls: list[tuple[float, bool]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    _ends: list[tuple[float, int, Disposition, int | None]] = field(default_factory=list)
    _second: deque[float] = field(default_factory=deque)
    _tick: float = 1.0
    _dice: random.Random = field(default_factory=lambda: random.Random(7))

    def run(self, until: float) -> None:
        while self.now < until:
            self.now += 1 / self.governor.rate
            self._news()
            self.governor.sent(self.now)
            while self._second and self._second[0] <= self.now - 1:
                self._second.popleft()
            refused = len(self._second) >= self.limit
            self.calls.append((self.now, refused))
            if refused:
                end = (self.now + 0.05, len(self.calls), Disposition.CONGESTED, self.code)
            else:
                self._second.append(self.now)
                good = self._dice.random() < self.reached
                word = Disposition.NO_ANSWER if good else Disposition.INVALID_NUMBER
                end = (self.now + self._dice.choice([0.5, 4.0, 12.0, 25.0]), len(self.calls), word, None)
            heapq.heappush(self._ends, end)

    def _news(self) -> None:
        while min(self._tick, self._ends[0][0] if self._ends else 1e9) <= self.now:
            if self._ends and self._ends[0][0] <= self._tick:
                at, _, word, code = heapq.heappop(self._ends)
                self._note(self.governor.resolved(disposition=word, sip_code=code, at=at))
            else:
                self._note(self.governor.tick(self._tick))
                self._tick += 1.0

    def _note(self, change: Change | None) -> None:
        if change is not None:
            self.changes.append(change)


def test_it_starts_slow_and_rises_by_a_step_each_interval_up_to_the_most() -> None:
    world = World(Governor(ramp(most=12.0)))

    world.run(60.0)

    assert [change.after for change in world.changes] == [7.0, 9.0, 11.0, 12.0]
    assert [round(change.at) for change in world.changes] == [11, 21, 31, 41]
    assert {change.move for change in world.changes} == {Move.STEP}


@pytest.mark.parametrize("limit", [6, 10, 15, 20, 25, 30])
def test_a_limit_that_nobody_has_told_is_found_and_kept(limit: int) -> None:
    world = World(Governor(ramp(most=60.0)), limit=limit)

    world.run(360.0)

    minutes_two_to_six = [refused for at, refused in world.calls if at >= 60.0]
    carried = len(minutes_two_to_six) - sum(minutes_two_to_six)
    assert carried / 300 >= 0.9 * limit
    assert sum(minutes_two_to_six) / len(minutes_two_to_six) <= 0.02


def test_a_carrier_that_takes_nothing_any_more_is_asked_ever_less() -> None:
    governor = Governor(ramp(initial=20.0))
    world = World(governor)
    world.run(10.0)
    rate = governor.rate
    world.limit = 0

    world.run(20.0)

    assert governor.rate <= rate / 2
    assert world.changes[-1].move is Move.REFUSED

    world.run(300.0)

    assert governor.rate <= 2.0


def test_one_refusal_is_an_accident() -> None:
    governor = Governor(ramp())
    governor.sent(0.0)

    assert governor.resolved(disposition=Disposition.CONGESTED, sip_code=503, at=0.1) is None


def test_it_falls_for_quality_but_not_under_where_it_began() -> None:
    world = World(Governor(ramp()))
    world.run(60.0)
    before = world.governor.rate
    world.reached = 0.5

    world.run(180.0)

    falls = [change for change in world.changes if change.move is Move.QUALITY]
    assert falls
    assert falls[0].success is not None
    assert falls[0].success < 0.8
    assert falls[0].after >= 0.7 * before - 2.0
    assert world.governor.rate == 5.0


def test_what_is_not_used_is_not_raised() -> None:
    governor = Governor(ramp())
    governor.tick(0.0)
    governor.sent(5.0)

    assert governor.tick(10.0) is None
    assert governor.rate == 5.0


def test_after_a_stop_it_rises_from_the_beginning() -> None:
    world = World(Governor(ramp()))
    world.run(60.0)

    world.governor.begin_anew(60.0)

    assert world.governor.rate == 5.0
    assert world.governor.tick(69.0) is None


def test_a_strain_slows_down_and_holds() -> None:
    governor = Governor(ramp(initial=20.0))

    half = governor.slow(Move.ASR, 5.0, {"share": 0.1})
    assert half is not None
    assert (half.before, half.after) == (20.0, 10.0)
    assert governor.tick(64.0) is None

    slower = governor.slow(Move.PDD, 70.0, {"p95": 9.0})
    assert slower is not None
    assert slower.after == pytest.approx(7.0)
    for _ in range(30):
        governor.slow(Move.LOAD, 80.0, {"load": 9.0})
    assert governor.rate == 1.0


def test_the_quality_may_be_that_of_answers() -> None:
    governor = Governor(ramp(initial=5.0, asr=True, quality=0.3))
    governor.rate = 20.0
    governor.tick(0.0)
    for n in range(200):
        governor.sent(n / 20)
        if n % 5 == 0:
            governor.answered(n / 20)
        governor.resolved(disposition=Disposition.NO_ANSWER, sip_code=None, at=n / 20, answered=n % 5 == 0)

    change = governor.tick(10.0)
    assert change is not None
    assert (change.move, change.success) == (Move.QUALITY, 0.2)


@pytest.mark.parametrize(
    "wrong", [{"initial": 0.0}, {"step": -1.0}, {"quality": 1.1}, {"most": float("inf")}]
)
def test_a_ramp_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        ramp(**wrong)


def test_where_quality_can_take_it_no_lower_nothing_changes_and_nothing_is_told() -> None:
    world = World(Governor(ramp()), reached=0.5)

    world.run(600.0)

    assert world.governor.rate == 5.0
    assert [change for change in world.changes if change.before == change.after] == []
    assert world.changes[-1].at < 120.0

    world.reached = 0.95
    world.run(720.0)
    assert world.governor.rate > 5.0


def test_an_answer_is_quality_when_it_comes() -> None:
    governor = Governor(ramp(initial=20.0))
    governor.tick(0.0)
    for n in range(200):
        governor.sent(n / 20)
        if n % 4:
            governor.answered(n / 20)
        else:
            governor.resolved(disposition=Disposition.NO_ANSWER, sip_code=None, at=n / 20)

    change = governor.tick(10.0)

    assert change is not None
    assert (change.move, change.success) == (Move.STEP, 1.0)
