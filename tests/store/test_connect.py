from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import CannotOpenError, SchemaBehindError

WAITS = {"sqlite": ("PRAGMA busy_timeout", 5000), "postgresql": ("SHOW lock_timeout", "5s")}


def test_a_database_at_head_opens(url: str, kind: str) -> None:
    engine = open_database(url)
    words, waits = WAITS[kind]
    with engine.connect() as conn:
        assert conn.scalar(text(words)) == waits
    engine.dispose()


def test_a_missing_database_is_behind_and_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(SchemaBehindError, match="run: discador db upgrade"):
        open_database(f"sqlite:///{tmp_path}/x.db")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_behind(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    with pytest.raises(SchemaBehindError, match="has schema none and this program needs 0009"):
        open_database(f"sqlite:///{tmp_path}/x.db")


def test_a_newer_database_is_refused_with_another_remedy(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaBehindError, match=r"9999.*a newer program made it"):
        open_database(url)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"these are not the pages of a database" * 100)
    with pytest.raises(CannotOpenError, match="file is not a database"):
        open_database(f"sqlite:///{file}")
