from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from fastagi_server.store import durability
from tests.databases import PostgresDatabases
from tests.store.conftest import ON_POSTGRES


def test_a_server_as_it_comes_is_strong(url: str) -> None:
    assert durability.weak(url) == []


@pytest.fixture
def careless(postgres_databases: PostgresDatabases) -> Iterator[None]:
    with psycopg.connect(postgres_databases.cluster.admin, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET full_page_writes = off")
        reload(admin, "off")
        yield
        admin.execute("ALTER SYSTEM RESET full_page_writes")
        reload(admin, "on")


def reload(admin: psycopg.Connection, wanted: str) -> None:
    admin.execute("SELECT pg_reload_conf()")
    end = time.monotonic() + 20
    while admin.execute("SHOW full_page_writes").fetchone() != (wanted,):
        assert time.monotonic() < end
        time.sleep(0.01)


@ON_POSTGRES
@pytest.mark.usefixtures("careless")
def test_what_is_switched_off_is_named(url: str) -> None:
    assert durability.weak(url) == ["full_page_writes"]
