from __future__ import annotations

import time

from fastagi_server.app.clock import RealClock


def test_the_wall_is_unix_seconds() -> None:
    before = time.time()

    assert before <= RealClock().wall() <= time.time()


def test_the_steady_one_never_goes_back() -> None:
    clock = RealClock()
    told = [clock.steady() for _ in range(1000)]

    assert told == sorted(told)
