from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.proof import mean_rate, most_in_a_second, percentile


def test_a_second_is_half_open() -> None:
    assert most_in_a_second([0.0, 0.5, 1.0]) == 2
    assert most_in_a_second([0.0, 0.5, 0.999]) == 3
    assert most_in_a_second([]) == 0


@given(st.lists(st.integers(0, 5000), max_size=40))
def test_it_agrees_with_counting_from_every_instant(milliseconds: list[int]) -> None:
    instants = [each / 1024 for each in milliseconds]  # exact in binary: no rounding at the edge
    slow = max((sum(a <= b < a + 1 for b in instants) for a in instants), default=0)

    assert most_in_a_second(instants) == slow


def test_the_mean_rate_is_between_first_and_last() -> None:
    assert mean_rate([0.0, 0.5, 1.0]) == 2.0
    assert mean_rate([3.0]) == 0.0
    assert mean_rate([3.0, 3.0]) == 0.0


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.75, 3), (0.99, 4), (1.0, 4), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_there(share: float, expected: float) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


def test_no_values_have_no_percentile() -> None:
    assert percentile([], 0.5) == 0.0
