from __future__ import annotations

import math

from fastagi_server.dialer.limits import Limits
from fastagi_server.pacing.slots import Slots
from fastagi_server.pacing.window import Windows


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def wall(self) -> float:
        return self.now

    def steady(self) -> float:
        return self.now


def limits(cps: float) -> tuple[Time, Slots, Windows, Limits]:
    time, slots, windows = Time(), Slots(), Windows({})
    made = Limits(slots=slots, windows=windows, clock=time)
    made.set("cluster", cps, shared=True)
    return time, slots, windows, made


def test_until_limits_are_shared_each_is_all_of_it() -> None:
    _, slots, windows, made = limits(30.0)
    made.set("campaign:c", 0, shared=True)

    assert (made.cps("cluster"), made.part("cluster"), slots.rate("cluster")) == (30.0, None, 30.0)
    assert made.cps("campaign:c") is None
    assert windows.earliest(["cluster"]) == 0.0
    assert not made.are_closed(("cluster",))


def test_a_part_is_kept_by_slots_and_windows_until_it_lapses() -> None:
    time, slots, windows, made = limits(30.0)
    made.share({"cluster": 12}, {"cluster": 30.0}, time.now + 2.0)

    assert (made.cps("cluster"), made.part("cluster"), slots.rate("cluster")) == (30.0, 12.0, 12.0)
    for _ in range(12):
        windows.wrote(["cluster"], time.now)
    assert windows.earliest(["cluster"]) > time.now
    time.now += 2.0
    assert made.are_closed(("cluster",))


def test_no_part_closes_the_scope() -> None:
    time, _, windows, made = limits(30.0)
    made.share({"cluster": 0}, {"cluster": 30.0}, time.now + 2.0)

    assert made.part("cluster") == 0
    assert made.are_closed(("cluster", "trunk:a"))
    assert windows.earliest(["cluster"]) == math.inf


def test_every_whole_call_is_the_limit_with_its_fraction() -> None:
    time, _, _, made = limits(2.5)
    made.share({"cluster": 2}, {"cluster": 2.5}, time.now + 2.0)

    assert made.part("cluster") == 2.5
