from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.loadtest.callees import BY_ENDING, CALLEES, REJECTS, Outcome, callee_of, documentation
from fastagi_server.telephony.errors import BadInputError

DOCS = Path(__file__).parents[2] / "docs/lab.md"


def test_every_ending_has_two_digits_and_one_callee() -> None:
    assert all(len(callee.ending) == 2 and callee.ending.isdigit() for callee in CALLEES)
    assert len(BY_ENDING) == len(CALLEES)


@pytest.mark.parametrize("number", ["+525550001003", "525550001003", "12125552003", "5511955552003", "103"])
def test_the_last_two_digits_tell(number: str) -> None:
    assert callee_of(number).ending == "03"
    assert "presses 3" in callee_of(number).says


def test_an_ending_without_a_callee_is_one_who_does_nothing() -> None:
    assert callee_of("+525550001099").ending == "00"


@pytest.mark.parametrize("number", ["", "agent", "+52 55"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(BadInputError, match="digits"):
        callee_of(number)


def test_sipp_refuses_exactly_the_rejected() -> None:
    assert {reject.ending for reject in REJECTS} == {
        callee.ending for callee in CALLEES if callee.outcome is Outcome.REJECTED
    }


def test_the_page_shows_the_table_as_it_is() -> None:
    assert documentation() in DOCS.read_text()
