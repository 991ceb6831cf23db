from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import psycopg
import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

from fastagi_server.store import calls, campaigns, optouts, tables
from fastagi_server.telephony.campaign import Campaign, Contact, ContactState, NewContact
from fastagi_server.telephony.did import Did, Limit, Reset, Rest, Use
from fastagi_server.telephony.keys import Press
from fastagi_server.telephony.record import Begin, OptOut, Record
from tests.databases import PostgresDatabases
from tests.store.conftest import ON_POSTGRES, ON_SQLITE
from tests.store.test_campaigns import SPRING


def test_a_call_has_a_column_for_every_word_of_its_record() -> None:
    assert {"call_id" if f.name == "call" else f.name for f in fields(Record)} - {"digits"} == set(
        tables.call.c.keys()
    )


def test_the_other_tables_hold_their_values_whole() -> None:
    assert {f.name for f in fields(Press)} | {"call_id", "n"} == set(tables.digit.c.keys())
    words = {"call_id" if f.name == "call" else f.name for f in fields(OptOut)}
    assert words | {"id"} == set(tables.optout.c.keys())
    rows = {f.name for kind in (Contact, NewContact) for f in fields(kind)}
    assert rows | {"call_id"} == set(tables.contact.c.keys())
    assert {f.name for f in fields(Did)} | {"added_at", "retired_at"} == set(tables.did.c.keys())
    for kind, table in (
        (Campaign, tables.campaign),
        (Use, tables.did_use),
        (Limit, tables.did_limit),
        (Reset, tables.did_reset),
        (Rest, tables.did_rest),
    ):
        assert {f.name for f in fields(kind)} == set(table.c.keys())


def test_every_constraint_has_a_name() -> None:
    for table in tables.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, constraint
            if isinstance(constraint, CheckConstraint):
                assert str(constraint.name)


def test_postgresql_would_take_them_too() -> None:
    dialect = postgresql.dialect()
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert f"INDEX {index.name} ON {table.name}" in str(CreateIndex(index).compile(dialect=dialect))


@pytest.mark.parametrize(
    "change",
    [
        "state = 'asleep'",
        "amd_verdict = 'ROBOT'",
        "state = 'ended'",
        "ended_at = 5, disposition = 'busy'",
        "disposition = 'busy'",
        "state = 'ended', ended_at = 5",
        "state = 'ended', ended_at = 5, disposition = 'bored'",
        "key = '12'",
        "call_id = 'short'",
        "begun_at = NULL",
    ],
)
def test_what_cannot_be_is_refused_by_the_database_itself(
    conn: Connection, make_begin: Callable[[int], Begin], change: str
) -> None:
    calls.begin(conn, make_begin(1))
    with pytest.raises((IntegrityError, DataError)):
        conn.execute(text(f"UPDATE call SET {change}"))


@ON_SQLITE
def test_open_calls_and_numbers_are_found_by_index(conn: Connection) -> None:
    def plan(where: str) -> str:
        return str(conn.execute(text(f"EXPLAIN QUERY PLAN SELECT * FROM {where}")).all())

    assert "uq_call_open_number" in plan("call WHERE ended_at IS NULL AND engine = 'a'")
    assert "ix_call_number" in plan("call WHERE number = '+1'")
    assert "USING COVERING INDEX" in plan("(SELECT id FROM optout WHERE number = '+1' LIMIT 1)")
    assert "uq_call_open_number" in plan("call WHERE number = '+1' AND ended_at IS NULL")
    assert "ix_call_campaign" in plan("call WHERE campaign = 'a' AND call_id > 'b' ORDER BY call_id")
    queued = "contact WHERE campaign = 'a' AND country = 'b' AND state = 'queued'"
    assert "ix_contact_due" in plan(f"{queued} AND due_at <= 5 ORDER BY due_at, id LIMIT 3")
    assert "TEMP B-TREE" not in plan(f"{queued} AND due_at <= 5 ORDER BY due_at, id LIMIT 3")


@ON_POSTGRES
def test_on_postgresql_whoever_writes_reads_no_whole_table_though_it_was_seen_empty(
    engine: Engine, postgres_databases: PostgresDatabases
) -> None:
    database = str(engine.url.database)
    with psycopg.connect(postgres_databases.cluster.url_of(database), autocommit=True) as other:
        other.execute("VACUUM (ANALYZE) contact, call, optout, did_use")
    read = text("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE seq_tup_read > 100")
    rows = [
        NewContact(raw="", number=f"+1305555{n:04}", country="usa", state=ContactState.QUEUED)
        for n in range(500)
    ]
    with engine.begin() as conn:
        campaigns.create(conn, SPRING)
        campaigns.add(conn, SPRING.name, rows)
        for row in rows:
            optouts.add(conn, OptOut(number=row.number, at=1.0, source="operator"))
        assert conn.execute(read).all() == []
