from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from fastagi_server.loadtest.postgres import Cluster
from fastagi_server.store import address, migrate, postgres
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import CannotOpenError, NotDurableError
from fastagi_server.store.statement import Statement
from tests.databases import PostgresDatabases
from tests.store.conftest import ON_POSTGRES

INSERT = text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')")


@ON_POSTGRES
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("synchronous_commit", "on"),
        ("lock_timeout", "200ms"),
        ("idle_in_transaction_session_timeout", "15s"),
        ("application_name", "discador"),
        ("client_encoding", "UTF8"),
        ("TimeZone", "UTC"),
    ],
)
def test_every_session_has_its_settings(engine: Engine, setting: str, value: str) -> None:
    with engine.connect() as one, engine.connect().execution_options(postgresql_readonly=True) as two:
        assert one.scalar(text(f"SHOW {setting}")) == value
        assert two.scalar(text(f"SHOW {setting}")) == value


@ON_POSTGRES
def test_a_role_that_does_not_wait_for_the_disk_is_overruled_and_one_that_waits_longer_is_not(
    url: str, postgres_databases: PostgresDatabases
) -> None:
    for chosen, value in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
        with psycopg.connect(postgres_databases.cluster.admin, autocommit=True) as admin:
            admin.execute(f"ALTER ROLE discador SET synchronous_commit = {chosen}")
        engine = open_database(url)
        with engine.connect() as conn:
            assert conn.scalar(text("SHOW synchronous_commit")) == value
        engine.dispose()
    with psycopg.connect(postgres_databases.cluster.admin, autocommit=True) as admin:
        admin.execute("ALTER ROLE discador RESET synchronous_commit")


@ON_POSTGRES
def test_begin_is_real_and_a_savepoint_is_inside_it(engine: Engine) -> None:
    with engine.connect() as conn:
        with conn.begin_nested():
            conn.execute(INSERT)
        conn.rollback()
        assert conn.scalar(text("SELECT count(*) FROM optout")) == 0


@ON_POSTGRES
def test_a_reader_sees_one_moment_and_cannot_write_and_its_connection_can_afterwards(engine: Engine) -> None:
    with engine.connect().execution_options(postgresql_readonly=True) as reader:
        used = reader.connection.dbapi_connection
        assert reader.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        with pytest.raises(Exception, match="read-only transaction"):
            reader.execute(INSERT)
    with engine.begin() as writer:
        assert writer.connection.dbapi_connection is used
        assert writer.scalar(text("SHOW transaction_isolation")) == "read committed"
        writer.execute(INSERT)


@ON_POSTGRES
def test_a_transaction_that_failed_or_is_no_more_is_not_called_committed(engine: Engine) -> None:
    with engine.connect() as conn:
        with pytest.raises(IntegrityError):
            conn.execute(text("INSERT INTO optout (number, at, source) VALUES ('1', 0, 'x')"))
        with pytest.raises(NotDurableError, match="inerror"):
            conn.commit()
    with engine.connect() as conn:
        conn.execute(INSERT)
        conn.exec_driver_sql("ROLLBACK")
        with pytest.raises(NotDurableError, match="idle"):
            conn.commit()
    with engine.begin():
        pass  # a transaction in which nothing was said is whole


@ON_POSTGRES
def test_a_lock_is_not_waited_for_for_ever(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(INSERT)
    change = text("UPDATE optout SET at = at + 1")
    with engine.connect() as one, engine.connect() as two:
        one.execute(change)
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            two.execute(change)
        assert time.monotonic() - began < 2


@ON_POSTGRES
@pytest.mark.parametrize("count", [1, 3])
def test_who_stands_still_after_a_batch_holds_no_lock_for_long(engine: Engine, count: int) -> None:
    add = Statement(text("INSERT INTO optout (number, at, source) VALUES (:number, 0, 'x')"))
    with engine.connect() as one, engine.connect() as two:
        one.execute(text("SET idle_in_transaction_session_timeout = '100ms'"))
        one.commit()
        pid = one.scalar(text("SELECT pg_backend_pid()"))
        assert add.changed_each(one, [{"number": f"+{n}"} for n in range(count)]) == [1] * count
        is_there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        end = time.monotonic() + 10
        while two.scalar(is_there, {"pid": pid}):
            assert time.monotonic() < end, "its session is there still"
            two.rollback()
            time.sleep(0.02)
        one.invalidate()


@pytest.fixture
def latin(cluster: Cluster) -> Iterator[str]:
    with psycopg.connect(cluster.admin, autocommit=True) as admin:
        admin.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' OWNER discador")
        yield cluster.url_of("latin")
        admin.execute("DROP DATABASE latin WITH (FORCE)")


@pytest.mark.postgres
def test_a_database_that_cannot_keep_every_word_is_refused(latin: str) -> None:
    with pytest.raises(CannotOpenError, match=r"its encoding is LATIN1.*ENCODING 'UTF8'"):
        open_database(latin)


@pytest.mark.postgres
def test_a_server_that_is_too_old_is_named(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "NEEDED", 99)
    with pytest.raises(CannotOpenError, match=r"it is PostgreSQL 1\d; use PostgreSQL 99 or newer"):
        open_database(cluster.url)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "guess"}, "password authentication failed.*check the user, its password"),
        ({"username": "nobody"}, "password authentication failed.*check the user, its password"),
        ({"database": "nowhere"}, 'database "nowhere" does not exist.*CREATE DATABASE'),
        ({"port": 1}, "refused.*see that the server runs there"),
        ({"host": "host.invalid"}, "see that the server runs there"),
    ],
    ids=str,
)
def test_what_is_wrong_with_an_address_is_said_without_its_password(
    cluster: Cluster, changes: dict[str, object], said: str
) -> None:
    url = make_url(cluster.url).set(**changes)  # type: ignore[arg-type]
    with pytest.raises(CannotOpenError, match=said) as caught:
        open_database(url.render_as_string(hide_password=False))
    assert str(url.password) not in str(caught.value)
    assert "***" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.postgres
def test_who_may_not_make_tables_is_told_what_to_do(cluster: Cluster) -> None:
    with pytest.raises(CannotOpenError, match=r"permission denied.*make the user the owner"):
        migrate.upgrade(cluster.url_of("postgres"))


@pytest.mark.postgres
def test_what_the_address_itself_says_goes_before_ours(cluster: Cluster) -> None:
    engine = postgres.create(
        address.parse(f"{cluster.url}?application_name=mine&connect_timeout=9"), busy_seconds=1
    )
    with engine.connect() as conn:
        assert conn.scalar(text("SHOW application_name")) == "mine"
    engine.dispose()
