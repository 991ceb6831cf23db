from __future__ import annotations

from pathlib import Path

from fastagi_server.loadtest.calls import (
    CarrierCall,
    KeyPressed,
    RejectedCall,
    callees,
    invited_after,
    read_calls,
    read_rejects,
)

WRITTEN = """\
{"what":"invited","id":"a.0","at":10.250,"number":"525550001003","call":"01c","callerid":"+525550009000"}
{"what":"invited","id":"a.1","at":10.500,"number":"agent","call":"01c","callerid":"+525550009000"}
{"what":"answered","id":"a.0","at":10.650}
{"what":"pressed","id":"a.0","at":12.000,"digit":"0"}
{"what":"pressed","id":"a.0","at":13.000,"digit":"3"}
{"what":"ended","id":"a.0","at":15.000,"outcome":"answered","by":"callee","cause":16}
"""


def test_the_lines_of_a_call_become_one_call(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(WRITTEN)

    first, agent = read_calls(file)

    assert first == CarrierCall(
        id="a.0",
        call="01c",
        number="525550001003",
        callerid="+525550009000",
        invited_at=10.25,
        answered_at=10.65,
        pressed=(KeyPressed(digit="0", at=12.0), KeyPressed(digit="3", at=13.0)),
        ended_at=15.0,
        outcome="answered",
        by="callee",
        cause=16,
    )
    assert agent.ended_at is None
    assert callees([first, agent]) == [first]


def test_a_line_that_is_being_written_waits_for_the_next_reading(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(WRITTEN + '{"what":"ended","id":"a.1"')

    assert [call.ended_at for call in read_calls(file)] == [15.0, None]


def test_those_who_came_after_an_offset(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(WRITTEN)
    offset = file.stat().st_size
    with file.open("a") as more:
        more.write('{"what":"ended","id":"a.1","at":16.0,"outcome":"answered","by":"dialer","cause":16}\n')
        more.write('{"what":"invited","id":"a.2","at":17.0,"number":"15","call":"02c","callerid":"+1"}\n')

    assert [(call.id, call.invited_at, call.call) for call in invited_after(file, offset)] == [
        ("a.2", 17.0, "02c")
    ]
    assert len(invited_after(file, 0)) == 3
    assert [call.id for call in invited_after(file, 5)] == ["a.1", "a.2"]


def test_a_carrier_that_has_written_nothing_had_no_calls(tmp_path: Path) -> None:
    assert read_calls(tmp_path / "none") == []


def test_sipps_instants_hold_tabs(tmp_path: Path) -> None:
    file = tmp_path / "rejects.jsonl"
    file.write_text('{"at":"2026-11-23\t18:06:25.025953\t1795457185.025953","number":"42","call":"01c"}\n')

    assert read_rejects(file) == [RejectedCall(call="01c", number="42", at=1795457185.025953)]
