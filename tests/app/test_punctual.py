from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.task import Clock as Reactor

from fastagi_server.app.punctual import GRAIN_SECONDS, Punctual


class Instants:
    """A reactor that looks at whole milliseconds only, and the clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.reactor = Reactor()
        self.now = 0.0
        self.slept: list[float] = []

    def wall(self) -> float:
        raise AssertionError("a wall clock may be set")

    def steady(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def later(self) -> Punctual:
        return Punctual(later=self.reactor.callLater, clock=self, sleep=self.sleep)

    def until(self, called: list[float]) -> None:
        while not called:
            self.now += GRAIN_SECONDS
            self.reactor.advance(self.now - self.reactor.seconds())


@pytest.fixture
def instants() -> Instants:
    return Instants()


def noting(instants: Instants) -> tuple[list[float], Callable[[], None]]:
    called: list[float] = []
    return called, lambda: called.append(instants.now)


@pytest.mark.parametrize("seconds", [0.0333, 0.0105, 0.0019])
def test_it_is_called_at_its_instant_though_the_reactor_looks_before_or_after(
    instants: Instants, seconds: float
) -> None:
    called, note = noting(instants)
    instants.later()(seconds, note)
    instants.until(called)

    assert called == pytest.approx([seconds], abs=1e-9)
    assert sum(instants.slept) < GRAIN_SECONDS


def test_what_is_late_already_is_not_made_later(instants: Instants) -> None:
    called, note = noting(instants)
    instants.later()(0.01, note)
    instants.now = 0.5
    instants.reactor.advance(0.5)

    assert called == [0.5]
    assert instants.slept == []


def test_a_reactor_that_is_far_too_early_is_not_waited_for(instants: Instants) -> None:
    called, note = noting(instants)
    instants.later()(5.0, note)
    instants.reactor.advance(5.0)

    assert instants.slept == [GRAIN_SECONDS]
    assert called == [GRAIN_SECONDS]


def test_it_can_be_cancelled(instants: Instants) -> None:
    called, note = noting(instants)
    instants.later()(0.01, note).cancel()
    instants.reactor.advance(1.0)

    assert called == []
