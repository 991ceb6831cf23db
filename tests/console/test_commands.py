from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.telephony import frames

PLACED = frames.Placed(
    call="c-1", number="+525550001003", country="mexico", callerid="+525550009000", trunk="carrier"
)
RINGS = frames.Happened(call="c-1", fact="Ringing", at=12.5)
ENDS = frames.Happened(call="c-1", fact="Ended", at=14.0, says={"cause": 17})
BUSY = frames.Closed(record={"disposition": "busy", "why": "486 Busy Here", "dialed_at": 12.0})
NEVER_LEFT = frames.Closed(record={"disposition": "failed", "why": "no", "dialed_at": None})
REFUSED = frames.Failed(
    code="NotDialedError",
    message="+52 was not dialed: it is on the opt-out list.",
    details={"number": "+52", "reason": "it is on the opt-out list"},
)
STORY = (
    "Calling +525550001003 (mexico) through carrier, showing +525550009000; call c-1.\n"
    "   0.00 s  ringing\n"
    "   1.50 s  ended (Q.850 cause 17)\n"
    "busy: 486 Busy Here\n"
)


def test_a_call_through_the_service_is_told_as_a_story(discador: Any, desk: Any) -> None:
    heard = desk(PLACED, RINGS, ENDS, BUSY)

    told = discador("call", "+525550001003")

    assert (told.code, told.out, told.err) == (0, STORY, "")
    assert heard == [frames.Dial(number="+525550001003")]
    assert discador.actions.dials == []


def test_without_a_service_the_command_rings_by_itself_and_says_so(discador: Any) -> None:
    discador.actions.frames = [PLACED, RINGS, ENDS, BUSY]

    told = discador("call", "+525550001003")

    assert told.code == 0
    assert told.out == (
        "No Discador is running; this command rings by itself and stays until the call is over.\n" + STORY
    )


def test_a_story_in_spanish(discador: Any, desk: Any) -> None:
    desk(PLACED, RINGS, ENDS, BUSY)

    assert "timbrando" in discador("--lang", "es", "call", "+525550001003").out


def test_a_story_for_programs_is_a_frame_a_line(discador: Any) -> None:
    discador.actions.frames = [PLACED, RINGS, ENDS, BUSY]

    told = discador("call", "--json", "+525550001003")

    assert [json.loads(line)["frame"] for line in told.out.splitlines()] == [
        "placed",
        "happened",
        "happened",
        "closed",
    ]


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (BUSY, 0),
        (NEVER_LEFT, 1),
        (REFUSED, 1),
        (frames.Failed(code="NotDialableError", message="no", details={}), 2),
        (frames.Failed(code="SomethingNewError", message="no", details={}), 1),
    ],
)
def test_the_exit_code_says_whether_it_was_dialed(
    discador: Any, desk: Any, last: frames.Frame, code: int
) -> None:
    desk(PLACED, last)

    assert discador("call", "+52").code == code


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "discador: +52 was not dialed: it is on the opt-out list.\n"),
        ("es", "discador: No se llamó a +52: está en la lista de exclusión.\n"),
        ("pt", "discador: +52 não foi chamado: está na lista de exclusão.\n"),
    ],
)
def test_a_refusal_is_told_on_standard_error(discador: Any, desk: Any, lang: str, sentence: str) -> None:
    desk(REFUSED)

    told = discador("--lang", lang, "call", "+52")

    assert (told.out, told.err) == ("", sentence)


def test_a_service_that_goes_away_is_told(discador: Any, desk: Any) -> None:
    desk(PLACED)

    told = discador("call", "+52")

    assert told.code == 1
    assert "went away before it had answered; calls that were placed go on in Asterisk" in told.err


def test_a_desk_of_a_dead_service_counts_as_none(discador: Any, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "desk"))
    discador.actions.frames = [PLACED, BUSY]

    told = discador("call", "+52")

    assert told.code == 0
    assert "No Discador is running" in told.out


def test_a_desk_that_is_not_for_this_user_is_told(discador: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(*_: object, **__: object) -> Iterator[frames.Frame]:
        raise PermissionError(errno.EACCES, "Permission denied")
        yield

    monkeypatch.setattr("fastagi_server.console.book.ask", shut)

    told = discador("call", "+52")

    assert told.code == 1
    assert "lets this user give no orders: Permission denied" in told.err
    assert discador.actions.dials == []


def test_an_interrupt_leaves_the_call_to_the_service_and_says_so(
    discador: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[frames.Frame]:
        yield PLACED
        raise KeyboardInterrupt

    monkeypatch.setattr("fastagi_server.console.book.ask", interrupted)

    told = discador("call", "+52")

    assert told.code == 130
    assert told.err == "Not watching any more; the service follows the call to its end.\n"


def test_an_interrupt_of_a_call_of_our_own_says_what_becomes_of_it(discador: Any) -> None:
    discador.actions.frames = [PLACED]
    discador.actions.raises = KeyboardInterrupt()

    told = discador("call", "+52")

    assert told.code == 130
    assert "the call goes on in Asterisk" in told.err


def test_an_interrupt_before_the_call_promises_nothing(discador: Any) -> None:
    discador.actions.raises = KeyboardInterrupt()

    told = discador("call", "+52")

    assert (told.code, told.err) == (130, "")


class Pipe:
    """A standard output whose reader leaves after some lines."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, lines: int) -> None:
        self.left = lines
        self.told: list[str] = []

    def write(self, text: str) -> int:
        if not self.left:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        self.left -= 1
        self.told.append(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize("alone", [True, False])
def test_a_reader_who_leaves_ends_the_telling_but_not_a_call_of_our_own(
    discador: Any, desk: Any, monkeypatch: pytest.MonkeyPatch, *, alone: bool
) -> None:
    followed: list[bool] = []
    if alone:

        def call(settings: Any, countries: Any, dial: Any, tell: Any) -> None:
            followed.extend(tell(each) for each in (PLACED, RINGS, ENDS, BUSY))

        discador.actions.call = call
    else:
        desk(PLACED, RINGS, ENDS, BUSY)
    pipe = Pipe(lines=2)
    monkeypatch.setattr(sys, "stdout", pipe)

    with pytest.raises(SystemExit) as left:
        discador("call", "+525550001003")

    assert left.value.code == 1
    assert len(pipe.told) == 2
    assert followed == ([False, False, False, True] if alone else [])
