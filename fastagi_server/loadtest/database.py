"""A lab's store: SQLite's file, a PostgreSQL of the lab's own, or one that somebody named.

The lab's configuration says which; this file reads and writes that one line of it.
"""

from __future__ import annotations

import re
from pathlib import Path

from fastagi_server.loadtest import postgres
from fastagi_server.loadtest.errors import NotALabsStoreError
from fastagi_server.loadtest.paths import Paths
from fastagi_server.store import address, campaigns, dids, reader, revision
from fastagi_server.store.connect import open_database

_LINE = re.compile(r'^database_url: *"?(?P<url>[^"\n]*)"?$', re.MULTILINE)


def of(paths: Paths) -> str:
    """Give the address of a lab's store."""
    if not paths.config.exists():
        return f"sqlite:///{paths.data}/discador.db"
    found = _LINE.search(paths.config.read_text(encoding="utf-8"))
    assert found is not None
    return found["url"]


def point_to(paths: Paths, url: str) -> None:
    """Have a lab keep its store elsewhere; who may read the configuration stays as it is."""
    text = paths.config.read_text(encoding="utf-8")
    paths.config.write_text(_LINE.sub(lambda _: f'database_url: "{url}"', text), encoding="utf-8")


def start_own(paths: Paths) -> None:
    """Give a lab a PostgreSQL of its own, which ends with it."""
    point_to(paths, postgres.up(_folder(paths)).url)


def stop_own(paths: Paths) -> None:
    """End a lab's own PostgreSQL, if it has one."""
    if (_folder(paths) / "port").exists():
        postgres.down(postgres.load(_folder(paths)))


def check_is_labs(url: str) -> None:
    """Refuse a store that keeps anything which is no lab's: a demo fills it with people who are not."""
    if revision.current(url) is None:
        return
    database = open_database(url)
    try:
        planned = reader.read(database, campaigns.every)
        owned = reader.read(database, dids.owned)
    finally:
        database.dispose()
    if not all(each.lab for each in planned) or not all(each.lab for each in owned):
        raise NotALabsStoreError(url=address.shown(address.parse(url)))


def _folder(paths: Paths) -> Path:
    return paths.folder / "postgres"
