from __future__ import annotations

from itertools import count, islice

import pytest

from fastagi_server.store.chunks import chunks


@pytest.mark.parametrize(
    ("rows", "expected"), [(0, []), (1, [[0]]), (2, [[0, 1]]), (5, [[0, 1], [2, 3], [4]])]
)
def test_every_row_comes_once_and_in_order(rows: int, expected: list[list[int]]) -> None:
    assert list(chunks(range(rows), 2)) == expected


def test_a_list_without_end_is_taken_a_piece_at_a_time() -> None:
    assert list(islice(chunks(count(), 2), 2)) == [[0, 1], [2, 3]]
