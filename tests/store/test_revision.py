from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import Engine

from fastagi_server.store import address, migrate, revision
from fastagi_server.store.errors import SchemaBehindError


def test_the_revisions_are_those_of_the_migrations() -> None:
    scripts = [script.revision for script in migrate._scripts().walk_revisions()]

    assert list(revision.KNOWN) == scripts[::-1]


def test_a_database_says_its_own(engine: Engine, url: str) -> None:
    assert revision.of(engine, address.parse(url)) == revision.current(url) == revision.HEAD


def test_without_a_schema_there_is_none(bare: str) -> None:
    assert revision.current(bare) is None


@pytest.mark.parametrize("found", [None, "0001"])
def test_an_older_schema_is_refused_with_what_helps(found: str | None) -> None:
    place = address.parse("sqlite:////x.db")
    revision.refuse_newer(place, found)

    with pytest.raises(SchemaBehindError, match="run: discador db upgrade"):
        revision.refuse_older(place, found)


def test_a_newer_schema_is_refused() -> None:
    place = address.parse("sqlite:////x.db")
    revision.refuse_older(place, revision.HEAD)

    with pytest.raises(SchemaBehindError, match="a newer program made it"):
        revision.refuse_newer(place, "9999")


def test_a_start_loads_neither_alembic_nor_a_driver_that_it_does_not_use() -> None:
    asked = (
        "import sys, fastagi_server.__main__, fastagi_server.app.actions;"
        "print([name for name in ('alembic', 'psycopg', 'redis', 'phonenumbers') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
