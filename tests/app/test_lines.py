from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from fastagi_server.app.lines import FORMAT, OneLine, only_what_is_said


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


@pytest.mark.parametrize("at", [0.0, 1_795_800_000.25, 1_795_800_000.999, 1_795_800_001.0, 1_795_800_000.5])
def test_a_time_is_as_logging_itself_gives_it(at: float) -> None:
    told = record("x")
    told.created, told.msecs = at, at % 1 * 1000
    ours, theirs = OneLine("%(asctime)s"), logging.Formatter("%(asctime)s")
    ours.format(record("another second before"))

    assert ours.format(told) == theirs.format(told)
    assert ours.formatTime(told, "%H") == theirs.formatTime(told, "%H")


@pytest.fixture
def as_it_was() -> Iterator[None]:
    names = ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing")
    kept = {name: getattr(logging, name) for name in names}
    yield
    for name, value in kept.items():
        setattr(logging, name, value)


@pytest.mark.usefixtures("as_it_was")
def test_what_no_line_says_is_not_found_out_and_the_line_is_the_same() -> None:
    out, made = io.StringIO(), list[logging.LogRecord]()
    handler = logging.StreamHandler(out)
    handler.setFormatter(OneLine(FORMAT))
    handler.addFilter(lambda record: made.append(record) or True)
    log = logging.getLogger("discador.only_what_is_said")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)

    log.info("call_id=%s %s", "a", "busy")
    only_what_is_said()
    log.info("call_id=%s %s", "a", "busy")

    assert [(each.thread, each.process, each.lineno) for each in made[1:]] == [(None, None, 0)]
    before, after = (line.partition(" INFO ")[2] for line in out.getvalue().splitlines())
    assert before == after == "call_id=a busy"
