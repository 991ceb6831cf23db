"""Any mix of works, in any batches: exactly those that were promised are in the store."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from fastagi_server.store import calls
from fastagi_server.store.connect import open_database
from fastagi_server.store.errors import AlreadyBegunError, NotDurableError
from fastagi_server.store.reader import read
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.record import Begin
from tests.databases import Databases

MakeBegin = Callable[[int], Begin]


class MineError(Exception):
    """A work's own."""


def does(kind: str, new: Begin) -> Callable[[Connection], str]:
    def work(conn: Connection) -> str:
        if kind == "fails before":
            raise MineError
        calls.begin(conn, new)
        if kind == "fails after":
            raise MineError
        if kind == "loses the transaction":
            conn.exec_driver_sql("ROLLBACK")
        if kind == "fails inside":
            with conn.begin_nested():
                calls.advance(conn, new.call, calls.State.RINGING)
                raise MineError
        return new.call

    return work


KINDS = ["succeeds", "succeeds", "fails before", "fails after", "fails inside", "loses the transaction"]


EXAMPLES = {"sqlite": 60, "postgresql": 20}


def test_exactly_what_was_promised_is_in(databases: Databases, kind: str, make_begin: MakeBegin) -> None:
    # The drawing stands inside: pytest-twisted takes a function that draws for one kind of database only.
    @settings(max_examples=EXAMPLES[kind], deadline=None)
    @given(
        works=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 12)), max_size=25),
        batch=st.integers(1, 8),
    )
    def drawn(works: list[tuple[str, int]], batch: int) -> None:
        with databases.fresh() as url:
            promise(url, make_begin, works, batch)

    drawn()


def promise(url: str, make_begin: MakeBegin, works: list[tuple[str, int]], batch: int) -> None:
    engine = open_database(url)
    store = Writer(engine, batch=batch)
    futures = [store.submit(does(kind, make_begin(n))) for kind, n in works]
    store.close()
    assert all(future.done() for future in futures)
    promised = [future.result() for future in futures if future.exception() is None]
    found = [record.call for record in read(engine, calls.open_calls)]
    engine.dispose()
    assert sorted(promised) == found
    for (kind, _n), future in zip(works, futures, strict=True):
        error = future.exception()
        assert error is None or isinstance(error, MineError | AlreadyBegunError | NotDurableError)
        if kind != "succeeds":
            assert error is not None
    if all(kind != "loses the transaction" for kind, _n in works):
        assert not any(isinstance(future.exception(), NotDurableError) for future in futures)
        wanted = {make_begin(n).call for kind, n in works if kind == "succeeds"}
        assert set(promised) == wanted
