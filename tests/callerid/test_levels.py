from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.callerid.levels import NOBODY, Levels, Links

MEMBERS = 6


def test_nobody_is_first_where_nobody_is() -> None:
    levels = Levels(Links(MEMBERS))

    assert levels.lowest() == NOBODY
    levels.join(3, 1)
    levels.leave(3, 1)
    assert levels.lowest() == NOBODY
    levels.join(3, 1)
    assert levels.lowest() == 3


def test_two_groups_share_their_links() -> None:
    links = Links(MEMBERS)
    here, there = Levels(links), Levels(links)
    for member in range(MEMBERS):
        (here if member % 2 else there).join(member, 0)

    assert (list(here.in_order()), list(there.in_order())) == ([1, 3, 5], [0, 2, 4])


@given(steps=st.lists(st.tuples(st.integers(0, MEMBERS - 1), st.integers(-1, 4)), max_size=80))
def test_it_agrees_with_lists_that_are_searched(steps: list[tuple[int, int]]) -> None:
    levels = Levels(Links(MEMBERS))
    model: dict[int, list[int]] = {level: [] for level in range(5)}
    at: dict[int, int] = {}
    for member, level in steps:
        if member in at:
            levels.leave(member, at[member])
            model[at.pop(member)].remove(member)
        if level >= 0:
            levels.join(member, level)
            model[level].append(member)
            at[member] = level
        expected = [each for level in range(5) for each in model[level]]
        assert list(levels.in_order()) == expected
        assert levels.lowest() == (expected[0] if expected else NOBODY)
