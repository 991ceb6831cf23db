from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.config import countries
from fastagi_server.config.settings import Settings
from fastagi_server.console.owned import callable_from_here
from fastagi_server.store import dids, migrate
from fastagi_server.store.connect import open_database
from fastagi_server.telephony.did import Did

ALL = countries.load()


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/discador.db"
    migrate.upgrade(url)
    return url


def slugs(settings: Settings) -> list[str]:
    return [country.slug for country in callable_from_here(settings, ALL)]


def test_caller_ids_of_the_configuration_and_of_imports_count_alike(url: str) -> None:
    database = open_database(url)
    with database.begin() as conn:
        dids.add(conn, [Did(number="+12125559000", country="usa")], 1.0)
    database.dispose()

    owned = {"mexico": ("+525512345678",), "brazil": ()}

    assert slugs(Settings(database_url=url, callerids=owned)) == ["mexico", "usa"]


def test_without_a_store_the_configuration_speaks(tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path}/none.db"

    assert slugs(Settings(database_url=away)) == []
    assert slugs(Settings(database_url=away, callerids={"usa": ("+12125559000",)})) == ["usa"]
