"""Brings a database's schema to head and says where it stands; there is no way back.

The migrations travel inside the package, so this works from any folder and needs no alembic.ini. One
transaction carries the whole way: a migration that is killed has not happened.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.migration import MigrationInfo
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from fastagi_server.store import address
from fastagi_server.store.engine import is_missing, make_engine, take_turns, unopened
from fastagi_server.store.errors import SchemaBehindError
from fastagi_server.store.reader import READS

_MIGRATIONS = Path(__file__).parent / "migrations"


def head() -> str:
    """Give the revision that this program needs."""
    return _scripts().get_current_head() or ""


def current(url: str) -> str | None:
    """Give the revision that the database has; None where there is no schema, or no database yet."""
    place = address.parse(url)
    engine = make_engine(place)
    if is_missing(place):
        return None
    try:
        return revision_of(engine, place)
    finally:
        engine.dispose()


def upgrade(url: str, *, applied: Callable[[str], object] | None = None) -> None:
    """Bring the schema to head, creating the database if it is not there; at head nothing happens.

    `applied` is told each revision once it is in the transaction; on a large store one may take minutes.
    """
    place = address.parse(url)
    engine = make_engine(place, enforce_references=False)
    config = _config()
    try:
        found = None if is_missing(place) else revision_of(engine, place)
        refuse_newer(place, found)
        with engine.begin() as connection:
            take_turns(connection)
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


def revision_of(engine: Engine, place: URL) -> str | None:
    """Give the revision of an open database."""
    try:
        with engine.connect().execution_options(**READS) as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise unopened(place, error) from error


def refuse_newer(place: URL, found: str | None) -> None:
    """Refuse a schema that this program has never heard of: a newer program made it."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise SchemaBehindError(
            url=address.shown(place),
            found=found,
            needed=head(),
            remedy="a newer program made it: run that one, or restore a backup",
        )


def _config() -> Config:
    config = Config()
    # Alembic reads options through ConfigParser, where % begins an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
