"""The ear against a driver that we play; a real PostgreSQL hears in tests/store/test_feed.py's manner."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from fastagi_server.store.postgres_ear import PostgresEar
from fastagi_server.telephony.tiding import Kind


class Database:
    """An engine, its connection and its driver in one."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.notes: list[str] = []
        self.connection = self
        self.driver_connection = self

    def connect(self) -> Database:
        return self

    def execution_options(self, **options: str) -> Database:
        self.said.append(str(options))
        return self

    def execute(self, statement: Any, *_: Any) -> Any:
        self.said.append(str(statement).partition("\n")[0].strip())
        return SimpleNamespace(one=lambda: (0, 0), __iter__=None) if "coalesce" in str(statement) else []

    def notifies(self, *, timeout: float, stop_after: int) -> list[Any]:
        assert timeout <= 0.1
        assert stop_after == 1
        notes, self.notes = self.notes, []
        return [SimpleNamespace(payload=each) for each in notes]

    def invalidate(self) -> None:
        self.said.append("invalidate")

    def close(self) -> None:
        self.said.append("close")


def made() -> tuple[PostgresEar, Database]:
    database = Database()
    return PostgresEar(database), database  # type: ignore[arg-type]


def test_it_listens_before_it_reads() -> None:
    ear, database = made()
    assert not ear.listen()
    assert database.said[:2] == ["{'isolation_level': 'AUTOCOMMIT'}", "LISTEN discador"]
    assert database.said[2].startswith("SELECT")


def test_a_notification_is_heard_once_and_a_strangers_never() -> None:
    ear, database = made()
    ear.listen()
    database.notes = ["7 1.5 optout +15550001111", "7 1.5 optout +15550001111", "hello"]
    found = ear.hear()
    assert [(each.id, each.kind, each.value) for each in found] == [(7, Kind.OPTOUT, "+15550001111")]
    assert "SELECT 1" not in database.said


def test_a_quiet_connection_is_asked_for_a_sign_of_life() -> None:
    ear, database = made()
    assert not ear.hear()
    assert not ear.hear()
    assert database.said[-1] == "SELECT 1"


def test_a_connection_of_unknown_state_is_thrown_away() -> None:
    ear, database = made()
    ear.close()
    ear.listen()
    ear.close()
    assert database.said[-2:] == ["invalidate", "close"]
