"""The wire over a real Redis."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue

import pytest

from fastagi_server.loadtest import redis_server
from fastagi_server.loadtest.redis_server import RedisServer
from fastagi_server.store import redis_wire
from fastagi_server.store.redis_wire import CHANNEL, Wire, connect, why_not
from fastagi_server.telephony.tiding import Kind, Tiding

PATIENCE = 20.0
NUMBER = "+525550001003"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server.running(tmp_path_factory.mktemp("redis")) as server:
        yield server


class End:
    """One engine's end of the wire."""

    def __init__(self, url: str) -> None:
        self.found: Queue[str] = Queue()
        self.wire = Wire(url, heard=self.heard)

    def heard(self, told: Sequence[Tiding]) -> None:
        for each in told:
            assert each.kind is Kind.OPTOUT
            self.found.put(each.value)


@pytest.fixture
def ends(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[End, End]]:
    monkeypatch.setattr(redis_wire, "AGAIN_SECONDS", 0.02)
    monkeypatch.setattr(redis_wire, "HEAR_SECONDS", 0.02)
    here, there = End(server.url), End(server.url)
    for each in (here, there):
        each.wire.start()
    for each in (here, there):
        assert each.wire.listening.wait(PATIENCE)
    yield here, there
    for each in (here, there):
        each.wire.close()


def test_what_one_engine_publishes_the_other_hears(ends: tuple[End, End]) -> None:
    here, there = ends
    here.wire.publish(NUMBER)
    assert there.found.get(timeout=PATIENCE) == NUMBER


def test_a_strangers_word_is_nothing(ends: tuple[End, End], server: RedisServer) -> None:
    _, there = ends
    with connect(server.url) as stranger:
        for word in (b"hello", b"\xff\xfe", b"", b"+1; DROP", NUMBER.encode()):
            stranger.publish(CHANNEL, word)
    assert there.found.get(timeout=PATIENCE) == NUMBER
    assert there.found.empty()


def test_a_redis_that_goes_and_comes_is_told_once_each_and_heard_again(
    ends: tuple[End, End], server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = ends
    away = threading.Event()
    here.wire._stopped.wait(0)
    with caplog.at_level(logging.WARNING):
        server.stop()
        while there.wire.listening.is_set() or here.wire.listening.is_set():
            away.wait(0.01)
        here.wire.publish(NUMBER)  # nobody waits, nothing breaks
        server.start()
        assert here.wire.listening.wait(PATIENCE)
        assert there.wire.listening.wait(PATIENCE)
        here.wire.publish("+525550001004")
        while there.found.get(timeout=PATIENCE) != "+525550001004":
            pass
    told = [record.getMessage() for record in caplog.records]
    assert sum("Redis is away" in each for each in told) == 2
    assert sum("there again" in each for each in told) == 2


def test_nobody_waits_for_a_redis_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wire = Wire("redis://127.0.0.1:1/0", heard=lambda _: None)
    for n in range(redis_wire.WAITING + 10):
        wire.publish(f"+5255500{n:05}")
    wire.start()
    wire.close()
    assert "refused" in why_not("redis://127.0.0.1:1/0")
