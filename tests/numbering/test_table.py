"""The table as it travels: steps that lead to verdicts, and plans for what is not read in one walk."""

from __future__ import annotations

from fastagi_server.numbering.number import Why
from fastagi_server.numbering.table import Verdict, read, table

WRITTEN = {
    "made_from": "0",
    "outside": ["34"],
    "verdicts": [["ok", "XX", True, True]],
    "steps": [{"": 0}, {"0123456789": 0}, {"29": 1}],
    "plans": {
        "99": {
            "main": "XX",
            "start": 2,
            "lengths": ["short_code", "too_short", "unassigned", "too_long"],
            "regions": "(?P<XX>2)",
            "prefix": "0(15)?",
            "transformed": "",
            "whole": r"[0-9]\d",
        }
    },
}


def test_a_walk_ends_in_a_verdict_with_or_without_the_plus() -> None:
    start = read(WRITTEN).start
    for text in ("+9925", "9925"):
        step = start
        for digit in text:
            step = step[digit]
        assert step[""] == Verdict(why=Why.OK, iso="XX", geographic=True, plain=True)
    assert "+" not in start["+"]


def test_a_plan_knows_its_numbers_its_regions_and_its_prefix() -> None:
    plan = read(WRITTEN).plans["99"]
    assert (plan.verdict("20"), plan.verdict("30"), plan.verdict("2")) == (table_verdict(), None, None)
    assert (plan.region("2000"), plan.region("3")) == ("XX", "")
    assert plan.without_prefix("025") == "25"
    assert plan.without_prefix("01525") == "25"
    assert plan.without_prefix("25") == "25"


def test_a_prefix_stays_where_the_number_would_be_too_short_or_no_number_without_it() -> None:
    plan = read(WRITTEN).plans["99"]
    assert plan.without_prefix("01") == "01"


def table_verdict() -> Verdict:
    return Verdict(why=Why.OK, iso="XX", geographic=True, plain=True)


def test_the_table_that_travels_is_read_once_and_is_small() -> None:
    assert table() is table()
    assert set(table().plans).isdisjoint(table().outside)
    assert len(table().plans) == 31
