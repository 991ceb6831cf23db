from __future__ import annotations

import logging
import sys

from fastagi_server.app.lines import OneLine


def record(text: str, *args: object, exc: bool = False) -> logging.LogRecord:
    info = sys.exc_info() if exc else None
    return logging.LogRecord("discador", logging.WARNING, "f", 1, text, args, info)  # type: ignore[arg-type]


def test_a_line_is_as_it_was_said() -> None:
    assert OneLine("%(levelname)s %(message)s").format(record("%s: ñ", "cluster")) == "WARNING cluster: ñ"


def test_no_text_begins_a_line_of_its_own_or_moves_a_terminal() -> None:
    forged = "ok\n2026-11-27 12:00:00 WARNING all fine\r\x1b[2J"

    assert OneLine("%(message)s").format(record("why: %s", forged)) == (
        "why: ok\n  2026-11-27 12:00:00 WARNING all fine\\r\\x1b[2J"
    )


def test_a_traceback_stands_under_its_line() -> None:
    try:
        int("one\ntwo")
    except ValueError:
        told = OneLine("%(message)s").format(record("it failed", exc=True))

    first, *rest = told.split("\n")
    assert first == "it failed"
    assert rest[-1].startswith("  ValueError: ")
    assert all(line.startswith("  ") for line in rest)
