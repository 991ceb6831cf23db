from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fastagi_server.loadtest import postgres
from fastagi_server.loadtest.errors import NotReadyError
from fastagi_server.loadtest.postgres import Cluster


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="discador-postgres-") as made:
        Path(made).chmod(0o711)
        yield Path(made) / "cluster"


@pytest.mark.postgres
def test_it_runs_on_the_loopback_only_keeps_its_promises_and_is_gone_with_its_folder(folder: Path) -> None:
    with postgres.running(folder) as cluster:
        assert cluster.pid is not None
        assert folder.stat().st_mode & 0o077 == 0
        with psycopg.connect(cluster.url) as conn:
            told = [
                conn.execute(f"SHOW {name}").fetchone()
                for name in ("fsync", "synchronous_commit", "listen_addresses", "server_encoding")
            ]
            assert told == [("on",), ("on",), ("127.0.0.1",), ("UTF8",)]
            assert conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (
                False,
            )
        assert cluster.secret not in repr(cluster)
        assert postgres.load(folder) == cluster

    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(cluster.url)


@pytest.mark.postgres
def test_what_was_committed_is_there_after_a_kill_and_a_new_start(folder: Path) -> None:
    with postgres.running(folder) as cluster:
        with psycopg.connect(cluster.url) as conn:
            conn.execute("CREATE TABLE kept AS SELECT 7 AS n")
        cluster.kill()
        assert cluster.pid is None
        cluster.start()
        with psycopg.connect(cluster.url) as conn:
            assert conn.execute("SELECT n FROM kept").fetchone() == (7,)


@pytest.mark.postgres
def test_a_server_that_ends_at_once_is_quoted(cluster: Cluster, folder: Path) -> None:
    folder.mkdir()
    with pytest.raises(NotReadyError, match="data"):
        Cluster(folder=folder, port=cluster.port, secret="").start()


def test_a_machine_without_it_gets_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(postgres, "_LIBRARY", tmp_path)
    monkeypatch.setattr("fastagi_server.loadtest.debian.install", asked.append)

    postgres.install()
    (tmp_path / "17/bin").mkdir(parents=True)
    (tmp_path / "17/bin/initdb").touch()
    postgres.install()

    assert asked == [["postgresql"]]
