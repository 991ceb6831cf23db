"""Real SQLite files: one is migrated for the session, every test gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from fastagi_server.store import migrate
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import call_id
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.record import Begin

MakeBegin = Callable[[int], Begin]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "discador.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "discador.db"))


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url, busy_seconds=0.2)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as conn:
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
