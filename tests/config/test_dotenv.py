"""A .env file: what is taken is taken literally, what could be meant in two ways is a mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.config.dotenv import MAX_BYTES, Given, parse
from fastagi_server.config.mistakes import Mistake


def taken(text: str | bytes) -> dict[str, str]:
    mistakes: list[Mistake] = []
    raw = text if isinstance(text, bytes) else text.encode()
    given = parse(raw, file="f", mistakes=mistakes)
    assert mistakes == []
    return {name: each.text for name, each in given.items()}


def refused(text: str | bytes) -> list[str]:
    mistakes: list[Mistake] = []
    parse(text if isinstance(text, bytes) else text.encode(), file="f", mistakes=mistakes)
    return [str(each) for each in mistakes]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("A=1", "1"),
        ("export A=1", "1"),
        ("  export\tA = 1  ", "1"),
        ("A=", ""),
        ("A=''", ""),
        ("A=b c", "b c"),
        ("A=b # told", "b"),
        ("A=b#c", "b#c"),
        ("A=# told", ""),
        ("A='b # c'  # told", "b # c"),
        ('A="b # c"# told', "b # c"),
        (r'A="say \"x\" \\ \$y"', r'say "x" \ $y'),
        (r"A='\n'", r"\n"),
        ("A='${HOME} $(id) `id`'", "${HOME} $(id) `id`"),
        (r'A="\${HOME}"', "${HOME}"),
        ("A=pa$$word", "pa$$word"),
        ("A=b=c", "b=c"),
        ("A=it's", "it's"),
        ("A=ñandú", "ñandú"),
        ("A=postgresql://u:p%40w@h:5432/d?sslmode=require", "postgresql://u:p%40w@h:5432/d?sslmode=require"),
    ],
)
def test_a_line_is_taken_as_it_is_written(line: str, text: str) -> None:
    assert taken(line) == {"A": text}


def test_line_ends_and_a_mark_of_windows_are_no_part_of_it() -> None:
    assert taken(b"\xef\xbb\xbfA=1\r\n\r\n# told\r\n \t\r\nB=2") == {"A": "1", "B": "2"}


def test_each_variable_remembers_its_line() -> None:
    given = parse(b"# a\n\nA=1\n", file="/x/.env", mistakes=[])
    assert str(given["A"].place) == "/x/.env:3 A"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("hunter2", "a line without =; it should be NAME=VALUE"),
        ("export A", "a line without =; it should be NAME=VALUE"),
        ("A-B=hunter2", "the name 'A-B'; it should be NAME=VALUE"),
        ("1A=hunter2", "the name '1A'; it should be NAME=VALUE"),
        (
            "A='hunter2",
            "A with a quote that is not closed, or more after it; it should be NAME='VALUE' on one line",
        ),
        (
            "A='hunter2'x",
            "A with a quote that is not closed, or more after it; it should be NAME='VALUE' on one line",
        ),
        (
            r'A="hunter2\n"',
            (
                r"A with a quote that is not closed, or more after it, or another backslash; it should be "
                r'NAME="VALUE" on one line, with no backslash but \\ \" \$ \`'
            ),
        ),
        *(
            (
                f"A={filled}",
                (
                    "A with ${, $( or `; it should be written out, or in single quotes: nothing is filled in "
                    "or run here"
                ),
            )
            for filled in ("${HUNTER2}", "$(cat hunter2)", "`hunter2`", '"x${hunter2}"')
        ),
        ("A=hunter2\x00", "a character that is not printed; it should be text without any"),
        ("A=hunter2\rB=2", "a character that is not printed; it should be text without any"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_told_without_its_value(line: str, told: str) -> None:
    assert refused(f"# a\n{line}\n") == [f"f:2: this is not a line of a .env file: {told}"]
    assert "hunter2" not in told.replace("${hunter2}", "")


def test_a_name_given_twice_is_told_with_both_lines() -> None:
    assert refused("A=1\nB=2\nA=3") == [
        "f:3: A is given twice; it should be there once (the first stands on line 1)"
    ]


def test_bytes_that_are_no_text_and_files_without_end_are_refused() -> None:
    assert refused(b"A=1\nB=\xff") == [
        "f:2: this is not a line of a .env file: byte 0xff; it should be UTF-8"
    ]
    assert refused(b"#" * (MAX_BYTES + 1)) == [
        f"f: this file cannot be used: it is too long; a file of at most {MAX_BYTES} bytes"
    ]


@given(st.binary(max_size=200))
def test_whatever_stands_there_is_taken_or_told(raw: bytes) -> None:
    mistakes: list[Mistake] = []
    given = parse(raw, file="f", mistakes=mistakes)
    assert all(isinstance(each, Given) and each.text.isprintable() for each in given.values())
    assert all(str(each).isprintable() for each in mistakes)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="'"), max_size=50)
)
def test_single_quotes_keep_everything(text: str) -> None:
    assert taken(f"A='{text}'") == {"A": text}
