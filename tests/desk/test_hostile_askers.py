"""The desk on a real socket and a reactor turned by hand: whoever sits there, the calls lose nothing."""

from __future__ import annotations

import resource
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.main import CONNECTION_DONE
from twisted.python.failure import Failure

from fastagi_server.desk.server import MAX_UNREAD, PLACES, DeskFactory, Tell
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import BadInputError

ASK = b'{"frame": "ask"}\n'
STANDING = frames.Standing(ready=True, live=0, fastagi="agi://127.0.0.1")


class Desk:
    """A desk that answers whoever asks how it stands, and remembers who gave any other order."""

    def __init__(self, path: Path, askers: ExitStack) -> None:
        self.reactor = EPollReactor()
        self.path, self.askers = path, askers
        self.taken: list[frames.Frame] = []
        self.tells: list[Tell] = []
        self.factory = DeskFactory(self.order)
        self.port = self.reactor.listenUNIX(str(path), self.factory, backlog=1024)

    def order(self, order: frames.Frame, tell: Tell) -> None:
        if isinstance(order, frames.Ask):
            tell(STANDING)
        else:
            self.taken.append(order)
            self.tells.append(tell)

    def asker(self) -> socket.socket:
        asker = self.askers.enter_context(socket.socket(socket.AF_UNIX))
        asker.connect(str(self.path))
        asker.settimeout(0)
        return asker

    def turn(self, until: Callable[[], bool]) -> None:
        for _ in range(5000):
            if until():
                return
            self.reactor.runUntilCurrent()
            self.reactor.doIteration(0.01)
        raise AssertionError("it never came")

    def is_answered(self) -> frames.Frame:
        """Somebody comes, asks and leaves."""
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(self.path))
            asker.sendall(ASK)
            return self.heard_by(asker)

    def heard_by(self, asker: socket.socket) -> frames.Frame:
        poll = select.poll()
        poll.register(asker, select.POLLIN)
        self.turn(lambda: bool(poll.poll(0)))
        return frames.decode(asker.recv(65536))

    def close(self) -> None:
        stopped = self.port.stopListening()
        self.turn(lambda: self.factory.taken == 0 and stopped.called)
        for reader in (*self.reactor.removeAll(), *self.reactor._internalReaders):
            reader.connectionLost(Failure(CONNECTION_DONE))
        self.reactor._poller.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as askers:
        desk = Desk(tmp_path / "desk", askers)
        yield desk
        askers.close()
        desk.close()


def test_who_asks_for_ever_and_never_reads_is_not_heard_any_more(desk: Desk) -> None:
    asker = desk.asker()
    said = 0

    def stuck() -> bool:
        nonlocal said
        with suppress(BlockingIOError):
            said += asker.send(ASK * 1000)
            return False
        return not any(counter._reads for counter in counters)

    desk.turn(lambda: desk.factory.taken == 1)
    counters = [each.protocol for each in desk.reactor.getReaders() if hasattr(each, "protocol")]
    desk.turn(stuck)

    assert said < 4 << 20
    assert counters[0]._unread < MAX_UNREAD
    assert desk.is_answered() == STANDING


def test_who_does_not_read_the_news_of_his_calls_is_left_and_the_calls_go_on(desk: Desk) -> None:
    asker = desk.asker()
    asker.send(frames.encode(frames.Dial(number="+52")) + b"\n")
    desk.turn(lambda: bool(desk.tells))
    news = frames.Closed(record={"note": "x" * 10_000})
    for _ in range(1000):
        desk.tells[0](news)

    desk.turn(lambda: desk.factory.taken == 0)
    desk.tells[0](news)
    assert desk.is_answered() == STANDING


def test_a_slow_reader_gets_everything_in_its_order(desk: Desk) -> None:
    asker = desk.asker()
    asker.send(frames.encode(frames.Dial(number="+52")) + b"\n")
    desk.turn(lambda: bool(desk.tells))
    sent = [frames.Closed(record={"number": n, "note": "x" * 1000}) for n in range(800)]
    for each in sent:
        desk.tells[0](each)
    got = b""

    def all_there() -> bool:
        nonlocal got
        with suppress(BlockingIOError):
            got += asker.recv(700)
        return got.count(b"\n") == len(sent)

    desk.turn(all_there)
    assert [frames.decode(line) for line in got.splitlines()] == sent
    asker.send(ASK)
    assert desk.heard_by(asker) == STANDING, "and he is heard again"


def test_thousands_of_askers_leave_room_for_calls_and_each_is_told(desk: Desk) -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    crowd = min(2000, (soft - 200) // 2)
    askers: list[socket.socket] = []
    while len(askers) < crowd:
        askers.append(desk.asker())
        desk.reactor.doIteration(0)
    for asker in askers[PLACES:]:
        frame = desk.heard_by(asker)
        assert isinstance(frame, frames.Failed)
        assert (frame.code, frame.details) == ("DeskFullError", {"limit": str(PLACES)})

    assert desk.factory.taken == PLACES
    desk.askers.close()
    desk.turn(lambda: desk.factory.taken == 0)
    assert desk.is_answered() == STANDING


def test_a_giant_line_ends_its_asker_only(desk: Desk) -> None:
    giant, slow = desk.asker(), desk.asker()
    slow.send(ASK[:5])
    sent = 0

    def gone() -> bool:
        nonlocal sent
        try:
            sent += giant.send(b"x" * 10_000)
        except BlockingIOError:
            return False
        except (BrokenPipeError, ConnectionResetError):
            return True
        return False

    desk.turn(gone)
    assert sent < 1 << 20
    slow.send(ASK[5:])
    assert desk.heard_by(slow) == STANDING


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b'"ask"',
        b"\xff\xfe",
        b'{"frame": "ask", "frame": "buy"}',
        b'{"frame": ["ask"]}',
        b'{"frame": "ask", "x": 1}',
        b"[" * 60_000,
        b'{"frame": "dial", "number": ' + b"9" * 5000 + b"}",
        b'{"frame": "dial", "number": null}',
        b'{"frame": "dial", "number": {"$ne": 1}}',
        b'{"frame": "dial", "number": "\\ud800"}',
        b'{"frame": "dial", "number": "\xed\xa0\x80"}',
        b'{"frame": "dial", "' + b"n" * 60_000 + b'": 1}',
        b'{"frame": "happened", "call": "c", "fact": "f", "at": NaN}',
        '{"frame": "ask"}'.encode("utf-16"),
        "\ufeff{}".encode(),
        ASK + b"\r",
    ],
    ids=lambda line: line[:40],
)
def test_a_hostile_line_is_refused_shortly_and_the_next_is_heard(desk: Desk, line: bytes) -> None:
    asker = desk.asker()
    asker.send(line.replace(b"\n", b" x ") + b"\n")

    frame = desk.heard_by(asker)
    assert isinstance(frame, frames.Failed)
    assert frame.code == "BadInputError"
    assert len(frames.encode(frame)) < 4000
    asker.send(ASK)
    assert desk.heard_by(asker) == STANDING


@given(line=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_line_is_a_frame_or_bad_input(line: bytes) -> None:
    for each in (line, b'{"frame": "dial", "number": "' + line + b'"}'):
        try:
            frame: Any = frames.decode(each)
        except BadInputError:
            continue
        assert frames.decode(frames.encode(frame)) == frame
        frame.number.encode()
