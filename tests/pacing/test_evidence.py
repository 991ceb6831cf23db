from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.pacing.evidence import BY_CHANCE, apart, is_above, is_below, weight


def tail(count: int, of: int, rate: float) -> float:
    """Give how likely so many or more of so many are, summed term by term."""
    return sum(math.comb(of, n) * rate**n * (1 - rate) ** (of - n) for n in range(count, of + 1))


@given(st.integers(1, 200), st.data(), st.sampled_from([0.02, 0.04, 0.15, 0.3, 0.5]))
def test_what_is_proved_is_rarer_by_chance_than_told(of: int, data: st.DataObject, rate: float) -> None:
    count = data.draw(st.integers(0, of))

    if is_above(count, of, rate):
        assert tail(count, of, rate) <= BY_CHANCE
    if is_below(count, of, rate):
        assert 1 - tail(count + 1, of, rate) <= BY_CHANCE + 1e-12


def test_of_few_calls_only_much_proves_anything() -> None:
    assert not is_above(5, 100, 0.025)
    assert not is_above(12, 100, 0.025)
    assert is_above(14, 100, 0.025)
    assert is_above(55, 1_000, 0.025)
    assert not is_above(0, 0, 0.025)
    assert is_below(0, 200, 0.1)


def test_a_share_of_all_or_nothing_is_as_far_as_its_logarithm() -> None:
    assert apart(0.0, 0.5) == pytest.approx(math.log(2))
    assert apart(1.0, 0.5) == pytest.approx(math.log(2))
    assert apart(0.3, 0.3) == 0.0


def test_a_call_that_both_rates_explain_alike_weighs_nothing_and_a_failed_one_speaks_for_the_fall() -> None:
    assert weight(yes=True, fallen=0.2, usual=0.2) == 0.0
    assert weight(yes=False, fallen=0.05, usual=0.4) > 0 > weight(yes=True, fallen=0.05, usual=0.4)
