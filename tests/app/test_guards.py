from __future__ import annotations

from dataclasses import dataclass

import pytest

from fastagi_server.app.guards import Guards, Lag
from fastagi_server.dialer.errors import StillHeldError
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing.why import Reason, Standing


@dataclass
class World:
    """Two clocks, and what must be written."""

    now: float = 100.0
    set_by: float = 0.0
    oldest: int | None = None
    come: int = 0

    def wall(self) -> float:
        return 1e9 + self.now + self.set_by

    def steady(self) -> float:
        return self.now

    def owed(self) -> tuple[int | None, int]:
        return self.oldest, self.come


@pytest.fixture
def world() -> World:
    return World()


def guards(world: World, pacer: Pacer, **more: float) -> Guards:
    told = {"most_lag": 5.0, "most_drift": 2.0, **more}
    made = Guards(pacer=pacer, clock=world, owed=world.owed, **told)
    made.look()
    return made


def passed(world: World, made: Guards, seconds: int) -> None:
    for _ in range(seconds):
        world.now += 1.0
        made.look()


def test_a_store_that_lags_stops_everything_until_it_has_caught_up(world: World) -> None:
    pacer = Pacer(clock=world)
    made = guards(world, pacer)
    world.oldest, world.come = 3, 4

    passed(world, made, 6)
    assert pacer.earliest(("cluster",), world.now) == world.now
    passed(world, made, 1)
    assert pacer.earliest(("cluster",), world.now) == float("inf")
    (why,) = pacer.braked("carrier", "c").values()
    assert why.sentence() == "stopped: something waits to be written for 6.0 s, 5 s is the most"

    world.oldest = None
    passed(world, made, 1)
    assert pacer.earliest(("cluster",), world.now) == world.now


def test_a_store_that_goes_on_lags_no_longer_than_its_oldest_waits(world: World) -> None:
    lag, told = Lag(world.owed), []
    for n in range(60):
        world.oldest, world.come = n * 10, n * 10 + 35  # each waits three looks and a half
        told.append(lag.look(float(n)))

    assert max(told) == 3.0


def test_a_clock_that_was_set_stops_everything_for_a_minute(world: World) -> None:
    pacer = Pacer(clock=world)
    made = guards(world, pacer)
    world.set_by = -3.0
    passed(world, made, 1)

    (why,) = pacer.braked("carrier", "c").values()
    assert why.sentence() == "stopped: the machine's clock was set by -3.0 s, 2 s is the most"
    passed(world, made, 59)
    assert pacer.braked("carrier", "c")
    passed(world, made, 1)
    assert not pacer.braked("carrier", "c")


def test_an_operator_releases_neither_guard_while_its_cause_is_there(world: World) -> None:
    pacer = Pacer(clock=world)
    made = guards(world, pacer)
    world.oldest, world.come, world.set_by = 3, 4, 3.0
    passed(world, made, 7)
    with pytest.raises(StillHeldError):
        pacer.release("cluster")

    pacer.stop("cluster", Reason.OPERATOR, {"who": "ana", "text": "x"})
    assert [why.reason for why in pacer.release("cluster")] == [Reason.OPERATOR]
    passed(world, made, 30)
    held = {why.reason for each in pacer.standings() for why in each.whys}
    assert held == {Reason.STORE_LAGS, Reason.CLOCK}

    world.oldest = None
    passed(world, made, 60)
    assert pacer.earliest(("cluster",), world.now) == world.now


def test_what_is_little_or_never_looked_at_stops_nothing(world: World) -> None:
    pacer, lax = Pacer(clock=world), Pacer(clock=world)
    made, careless = guards(world, pacer), guards(world, lax, most_lag=0.0, most_drift=0.0)
    world.set_by, world.oldest, world.come = 1.9, None, 5
    passed(world, made, 3)
    assert not pacer.braked("carrier", "c")

    world.set_by, world.oldest = 1e6, 1
    passed(world, careless, 30)
    assert {each.standing for each in lax.standings()} <= {Standing.FREE}
