from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from fastagi_server.store import calls, migrate, optouts, revision
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import CannotOpenError, SchemaBehindError
from fastagi_server.store.tables import metadata
from fastagi_server.telephony import call_id
from fastagi_server.telephony.disposition import Disposition
from tests.store.conftest import ON_SQLITE


def test_the_migrations_lead_to_the_tables(engine: Engine) -> None:
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


@ON_SQLITE
def test_they_agree_on_checks_too_which_alembic_does_not_compare(engine: Engine, tmp_path: Path) -> None:
    made = create_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(made)
    assert _constraints(made) == _constraints(engine)
    assert any("CHECK" in part for _table, part in _constraints(made))
    made.dispose()


def _constraints(engine: Engine) -> set[tuple[str, str]]:
    query = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL")
    with engine.connect() as conn:
        rows = conn.execute(query).all()
    return {(name, part) for name, sql in rows for part in _parts(" ".join(sql.split()))}


def _parts(sql: str) -> list[str]:
    """Give a table's columns and constraints: one that was added later stands on no line of its own."""
    head, _, rest = sql.partition("(")
    if not head.startswith("CREATE TABLE"):
        return [sql]
    body, _, tail = rest.rpartition(")")
    parts = [""]
    for piece in body.split(","):
        if parts[-1].count("(") > parts[-1].count(")"):
            parts[-1] += "," + piece
        else:
            parts.append(piece)
    return [head.strip(), tail.strip(), *(part.strip() for part in parts[1:])]


def test_upgrade_makes_the_database_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "100%"
    folder.mkdir()
    monkeypatch.chdir(folder)
    url = "sqlite:///here.db"
    assert revision.current(url) is None
    assert not (folder / "here.db").exists()
    migrate.upgrade(url)
    assert revision.current(url) == revision.HEAD == "0009"


def test_upgrading_twice_is_fine_and_keeps_what_is_there(url: str, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')"))
    migrate.upgrade(url)
    with engine.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM optout")) == 1


def test_from_the_first_schema_every_row_is_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    old = create_engine(url)
    config = migrate._config()
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with old.begin() as conn:
        for call in (f"{n:026}" for n in range(3)):
            values = f"'+52551234567{call[-1]}', 'mexico', '+525511112222', 'alpha', 'spring'"
            conn.execute(
                text(
                    "INSERT INTO call (call_id, number, country, callerid, trunk, campaign, state,"
                    f" planned_at, begun_at) VALUES ('{call}', {values}, 'ringing', 1.25, 2.5)"
                )
            )
            conn.execute(text(f"INSERT INTO digit VALUES ('{call}', 1, '9', NULL, 3.5, 200)"))
        conn.execute(text("INSERT INTO optout (number, at, source) VALUES ('+525512345678', 0, 'key')"))
    old.dispose()
    with pytest.raises(SchemaBehindError, match="has schema 0001 and this program needs 0009"):
        open_database(url)
    migrate.upgrade(url)
    engine = open_database(url)
    with engine.begin() as conn:
        kept = calls.open_calls(conn)
        assert [record.call for record in kept] == [f"{n:026}" for n in range(3)]
        for record in kept:
            assert (record.engine, record.contact, record.attempt) == ("", None, 1)
            assert (record.planned_at, record.begun_at, record.digits[0].digit) == (1.25, 2.5, "9")
            assert calls.end(conn, record.call, at=9.0, disposition=Disposition.UNKNOWN)
        assert optouts.contains(conn, "+525512345678")
    engine.dispose()


def test_of_calls_to_one_number_that_an_older_program_left_open_the_newest_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    old = create_engine(url)
    config = migrate._config()
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    with old.begin() as conn:
        conn.execute(text("INSERT INTO campaign VALUES ('spring', 'alpha', 1, 0, 0, 0, 0, 'running', 0)"))
        for n in range(3):
            conn.execute(
                text(
                    "INSERT INTO call (call_id, number, country, callerid, trunk, campaign, state,"
                    " planned_at, begun_at) VALUES (:call, '+525512345678', 'mexico', '+525511112222',"
                    " 'alpha', 'spring', 'ringing', 1.25, 2.5)"
                ),
                {"call": f"{n:026}"},
            )
            conn.execute(
                text(
                    "INSERT INTO contact (campaign, raw, number, country, state, attempts, due_at, call_id,"
                    " why) VALUES ('spring', '', :number, 'mexico', 'dialing', 1, 0, :call, '')"
                ),
                {"call": f"{n:026}", "number": f"+52551234567{n}"},
            )
    old.dispose()

    migrate.upgrade(url)

    engine = open_database(url)
    with engine.begin() as conn:
        assert [record.call for record in calls.open_calls(conn)] == [f"{2:026}"]
        closed = calls.get(conn, call_id.CallId(f"{0:026}"))
        assert closed is not None
        assert closed.disposition is Disposition.UNKNOWN
        states = conn.execute(text("SELECT state, call_id FROM contact ORDER BY id")).all()
        assert states == [("done", None), ("done", None), ("dialing", f"{2:026}")]
    engine.dispose()


def test_there_is_no_way_back() -> None:
    assert not hasattr(migrate, "downgrade")
    for script in migrate._scripts().walk_revisions():
        assert not hasattr(script.module, "downgrade")


def test_a_migration_that_fails_half_way_has_not_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(op, "create_index", broken)
    url = f"sqlite:///{tmp_path}/x.db"
    with pytest.raises(RuntimeError, match="the power went"):
        migrate.upgrade(url)
    with sqlite3.connect(tmp_path / "x.db") as conn:
        assert conn.execute("SELECT name FROM sqlite_master").fetchall() == []
    conn.close()
    monkeypatch.undo()
    migrate.upgrade(url)
    assert revision.current(url) == revision.HEAD


def test_a_newer_schema_is_not_touched(url: str, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaBehindError, match="a newer program made it"):
        migrate.upgrade(url)
    assert revision.current(url) == "9999"


def test_a_file_that_is_no_database_is_not_upgraded(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"these are not the pages of a database" * 100)
    for door in (migrate.upgrade, revision.current):
        with pytest.raises(CannotOpenError, match="not a database"):
            door(f"sqlite:///{file}")


def test_each_revision_is_told_once_it_is_applied(tmp_path: Path) -> None:
    url, told = f"sqlite:///{tmp_path}/new.db", list[str]()

    migrate.upgrade(url, applied=told.append)
    migrate.upgrade(url, applied=told.append)

    assert told[0] == "0001"
    assert told[-1] == revision.HEAD
    assert told == sorted(set(told))
