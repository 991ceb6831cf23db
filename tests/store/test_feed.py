"""The feed over real files, and over an ear that fails when told."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from queue import Queue

import pytest
from sqlalchemy import Engine

from fastagi_server.app.hearing import STALE_SECONDS
from fastagi_server.store import tidings
from fastagi_server.store.connect import open_database
from fastagi_server.store.feed import Feed, ear
from fastagi_server.store.postgres_ear import QUIET_SECONDS, PostgresEar
from fastagi_server.store.sqlite_ear import SqliteEar
from fastagi_server.telephony.tiding import Kind, Tiding

PATIENCE = 20.0
TIDING = Tiding(id=1, at=1.0, kind=Kind.DIDS)


class Ear:
    """Gives what it is told to give; an error is raised."""

    pause_seconds = 0.001

    def __init__(self, *story: Sequence[Tiding] | Exception) -> None:
        self.story = deque(story)
        self.said: list[str] = []
        self.over = threading.Event()

    def listen(self) -> Sequence[Tiding]:
        self.said.append("listen")
        return self._next()

    def hear(self) -> Sequence[Tiding]:
        self.said.append("hear")
        return self._next()

    def close(self) -> None:
        self.said.append("close")

    def _next(self) -> Sequence[Tiding]:
        if not self.story:
            self.over.set()
            return ()
        told = self.story.popleft()
        if isinstance(told, Exception):
            raise told
        return told


def test_two_processes_worth_of_engines_hear_one_another(engine: Engine, url: str) -> None:
    other = open_database(url)
    found: Queue[Tiding] = Queue()
    feed = Feed(ear(other), heard=lambda told: [found.put(each) for each in told], steady=time.monotonic)
    feed.start()
    try:
        assert feed.heard_until > 0
        with engine.begin() as conn:
            tidings.tell(conn, kind=Kind.OPTOUT, value="+525512345678", at=1.0)
        assert found.get(timeout=PATIENCE).value == "+525512345678"
        before, waited = feed.heard_until, time.monotonic()
        while feed.heard_until == before and time.monotonic() - waited < PATIENCE:
            time.sleep(0.001)
        assert feed.heard_until > before
    finally:
        feed.close()
        other.dispose()


def test_a_database_that_fails_is_told_once_and_listened_to_anew(caplog: pytest.LogCaptureFixture) -> None:
    source = Ear((), OSError("gone"), OSError("gone"), [TIDING])
    found: list[Tiding] = []
    feed = Feed(source, heard=found.extend, steady=time.monotonic)
    with caplog.at_level(logging.WARNING):
        feed.start()
        assert source.over.wait(PATIENCE)
        feed.close()
    assert found == [TIDING]
    assert source.said[:6] == ["listen", "hear", "close", "listen", "close", "listen"]
    assert [record.getMessage() for record in caplog.records] == [
        "the store's tidings are not heard, nothing prepared is dialed until they are: gone",
        "the store's tidings are heard again",
    ]


def test_while_it_is_deaf_its_freshness_stands_still() -> None:
    source = Ear(OSError("gone"))
    feed = Feed(source, heard=lambda _: None, steady=time.monotonic)
    feed.start()
    assert feed.heard_until == float("-inf")
    assert source.over.wait(PATIENCE)
    feed.close()
    assert feed.heard_until > 0


def test_freshness_is_as_old_as_the_look_and_not_as_its_end() -> None:
    instants = iter(range(1, 1_000_000))
    source = Ear([TIDING])
    seen: list[float] = []
    feed = Feed(source, heard=lambda _: seen.append(feed.heard_until), steady=lambda: float(next(instants)))
    feed.start()
    assert source.over.wait(PATIENCE)
    feed.close()
    # Not fresh before it was handed on.
    assert seen == [float("-inf")]


def test_whoever_waits_for_the_next_look_is_as_fresh_as_the_last_one() -> None:
    class Patient(Ear):
        pause_seconds = 3_600.0

    instants = iter((1.0, 2.0))
    source = Patient([TIDING], ())
    feed = Feed(source, heard=lambda _: None, steady=lambda: next(instants))
    feed.start()
    deadline = time.monotonic() + PATIENCE
    while feed.heard_until < 2.0 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert feed.heard_until == 2.0
    feed.close()  # though the next look is an hour away

    assert source.said == ["listen", "hear", "close"]


@pytest.mark.parametrize("kind_of_ear", [SqliteEar, PostgresEar])
def test_two_looks_that_find_nothing_are_nearer_than_what_counts_as_stale(
    kind_of_ear: type[SqliteEar | PostgresEar],
) -> None:
    assert 2 * (kind_of_ear.pause_seconds + QUIET_SECONDS * (kind_of_ear is PostgresEar)) <= STALE_SECONDS


def test_each_database_has_its_own_ear(kind: str, engine: Engine) -> None:
    assert isinstance(ear(engine), {"sqlite": SqliteEar, "postgresql": PostgresEar}[kind])
