"""Real databases of both kinds; every test gets one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import call_id
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Begin
from tests.databases import Databases, PostgresDatabases, SqliteDatabases

MakeBegin = Callable[[int], Begin]


# What only SQLite or only PostgreSQL does is tried on that one; all else on both.
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True, scope="session")
ON_POSTGRES = pytest.mark.parametrize(
    "kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True, scope="session"
)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def databases(kind: str, request: pytest.FixtureRequest) -> Iterator[Databases]:
    if kind == "sqlite":
        yield request.getfixturevalue("sqlite_databases")
    else:
        yield request.getfixturevalue("postgres_databases")


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def postgres_databases(cluster: Cluster) -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases(cluster)
    yield databases
    databases.close()


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    with databases.fresh() as url:
        yield url


@pytest.fixture
def bare(databases: Databases) -> Iterator[str]:
    """Give a database without any schema; SQLite's is not there yet."""
    with databases.bare() as url:
        yield url


@pytest.fixture
def file(url: str) -> Path:
    assert url.startswith("sqlite:///")
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url, busy_seconds=0.2)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as conn:
        yield conn


def _id(n: int) -> CallId:
    return call_id.mint(1_700_000_000 + n, n.to_bytes(10, "big"))


@pytest.fixture(scope="session")
def make_id() -> Callable[[int], CallId]:
    return _id


@pytest.fixture(scope="session")
def make_begin() -> MakeBegin:
    def make(n: int) -> Begin:
        return Begin(
            call=_id(n),
            number=f"+5255{n:08}",
            country="mexico",
            callerid="+525511112222",
            trunk="alpha",
            campaign="spring",
            planned_at=1_700_000_000.25 + n,
            begun_at=1_700_000_000.123456 + n,
        )

    return make
