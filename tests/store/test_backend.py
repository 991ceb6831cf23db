"""Whoever asks need not know which database it is."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from fastagi_server.store import backend
from fastagi_server.store.errors import NotDurableError

INSERT = text("INSERT INTO optout (number, at, source) VALUES ('+1', 0, 'x')")


def test_a_transaction_that_is_gone_is_found_out(conn: Connection) -> None:
    with conn.begin() as transaction:
        backend.check_transaction(conn)
        conn.exec_driver_sql("ROLLBACK")
        with pytest.raises(NotDurableError):
            backend.check_transaction(conn)
        transaction.rollback()


def test_a_transactions_end_can_be_asked_for_where_somebody_could_lose_its_answer(
    engine: Engine, kind: str
) -> None:
    with engine.connect() as conn:
        conn.execute(text("SELECT 1"))
        assert backend.mark(conn) is None
        conn.execute(INSERT)
        marked = backend.mark(conn)
        assert (marked is None) == (kind == "sqlite")
        conn.commit()
    if marked is not None:
        assert backend.was_committed(engine, marked) is True


def test_a_hurried_transaction_is_one_all_the_same(conn: Connection) -> None:
    backend.hurry(conn)
    conn.execute(INSERT)
    conn.commit()
    assert conn.scalar(text("SELECT count(*) FROM optout")) == 1


def test_a_mistake_of_the_work_is_no_race_and_is_told_in_one_line(conn: Connection) -> None:
    with pytest.raises(IntegrityError) as caught:
        conn.execute(text("INSERT INTO optout (number, at, source) VALUES ('1', 0, 'x')"))
    assert not backend.is_race(caught.value)
    assert not backend.is_lost(caught.value)
    assert not backend.has_waited(caught.value)
    assert "ck_optout_number" in backend.why(caught.value)
    assert "\n" not in backend.why(caught.value)
