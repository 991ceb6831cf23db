from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import QueuePool

from fastagi_server.store import calls, optouts
from fastagi_server.store.errors import NotReadableError
from fastagi_server.store.reader import read
from fastagi_server.telephony.record import Begin, OptOut


def test_a_read_gives_its_answer(engine: Engine, make_begin: Callable[[int], Begin]) -> None:
    with engine.begin() as conn:
        calls.begin(conn, make_begin(1))
    assert [record.call for record in read(engine, calls.open_calls)] == [make_begin(1).call]


def test_a_read_does_not_wait_for_a_write_and_does_not_see_it_before_its_commit(
    engine: Engine, make_begin: Callable[[int], Begin]
) -> None:
    with engine.begin() as writer:
        calls.begin(writer, make_begin(1))
        assert read(engine, calls.open_calls) == []
    assert len(read(engine, calls.open_calls)) == 1


def test_a_read_sees_one_moment(engine: Engine, make_begin: Callable[[int], Begin]) -> None:
    def twice(conn: Connection) -> tuple[int, int]:
        before = len(calls.open_calls(conn))
        with engine.begin() as writer:
            calls.begin(writer, make_begin(1))
        return before, len(calls.open_calls(conn))

    assert read(engine, twice) == (0, 0)


def test_nothing_can_be_written_by_reading(engine: Engine) -> None:
    with pytest.raises(NotReadableError, match=r"readonly|read-only"):
        read(engine, lambda conn: optouts.add(conn, OptOut(number="+15550001111", at=1.0, source="operator")))
    assert read(engine, optouts.entries) == []


def test_what_cannot_be_read_is_said_in_our_own_words(engine: Engine) -> None:
    with pytest.raises(NotReadableError, match=r"no such table|does not exist"):
        read(engine, lambda conn: conn.execute(text("SELECT * FROM elsewhere")))


def test_a_pool_that_is_used_up_is_not_waited_for_for_ever(url: str) -> None:
    tiny = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with tiny.connect(), pytest.raises(NotReadableError, match="limit"):
        read(tiny, calls.open_calls)
    tiny.dispose()


def test_the_askers_own_error_is_left_alone(engine: Engine) -> None:
    def asks(conn: Connection) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        read(engine, asks)
