from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from fastagi_server.store import address, engine
from fastagi_server.store.errors import CannotOpenError


def test_an_engine_opens_nothing_by_being_made(tmp_path: Path) -> None:
    url = make_url(f"sqlite:///{tmp_path}/x.db")
    engine.make_engine(url)
    assert engine.is_missing(url)


def test_a_bad_place_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenError, match="no folder"):
        engine.make_engine(make_url(f"sqlite:///{tmp_path}/no/x.db"))


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg2://a:s3cret@h/d", "sqlite+aiosqlite:///x.db", "mysql://h/d"]
)
def test_a_database_that_we_do_not_speak_is_refused(url: str) -> None:
    for door in (engine.make_engine, engine.is_missing):
        with pytest.raises(CannotOpenError, match="does not speak") as caught:
            door(make_url(url))
        assert "s3cret" not in str(caught.value)


def test_a_server_is_never_missing_it_is_there_or_an_error_when_it_is_opened() -> None:
    url = address.parse("postgresql://discador@127.0.0.1:1/discador")
    assert not engine.is_missing(url)
    engine.make_engine(url).dispose()
