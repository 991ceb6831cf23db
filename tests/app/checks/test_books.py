from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app.checks import books
from fastagi_server.config.settings import Gate, Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.console.actions import Level
from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.store import dids, migrate
from fastagi_server.store.connect import open_database
from fastagi_server.telephony.country import Country
from fastagi_server.telephony.did import Did


@pytest.fixture
def file(settings: Settings) -> Path:
    found = books.store_file(settings)
    assert found is not None
    found.chmod(0o640)
    return found


def test_a_store_at_its_newest_is_good(settings: Settings, file: Path, levels: Any) -> None:
    assert levels(books.store(settings)) == {"store": Level.GOOD, "store_private": Level.GOOD}


def test_a_store_that_everybody_reads_is_bad(settings: Settings, file: Path, levels: Any) -> None:
    file.chmod(0o644)

    assert levels(books.store(settings))["store_private"] is Level.BAD


def test_a_store_without_its_schema_is_bad_and_is_not_made(
    settings: Settings, tmp_path: Path, levels: Any
) -> None:
    none = replace(settings, database_url=f"sqlite:///{tmp_path}/none.db")

    assert levels(books.store(none)) == {"store": Level.BAD}
    assert not (tmp_path / "none.db").exists()


def test_a_store_that_cannot_be_opened_says_why(settings: Settings, tmp_path: Path) -> None:
    (found,) = books.store(replace(settings, database_url=f"sqlite:///{tmp_path}/nowhere/x.db"))

    assert (found.key, found.level) == ("store_open", Level.BAD)
    assert found.says["why"].code == "CannotOpenError"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("engine", "noted"),
    [("engine", {"engine_name": Level.NOTE}), ("norte", {})],
    ids=["the usual name", "a name of its own"],
)
def test_a_store_that_others_may_share_wants_engines_with_names_of_their_own(
    engine: str, noted: dict[str, Level], settings: Settings, levels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = replace(settings, engine=engine, database_url="postgresql+psycopg://db/discador")
    monkeypatch.setattr(books.revision, "current", lambda url: books.revision.HEAD)
    monkeypatch.setattr(books.durability, "weak", lambda url: [])

    assert levels(books.store(shared)) == {"store": Level.GOOD, "store_durable": Level.GOOD, **noted}


@pytest.mark.postgres
def test_a_server_is_asked_whether_it_keeps_its_promises(
    settings: Settings, levels: Any, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(cluster.url)
    theirs = replace(settings, engine="norte", database_url=cluster.url)
    assert levels(books.store(theirs)) == {"store": Level.GOOD, "store_durable": Level.GOOD}

    monkeypatch.setattr(books.durability, "weak", lambda url: ["fsync"])
    assert levels(books.store(theirs)) == {"store": Level.GOOD, "store_durable": Level.BAD}


def test_postgresql_is_no_file() -> None:
    assert books.store_file(Settings(database_url="postgresql+psycopg://db/discador")) is None


def test_a_trunk_is_needed(settings: Settings) -> None:
    assert books.trunk(settings).good
    assert not books.trunk(replace(settings, trunks={})).good


@pytest.mark.parametrize("gate", list(Gate))
def test_the_gate_is_told_and_keeps_nothing_from_being_good(gate: Gate, settings: Settings) -> None:
    found = books.gate(replace(settings, gate=gate))

    assert (found.key, found.level) == (f"gate_{gate}", Level.NOTE)


def test_no_caller_id_at_all_is_bad(settings: Settings, countries: Sequence[Country]) -> None:
    used, found = books.callerids(replace(settings, callerids={}), countries)

    assert (used, found.key, found.level) == ([], "callerid", Level.BAD)


def test_countries_without_one_are_a_note(settings: Settings, countries: Sequence[Country]) -> None:
    used, found = books.callerids(settings, countries)

    assert [country.slug for country in used] == ["mexico"]
    assert (found.key, found.level, found.says["count"]) == ("callerid_some", Level.NOTE, 2)


def test_imported_caller_ids_count(settings: Settings, countries: Sequence[Country]) -> None:
    database = open_database(settings.database_url)
    numbers = [("+12125559000", "usa"), ("+551150009000", "brasil"), ("+525550009000", "mexico")]
    with database.begin() as conn:
        dids.add(conn, [Did(number=number, country=slug) for number, slug in numbers], 1.0)
    database.dispose()

    used, found = books.callerids(replace(settings, callerids={}), countries)

    assert len(used) == 3
    assert (found.key, found.level) == ("callerid", Level.GOOD)


def test_a_store_that_is_not_there_has_no_caller_ids(
    settings: Settings, countries: Sequence[Country], tmp_path: Path
) -> None:
    away = replace(settings, database_url=f"sqlite:///{tmp_path}/none.db")

    assert books.callerids(away, countries)[0]


@pytest.mark.parametrize(("seconds", "noted"), [(19, True), (20, False), (28, False), (29, True)])
def test_a_ring_that_is_too_short_or_too_long_is_a_note(
    settings: Settings, seconds: int, noted: bool
) -> None:
    trunks = {"a": Trunk(dial="PJSIP/{number}@a", ring_seconds=seconds)}

    found = list(books.rings(replace(settings, trunks=trunks, default_trunk="a")))

    assert [(each.key, each.level, each.says["trunk"]) for each in found] == (
        [("trunk_ring", Level.NOTE, "a")] if noted else []
    )


@pytest.mark.parametrize(
    ("number", "good"), [("+14155550199", False), ("+14155552671", True), ("+18005551212", True)]
)
def test_a_configured_caller_id_is_a_number_that_somebody_can_own(
    settings: Settings, number: str, good: bool
) -> None:
    (found,) = books.shown(replace(settings, callerids={"usa": (number,)}))

    assert (found.key, found.good) == ("callerid_shown", good)
    assert (number in str(found.says["found"])) is not good


def test_no_configured_caller_id_is_nothing_to_look_at(settings: Settings) -> None:
    assert list(books.shown(replace(settings, callerids={}))) == []


def test_redis_is_looked_at_where_it_is_configured_and_its_absence_is_a_note(
    settings: Settings, levels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert levels(books.redis(settings)) == {}
    there = replace(settings, redis_url="redis://127.0.0.1:1/0")
    assert levels(books.redis(there)) == {"redis_away": Level.NOTE}
    monkeypatch.setattr(books.redis_wire, "why_not", lambda _: "")
    assert levels(books.redis(there)) == {"redis": Level.GOOD}
