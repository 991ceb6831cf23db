from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.pacing.window import SECOND, Window, Windows


def test_the_write_after_the_limit_waits_for_its_second() -> None:
    window = Window(2)
    window.wrote(5.0)
    window.wrote(5.3)

    assert window.earliest() == 5.0 + SECOND


def test_below_the_limit_nobody_waits() -> None:
    window = Window(3)
    window.wrote(5.0)

    assert window.earliest() == 0.0


def test_no_limit_is_no_limit() -> None:
    window = Window(0)
    for _ in range(100):
        window.wrote(1.0)

    assert window.earliest() == 0.0


def test_the_strictest_scope_decides() -> None:
    windows = Windows({"all": 10, "trunk:a": 1, "country:usa": 0})
    windows.wrote(["all", "trunk:a", "country:usa"], 5.0)

    assert windows.earliest(["all", "trunk:a"]) == 5.0 + SECOND
    assert windows.earliest(["all", "country:usa"]) == 0.0
    assert windows.earliest(["trunk:unknown"]) == 0.0


def test_a_scope_can_be_held_to_a_limit_later_and_keeps_its_past() -> None:
    windows = Windows({})
    windows.limit("campaign:a", 1)
    windows.wrote(["campaign:a"], 5.0)
    windows.limit("campaign:a", 1)
    windows.limit("campaign:b", 0)

    assert windows.earliest(["campaign:a"]) == 5.0 + SECOND
    assert windows.earliest(["campaign:b"]) == 0.0


def full() -> Windows:
    windows = Windows({"all": 3})
    for at in (5.0, 5.1, 5.2):
        windows.wrote(["all"], at)
    return windows


def test_what_was_written_under_another_limit_counts_on() -> None:
    windows = full()

    windows.limit("all", 2)
    assert windows.earliest(["all"]) == 5.1 + SECOND
    windows.limit("all", 4)
    assert windows.earliest(["all"]) == 0.0
    for at in (5.3, 5.4):
        windows.wrote(["all"], at)
    assert windows.earliest(["all"]) == 5.1 + SECOND

    windows.limit("all", 0)
    assert windows.earliest(["all"]) == 0.0


def test_when_the_last_write_was_is_known_of_what_has_a_limit() -> None:
    windows = Windows({"all": 3, "trunk:a": 3})
    windows.wrote(["all", "country:usa"], 5.0)

    assert [windows.last(each) for each in ("all", "trunk:a", "country:usa")] == [5.0, -math.inf, -math.inf]


def test_a_part_of_a_limit_counts_what_was_written_under_all_of_it() -> None:
    windows = full()
    windows.share("all", 1)
    assert windows.earliest(["all"]) == 5.2 + SECOND

    windows.share("all", 2)
    assert windows.earliest(["all"]) == 5.1 + SECOND
    windows.share("all", 0)
    assert windows.earliest(["all"]) == math.inf
    windows.share("all", 3)
    assert windows.earliest(["all"]) == 5.0 + SECOND


@given(limit=st.integers(1, 40), waits=st.lists(st.floats(0, 0.3), min_size=1, max_size=300))
def test_whoever_waits_for_it_is_never_over_in_any_sliding_second(limit: int, waits: list[float]) -> None:
    window, now, writes = Window(limit), 100.0, []
    for wait in waits:
        now = max(now + wait, window.earliest())
        window.wrote(now)
        writes.append(now)

    assert most_in_a_second(writes) <= limit
