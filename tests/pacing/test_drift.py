from __future__ import annotations

from fastagi_server.pacing.drift import Drift


def test_a_clock_that_goes_on_is_not_off() -> None:
    drift = Drift()

    assert {drift.look(wall=1e9 + n, steady=float(n)) for n in range(1_000)} == {0.0}


def test_one_that_was_set_is_off_until_it_has_stood_still_for_a_minute() -> None:
    drift = Drift()
    drift.look(wall=1_000.0, steady=0.0)

    assert drift.look(wall=1_004.0, steady=1.0) == 3.0
    assert drift.look(wall=1_063.0, steady=60.0) == 3.0
    assert drift.look(wall=1_064.0, steady=61.0) == 0.0
    assert drift.look(wall=1_065.0, steady=62.0) == 0.0


def test_one_that_is_set_again_and_again_is_off_all_the_while() -> None:
    drift = Drift()
    drift.look(wall=0.0, steady=0.0)

    told = [drift.look(wall=n + 5.0 * (n // 30), steady=float(n)) for n in range(30, 600)]
    assert min(told) > 0


def test_one_that_is_set_back_is_right_again_at_once() -> None:
    drift = Drift()
    drift.look(wall=100.0, steady=0.0)

    assert drift.look(wall=98.0, steady=1.0) == -3.0
    assert drift.look(wall=102.0, steady=2.0) == 0.0
