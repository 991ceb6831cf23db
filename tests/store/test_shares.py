"""Shared limits in a real database of each kind: what one engine keeps, the next one sees."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from fastagi_server.pacing.shares import Beat, Deal, Pulse, Wish
from fastagi_server.store import shares, tables
from tests.store.conftest import ON_POSTGRES


def beat(
    run: str, *, count: int = 0, floor: int = 0, first: bool = False, silent: dict[str, Pulse] | None = None
) -> Beat:
    wishes = {"cluster": Wish(cps=30.0, floor=floor, wanted=30), "trunk:a": Wish(cps=0.5, floor=0, wanted=0)}
    return Beat(
        engine=run.partition(".")[0], run=run, count=count, first=first, wishes=wishes, silent=silent or {}
    )


def ask(conn: Connection, asked: Beat) -> Deal:
    deal = shares.beat(conn, asked)
    assert deal is not None
    return deal


def held(conn: Connection) -> dict[tuple[str, str], int]:
    rows = conn.execute(tables.pace_share.select())
    return {(row.run, row.scope): row.share for row in rows}


def test_one_alone_has_everything_and_the_next_one_what_it_gives_up(conn: Connection) -> None:
    assert ask(conn, beat("a.1", first=True)).shares == {"cluster": 30, "trunk:a": 1}
    assert ask(conn, beat("b.1", first=True)).shares == {"cluster": 0, "trunk:a": 0}
    assert ask(conn, beat("a.1", floor=30)).shares == {"cluster": 15, "trunk:a": 1}
    assert held(conn)["a.1", "cluster"] == 30
    assert ask(conn, beat("a.1", floor=15)).held == {"cluster": 15, "trunk:a": 1}
    assert ask(conn, beat("b.1")).shares == {"cluster": 15, "trunk:a": 0}

    assert held(conn) == {
        ("a.1", "cluster"): 15,
        ("a.1", "trunk:a"): 1,
        ("b.1", "cluster"): 15,
        ("b.1", "trunk:a"): 0,
    }


def test_a_pulse_moves_for_whoever_sees_it(conn: Connection) -> None:
    ask(conn, beat("a.1", first=True))
    assert ask(conn, beat("a.1")).pulse is None
    ask(conn, beat("b.1", first=True))
    ask(conn, beat("a.1", count=7))

    assert ask(conn, beat("b.1")).others == {"a.1": Pulse(engine="a", count=7)}


def test_who_is_silent_is_dropped_and_who_leaves_too(conn: Connection) -> None:
    for run in ("a.1", "b.1", "c.1"):
        ask(conn, beat(run, first=True))
    shares.leave(conn, "c.1")
    deal = ask(conn, beat("b.1", silent={"a.1": Pulse(engine="a", count=0)}))

    assert deal.shares == {"cluster": 30, "trunk:a": 1}
    assert {run for run, _ in held(conn)} == {"b.1"}


def test_a_new_run_takes_the_place_of_the_earlier_one(conn: Connection) -> None:
    ask(conn, beat("a.1", first=True))
    deal = ask(conn, beat("a.2", first=True))

    assert (deal.gone, deal.took_over, deal.others) == (("a.1",), True, {})
    assert held(conn) == {("a.2", "cluster"): 30, ("a.2", "trunk:a"): 1}


@ON_POSTGRES
def test_engines_that_begin_at_one_moment_take_no_more_than_there_is(engine: Engine) -> None:
    taken: list[int] = []
    ready = threading.Barrier(6)

    def begin(run: str) -> None:
        ready.wait()
        for _ in range(10):
            deal = None
            # A thread of a busy machine may stand still in its turn for so long that it loses it.
            with suppress(DBAPIError), engine.begin() as conn:
                deal = shares.beat(conn, beat(run))
            if deal is not None:
                taken.append(deal.held["cluster"])

    threads = [threading.Thread(target=begin, args=(f"e{n}.1",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with engine.connect() as conn:
        shared = [share for (_, scope), share in held(conn).items() if scope == "cluster"]
    assert 0 < sum(shared) <= 30
    assert max(taken) <= 30


@ON_POSTGRES
def test_while_another_has_its_turn_nobody_waits(engine: Engine) -> None:
    with engine.begin() as one, engine.begin() as two:
        ask(one, beat("a.1", first=True))
        assert shares.beat(two, beat("b.1", first=True)) is None
    with engine.begin() as two:
        assert ask(two, beat("b.1", first=True)).shares["cluster"] == 0


@ON_POSTGRES
def test_who_stands_still_in_its_turn_loses_it(engine: Engine) -> None:
    with engine.connect() as one:
        one.execute(text("SELECT 1"))
        ask(one, beat("a.1", first=True))
        end = time.monotonic() + 10
        found = None
        while found is None and time.monotonic() < end:
            with engine.begin() as two:
                found = shares.beat(two, beat("b.1", first=True))
            time.sleep(0.05)
        with suppress(DBAPIError):
            one.rollback()

    assert found is not None
    assert found.shares["cluster"] == 30
