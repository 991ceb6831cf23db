from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from fastagi_server.loadtest import database
from fastagi_server.loadtest.errors import NotALabsStoreError
from fastagi_server.loadtest.paths import Paths
from fastagi_server.loadtest.templates import render
from fastagi_server.store import campaigns, dids, migrate
from fastagi_server.store.connect import open_database
from fastagi_server.telephony.did import Did
from tests.store.test_campaigns import SPRING


@pytest.fixture
def paths() -> Iterator[Paths]:
    # PostgreSQL's server is another user, who may not look into pytest's folder.
    with tempfile.TemporaryDirectory(prefix="discador-lab-") as root:
        Path(root).chmod(0o711)
        yield laid_out(Paths(name="x", root=Path(root)))


def laid_out(paths: Paths) -> Paths:
    paths.folder.mkdir(parents=True)
    text = render(
        "discador.yml",
        database=paths.data / "discador.db",
        ami=1,
        secret=paths.secret,
        fastagi=2,
        desk=paths.desk,
        dialplan=paths.dialplan,
    )
    paths.config.write_text(text)
    paths.config.chmod(0o640)
    return paths


def test_a_labs_store_is_its_file_until_it_is_pointed_elsewhere(paths: Paths) -> None:
    before = paths.config.read_text()
    assert database.of(paths) == f"sqlite:///{paths.data}/discador.db"

    database.point_to(paths, r"postgresql://a:\1@h/d")

    assert database.of(paths) == r"postgresql://a:\1@h/d"
    assert paths.config.read_text().splitlines()[2:] == before.splitlines()[2:]
    assert paths.config.stat().st_mode & 0o777 == 0o640


def test_a_lab_without_a_configuration_has_its_file(tmp_path: Path) -> None:
    paths = Paths(name="x", root=tmp_path)
    assert database.of(paths) == f"sqlite:///{paths.data}/discador.db"
    database.stop_own(paths)


@pytest.mark.postgres
def test_a_postgresql_of_its_own_comes_and_goes_with_the_lab(paths: Paths) -> None:
    database.start_own(paths)
    url = database.of(paths)
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("discador",)
    database.stop_own(paths)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_only_a_labs_store_may_be_filled_by_a_demo(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    database.check_is_labs(url)
    migrate.upgrade(url)
    engine = open_database(url)
    with engine.begin() as conn:
        campaigns.create(conn, replace(SPRING, lab=True))
        dids.add(conn, [Did(number="+12125550001", country="usa", lab=True)], at=1.0)
    database.check_is_labs(url)
    with engine.begin() as conn:
        dids.add(conn, [Did(number="+12125550002", country="usa")], at=1.0)
    engine.dispose()
    with pytest.raises(NotALabsStoreError, match="no lab's; name one that is empty"):
        database.check_is_labs(url)
