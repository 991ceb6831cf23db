from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from fastagi_server.desk.client import DeskLostError, NobodyAtTheDeskError, ask
from fastagi_server.telephony import frames


def desk(path: Path, *answers: frames.Frame) -> threading.Thread:
    """Serve one asker over a real socket: read its line, write the answers, leave."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        with listener, listener.accept()[0] as asker, asker.makefile("rb") as lines:
            lines.readline()
            # Who asked may have heard enough before all is said.
            with suppress(BrokenPipeError):
                for answer in answers:
                    asker.sendall(frames.encode(answer) + b"\n")

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_frames_come_as_long_as_they_are_wanted(tmp_path: Path) -> None:
    thread = desk(tmp_path / "desk", frames.Standing(ready=True, live=0, fastagi="agi://h"), frames.Ask())

    answers = ask(tmp_path / "desk", frames.Ask())

    assert next(answers) == frames.Standing(ready=True, live=0, fastagi="agi://h")
    answers.close()
    thread.join()


def test_nobody_there_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NobodyAtTheDeskError, match="discador serve"):
        next(ask(tmp_path / "desk", frames.Ask()))


def test_a_desk_that_leaves_is_told(tmp_path: Path) -> None:
    thread = desk(tmp_path / "desk")

    with pytest.raises(DeskLostError, match="went away"):
        next(ask(tmp_path / "desk", frames.Ask()))

    thread.join()


def test_impatience_is_told_as_a_lost_desk(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "desk"))
    listener.listen()

    with listener, pytest.raises(DeskLostError):
        next(ask(tmp_path / "desk", frames.Ask(), patience=0.05))


def test_a_desk_that_leaves_in_the_middle_of_a_word_is_told_as_lost(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "desk"))
    listener.listen()

    def serve() -> None:
        with listener, listener.accept()[0] as asker:
            asker.recv(100)
            asker.sendall(b'{"frame": "stand')

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(DeskLostError):
        next(ask(tmp_path / "desk", frames.Ask()))
    thread.join()


def test_who_is_turned_away_is_told_why(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "desk"))
    listener.listen()

    def serve() -> None:
        with listener, listener.accept()[0] as asker:
            asker.sendall(frames.encode(frames.Failed(code="DeskFullError", message="full")) + b"\n")

    thread = threading.Thread(target=serve)
    thread.start()
    assert next(ask(tmp_path / "desk", frames.Ask())) == frames.Failed(code="DeskFullError", message="full")
    thread.join()
