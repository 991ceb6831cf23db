from __future__ import annotations

from pathlib import Path

import pytest

from fastagi_server.loadtest import debian, redis_server
from fastagi_server.store import redis_wire


def test_it_answers_while_it_runs_and_not_afterwards(tmp_path: Path) -> None:
    with redis_server.running(tmp_path) as server:
        assert redis_wire.why_not(server.url) == ""
        server.stop()
        assert "refused" in redis_wire.why_not(server.url)
        server.start()
        assert redis_wire.why_not(server.url) == ""
    assert "refused" in redis_wire.why_not(server.url)


@pytest.mark.parametrize(("found", "installed"), [("/usr/bin/redis-server", []), (None, ["redis-server"])])
def test_it_is_installed_where_the_machine_has_none(
    monkeypatch: pytest.MonkeyPatch, found: str | None, installed: list[str]
) -> None:
    told: list[str] = []
    monkeypatch.setattr(redis_server.shutil, "which", lambda _: found)
    monkeypatch.setattr(debian, "install", told.extend)
    redis_server.install()
    assert told == installed
