"""Brings a database's schema to head; there is no way back.

The migrations travel inside the package, so this works from any folder and needs no alembic.ini. One
transaction carries the whole way: a migration that is killed has not happened.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationInfo
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from fastagi_server.store import address, revision, turns
from fastagi_server.store.engine import is_missing, make_engine, unopened

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, *, applied: Callable[[str], object] | None = None) -> None:
    """Bring the schema to head, creating the database if it is not there; at head nothing happens.

    `applied` is told each revision once it is in the transaction; on a large store one may take minutes.
    """
    place = address.parse(url)
    engine = make_engine(place, enforce_references=False)
    config = _config()
    try:
        found = None if is_missing(place) else revision.of(engine, place)
        revision.refuse_newer(place, found)
        with engine.begin() as connection:
            turns.migrating(connection)
            config.attributes["connection"] = connection
            config.attributes["applied"] = _tells(applied)
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise unopened(place, error) from error
    finally:
        engine.dispose()


def _tells(applied: Callable[[str], object] | None) -> tuple[Callable[..., None], ...]:
    """Give what Alembic calls after each migration."""

    def tell(*, step: MigrationInfo, **_: object) -> None:
        if applied is not None and step.up_revision_id is not None:
            applied(step.up_revision_id)

    return (tell,)


def _config() -> Config:
    config = Config()
    # Alembic reads options through ConfigParser, where % begins an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
