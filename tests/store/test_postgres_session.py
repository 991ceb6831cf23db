from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from fastagi_server.loadtest import postgres
from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.store import campaigns, migrate, postgres_session
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import NotDurableError, NotReadableError
from fastagi_server.store.reader import read
from fastagi_server.store.writer import Writer
from tests.store.conftest import ON_POSTGRES
from tests.store.test_campaigns import SPRING


@ON_POSTGRES
def test_a_server_that_is_only_busy_is_waited_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_session, "TICKS", 2)
    with engine.connect() as conn:
        assert conn.scalar(text("SELECT 7 FROM pg_sleep(0.7)")) == 7


@ON_POSTGRES
def test_the_servers_errors_come_through(engine: Engine) -> None:
    with engine.connect() as conn:
        conn.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(OperationalError, match="statement timeout"):
            conn.execute(text("SELECT pg_sleep(20)"))


@ON_POSTGRES
def test_a_word_with_nul_in_it_is_kept_with_a_sign_in_its_place(engine: Engine) -> None:
    with engine.connect() as conn:
        said = conn.scalar(text("SELECT CAST(:word AS TEXT)"), {"word": "603 \0 Blocked"})
    assert said == "603 \ufffd Blocked"


class Away:
    """A server of one test's own, that can be frozen, killed and brought back."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @contextmanager
    def gone(self, how: str) -> Iterator[None]:
        if how == "killed":
            self.cluster.kill()
            yield
            self.cluster.start()
            return
        family = self.cluster.family()
        for pid in family:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in family:
                os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def away() -> Iterator[Away]:
    with tempfile.TemporaryDirectory(prefix="discador-postgres-") as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "cluster") as cluster:
            migrate.upgrade(cluster.url)
            yield Away(cluster)


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["frozen", "killed"])
def test_a_server_that_is_away_is_told_within_seconds_and_works_again_by_itself(away: Away, how: str) -> None:
    engine = open_database(away.cluster.url)
    store = Writer(engine)
    store.submit(lambda conn: campaigns.remove(conn, "spring") if campaigns.every(conn) else None).result(20)
    assert read(engine, campaigns.every) == []

    with away.gone(how):
        began = time.monotonic()
        promise = store.submit(lambda conn: campaigns.create(conn, SPRING))
        with pytest.raises(NotReadableError):
            read(engine, campaigns.every)
        with pytest.raises(NotDurableError, match=r"silent|timeout|refused|closed|terminat"):
            promise.result(20)
        assert time.monotonic() - began < 15

    store.submit(campaigns.every).result(20)
    if not read(engine, campaigns.every):
        store.submit(lambda conn: campaigns.create(conn, SPRING)).result(20)
    assert read(engine, campaigns.every) == [SPRING]
    store.close()
    engine.dispose()
