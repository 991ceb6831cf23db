from __future__ import annotations

import io
import sys

import pytest

from fastagi_server.console.progress import line, watched


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_the_rows_and_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(watched(range(9), "Reading", step=2)) == list(range(9))
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_how_far_it_is_and_a_clean_line_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert list(watched(range(2_000), "Reading", step=1_000)) == list(range(2_000))

    assert terminal.getvalue() == "\r\x1b[KReading: 1,000\r\x1b[KReading: 2,000\r\x1b[K"


def test_what_breaks_half_way_leaves_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with pytest.raises(ZeroDivisionError):
        list(watched((1 // (3 - n) for n in range(9)), "Reading", step=1))

    assert terminal.getvalue().endswith("Reading: 3\r\x1b[K")


def test_a_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert list(watched([1], "Reading")) == [1]
    assert terminal.getvalue() == ""


def test_a_line_of_ones_own_is_shown_to_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with line() as show:
        assert show is None
    assert capsys.readouterr() == ("", "")

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with line() as show:
        assert show is not None
        show("At 0003")

    assert terminal.getvalue() == "\r\x1b[KAt 0003\r\x1b[K"
