from __future__ import annotations

from fastagi_server.console.table import table


def test_words_stand_left_and_numbers_right() -> None:
    rows = [("usa", 5, "a"), ("brasil", 1000, "")]

    assert list(table(rows)) == ["usa        5  a", "brasil  1000"]


def test_a_column_with_a_number_and_its_head_stands_right() -> None:
    assert list(table([("country", "left"), ("usa", "no limit"), ("peru", 3)])) == [
        "country      left",
        "usa      no limit",
        "peru            3",
    ]


def test_nothing_is_no_line() -> None:
    assert list(table([])) == []


def test_an_escape_sequence_is_shown_and_not_obeyed() -> None:
    assert list(table([("usa", "red\x1b]52;c;ZWNobw==\x07")])) == ["usa  red\ufffd]52;c;ZWNobw==\ufffd"]
