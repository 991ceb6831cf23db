"""Two engines whose batches wait for each other: nobody is told that the store is away."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Connection

from fastagi_server.store import dids
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from tests.store.conftest import ON_POSTGRES

ONE, TWO = "+12125550001", "+12125550002"


@ON_POSTGRES
def test_batches_that_wait_for_each_other_are_done_all_the_same(url: str) -> None:
    # The server looks for a circle after a second; who waits in one must not give up before.
    engine = open_database(url, busy_seconds=20)
    writers = [Writer(engine) for _ in range(2)]
    met = threading.Barrier(2)
    go = threading.Event()

    def count(number: str, *, meets: bool = False) -> Any:
        waits = [meets]

        def work(conn: Connection) -> int | None:
            if waits.pop() if waits else False:
                met.wait(20)
            return dids.count(conn, number=number, country="usa", period="d", cap=0, at=1.0)

        return work

    held = [writer.submit(lambda _: go.wait(20)) for writer in writers]
    promised = [
        writer.submit(work)
        for writer, (first, second) in zip(writers, ((ONE, TWO), (TWO, ONE)), strict=True)
        for work in (count(first), count(second, meets=True))
    ]
    go.set()

    assert all(each.result(60) for each in held)
    assert sorted(each.result(60) for each in promised) == [1, 1, 2, 2]
    with engine.connect() as conn:
        assert {each.uses for each in dids.uses(conn, "usa", "d").values()} == {2}
    for writer in writers:
        writer.close()
    engine.dispose()
