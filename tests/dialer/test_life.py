from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.dialer import life
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import State

CALL = CallId("0" * 26)
PAGE = Path(__file__).parents[2] / "docs" / "call-life.md"


def test_every_state_has_its_row_and_only_the_last_has_no_way_out() -> None:
    assert set(life.MOVES) == set(State)
    assert [state for state, row in life.MOVES.items() if not row] == [State.ENDED]


@pytest.mark.parametrize("state", [state for state in State if state not in (State.BEGUN, State.ENDED)])
def test_once_ordered_a_hang_up_ends_a_call_in_every_state(state: State) -> None:
    assert life.move(state, facts.Ended(call=CALL, at=1.0, cause=16)) is State.ENDED


def test_no_state_but_the_last_is_a_dead_end() -> None:
    reach = {State.ENDED}
    while True:
        more = {state for state, row in life.MOVES.items() if reach & set(row.values())}
        if more <= reach:
            break
        reach |= more

    assert reach == set(State)


def test_late_news_moves_nothing() -> None:
    assert life.move(State.CONNECTED, facts.Ringing(call=CALL, at=1.0)) is State.CONNECTED


def test_the_page_is_drawn_from_the_table() -> None:
    assert f"```mermaid\n{life.diagram()}```" in PAGE.read_text()
