"""Databases for tests, of each kind that the store speaks: migrated and empty, or without any schema."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from fastagi_server.loadtest.postgres import USER, Cluster
from fastagi_server.store import migrate, revision

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30


def in_memory() -> str | None:
    """Give a folder in memory where there is room, else None for the system's own.

    What is tried here is killed, and never loses its power: who waits for a disk that neighbours use finds
    nothing out.
    """
    room = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    return str(_MEMORY) if room else None


def check_whole(url: str) -> None:
    """Let SQLite look through its file; PostgreSQL looks at its own when it starts."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class Databases(Protocol):
    """Gives databases that are nobody else's, each by its URL."""

    def fresh(self) -> AbstractContextManager[str]: ...

    def bare(self) -> AbstractContextManager[str]: ...


class SqliteDatabases:
    """Files: one is migrated, the others are copies of it."""

    def __init__(self, folder: Path) -> None:
        self.migrated = folder / "discador.db"
        migrate.upgrade(f"sqlite:///{self.migrated}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with self.bare() as url:
            shutil.copy(self.migrated, url.removeprefix("sqlite:///"))
            yield url

    @contextmanager
    def bare(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="store-", dir=in_memory()) as folder:
            yield f"sqlite:///{folder}/discador.db"


class PostgresDatabases:
    """Databases of one cluster. Making one takes a fifth of a second, so a clean one serves again."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._admin = psycopg.connect(cluster.admin, autocommit=True)
        self._made = 0
        self._clean: list[str] = []
        self._template = self._make(template="template0")
        migrate.upgrade(cluster.url_of(self._template))

    def close(self) -> None:
        self._admin.close()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = self._clean.pop() if self._clean else self._make(template=self._template)
        yield self.cluster.url_of(name)
        self.end_sessions(name)
        if self._cleaned(name):
            self._clean.append(name)
        else:
            self._drop(name)

    @contextmanager
    def bare(self) -> Iterator[str]:
        name = self._make(template="template0")
        yield self.cluster.url_of(name)
        self._drop(name)

    def end_sessions(self, name: str) -> None:
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name]
        )

    def _make(self, *, template: str) -> str:
        self._made += 1
        name = f"test_{self._made}"
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER discador").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        self._admin.execute(words)
        return name

    def _drop(self, name: str) -> None:
        self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _cleaned(self, name: str) -> bool:
        """Take all rows out; False where somebody has changed the schema."""
        with psycopg.connect(self.cluster.url_of(name, USER)) as conn:
            if conn.execute("SELECT version_num FROM alembic_version").fetchall() != [(revision.HEAD,)]:
                return False
            tables = conn.execute(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchall()
            # No order pleases every reference; what refers is emptied by whoever is referred to.
            conn.execute("SET LOCAL session_replication_role = replica")
            for (table,) in tables:
                conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            conn.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
        return True
