from __future__ import annotations

import pytest

from fastagi_server.ami import events
from fastagi_server.ami.actions import DBGetTree
from fastagi_server.ami.event import Complete, Event, Malformed
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.asterisk.errors import BrokenListError
from fastagi_server.asterisk.whole import whole

ONE = events.DBGetTreeResponse(key="/a/1", val="x")
# What cannot be read is there all the same: whoever asked decides what it means.
ODD = Malformed(event="DBGetTreeResponse", field="Val", value="")


def told(*items: Event, end: Complete | Malformed | None) -> Answered:
    answer = Response(response="Success")
    return Answered(action_id="1", action=DBGetTree(family="a"), response=answer, events=items, end=end)


def completed(count: int, word: str = "Complete") -> Complete:
    return events.DBGetTreeComplete(event_list=word, list_items=count)


@pytest.mark.parametrize("items", [(), (ONE,), (ONE, ODD)])
def test_a_list_as_long_as_it_says_is_given(items: tuple[Event, ...]) -> None:
    assert whole(told(*items, end=completed(len(items)))) == items


def test_a_list_whose_length_is_not_told_is_taken_as_it_is() -> None:
    assert whole(told(ONE, end=completed(0))) == (ONE,)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (completed(2), "1 of 2 came"),
        (completed(1, "Cancelled"), "Asterisk broke it off"),
        (
            Malformed(event="DBGetTreeComplete", field="ListItems", value="many"),
            "its end has ListItems: 'many'",
        ),
    ],
)
def test_a_list_that_may_be_short_is_none(end: Complete | Malformed, why: str) -> None:
    with pytest.raises(BrokenListError) as broken:
        whole(told(ONE, end=end))

    assert broken.value.sentence() == f"Asterisk's list for DBGetTree is not whole: {why}."


def test_a_list_of_which_some_is_passed_over_is_not_counted() -> None:
    assert whole(told(ONE, end=completed(7)), counted=False) == (ONE,)
    with pytest.raises(BrokenListError, match="broke it off"):
        whole(told(ONE, end=completed(1, "Cancelled")), counted=False)
