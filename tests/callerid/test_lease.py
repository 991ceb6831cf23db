from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.callerid.lease import MOST, how_many


@pytest.mark.parametrize(
    ("left", "engines", "held"),
    [(None, 1, 256), (2_000_000, 4, 256), (500, 4, 12), (160, 4, 4), (159, 4, 0), (5, 1, 0), (0, 0, 0)],
)
def test_it_shrinks_with_what_is_left_and_ends_before_it_does(
    left: int | None, engines: int, held: int
) -> None:
    assert how_many(left, engines) == held


@given(left=st.integers(0, 10**7), engines=st.integers(1, 50))
def test_all_engines_together_never_hold_more_than_a_part_of_what_is_left(left: int, engines: int) -> None:
    held = how_many(left, engines)

    assert 0 <= held <= MOST
    assert held * engines * 10 <= left or held == 0
