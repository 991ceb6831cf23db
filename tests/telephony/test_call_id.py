from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.telephony.call_id import CHANCE_BYTES, LENGTH, is_call_id, mint, parse
from fastagi_server.telephony.errors import BadInputError

chance = st.binary(min_size=CHANCE_BYTES, max_size=CHANCE_BYTES)
instants = st.floats(min_value=0, max_value=2**38, allow_nan=False)


@given(instants, chance)
def test_every_id_has_the_same_length_so_that_none_is_a_prefix_of_another(wall: float, dice: bytes) -> None:
    assert len(mint(wall, dice)) == LENGTH


@given(instants, chance)
def test_an_id_is_taken_back(wall: float, dice: bytes) -> None:
    call = mint(wall, dice)

    assert is_call_id(call)
    assert parse(call) == call


@given(st.integers(0, 2**40), st.integers(1, 2**40), chance, chance)
def test_ids_sort_by_time(ms: int, later: int, dice: bytes, other: bytes) -> None:
    assert mint(ms / 1000, dice)[:10] <= mint((ms + later) / 1000, other)[:10]


def test_too_little_chance_is_refused() -> None:
    with pytest.raises(BadInputError, match="chance is 3; it should be 10 bytes"):
        mint(0, b"abc")


@pytest.mark.parametrize("text", ["", "x", "a" * 25, "a" * 27, "u" * 26, "a" * 25 + "\n", "A" * 26])
def test_what_is_no_id_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInputError, match="call id"):
        parse(text)
