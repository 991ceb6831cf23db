"""How many attempts a second the store begins durably: contact claimed, caller ID counted, record opened.

Run: python bench/store_attempts.py [--folder DIR] [--contacts N] [--dids N] [--finish]
[--url URL | --postgres] [--writers N] [--json FILE]. Prints a table, then JSON. `waiting` is how many are in
flight at a time; `--finish` also ends each call and counts both; `--url` is a PostgreSQL database that may be
emptied, and `--postgres` starts one; `--writers` says how many share the work. Every one that is counted is
found in the database afterwards, and every use in its caller ID's count.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Semaphore
from typing import Any

from sqlalchemy import Connection, func, select

from fastagi_server.loadtest import postgres
from fastagi_server.store import address, attempts, campaigns, dids, migrate, tables
from fastagi_server.store.connect import open_database
from fastagi_server.store.engine import make_engine
from fastagi_server.store.job import Alike
from fastagi_server.store.reader import read
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import call_id
from fastagi_server.telephony.campaign import (
    Attempt,
    Begun,
    Campaign,
    CampaignState,
    ContactState,
    NewContact,
    NotBegun,
)
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin, Record, State

COLUMNS = (
    "waiting",
    "attempts_per_second",
    "p50_ms",
    "p99_ms",
    "max_ms",
    "import_dids_seconds",
    "add_contacts_seconds",
)
WAITING = (1, 8, 64, 256)
START = 1_700_000_000.0
DAY = "2023-11-14"
CAMPAIGN = Campaign(
    name="bench",
    trunk="alpha",
    cps=0,
    concurrency=0,
    retries=0,
    retry_seconds=0,
    lab=True,
    state=CampaignState.RUNNING,
    created_at=START,
)


def main() -> None:
    """Measure each width in a database of its own and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the database is written; else the system's own")
    parser.add_argument("--contacts", type=int, default=10_000, help="how many are called at each width")
    parser.add_argument("--listed", type=int, default=0, help="how many more contacts the list has")
    parser.add_argument("--dids", type=int, default=20_000, help="how many caller IDs are owned")
    parser.add_argument("--finish", action="store_true", help="end each call too")
    parser.add_argument("--url", help="the PostgreSQL to measure; it is emptied")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and measure it; as root")
    parser.add_argument("--writers", type=int, default=1, help="how many writers share the work")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    arguments = parser.parse_args()
    if arguments.postgres:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
            Path(place).chmod(0o711)
            with postgres.running(Path(place) / "cluster") as cluster:
                arguments.url = cluster.url
                report(arguments)
    else:
        report(arguments)


def report(arguments: argparse.Namespace) -> None:
    """Measure each width and print what came out."""
    rows = []
    heads = ("waiting", "attempts/s", "p50 ms", "p99 ms", "max ms", "import s", "list s")
    print(" ".join(f"{head:>11}" for head in heads))
    for waiting in WAITING:
        row = measure(waiting, arguments)
        rows.append(row)
        print(" ".join(f"{row[column]:>11}" for column in COLUMNS))
    found = {
        "bench": "store_attempts",
        "python": platform.python_version(),
        "database": "PostgreSQL" if arguments.url else f"SQLite {sqlite3.sqlite_version}",
        "writers": arguments.writers,
        "contacts": arguments.contacts,
        "listed": arguments.contacts + arguments.listed,
        "dids": arguments.dids,
        "finish": arguments.finish,
        "rows": rows,
    }
    text = json.dumps(found, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n")


def measure(waiting: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Begin an attempt for every contact, so many in flight at a time, and look whether all is there."""
    with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
        url = arguments.url or f"sqlite:///{place}/bench.db"
        if arguments.url:
            empty(url)
        migrate.upgrade(url)
        engine = open_database(url)
        stores = [Writer(engine) for _ in range(arguments.writers)]
        store = stores[0]
        imported = timed(lambda: store.submit(own(arguments.dids)).result())
        listed = timed(lambda: store.submit(fill(arguments.contacts + arguments.listed)).result())
        due = read(
            engine, lambda conn: campaigns.due(conn, CAMPAIGN.name, START + 1, limit=arguments.contacts)
        )
        took: list[float] = []
        free = Semaphore(waiting)
        start = time.perf_counter()
        for n, contact in enumerate(due):
            free.acquire()
            work = attempt(n, contact.id, contact.number, did(n % arguments.dids), finish=arguments.finish)
            chosen = stores[n % len(stores)]
            chosen.submit(work).add_done_callback(done(time.perf_counter(), took, free))
        for each in stores:
            each.close()
        elapsed = time.perf_counter() - start
        check(engine, len(due), took)
        engine.dispose()
    n = len(due)
    took.sort()
    return {
        "waiting": waiting,
        "attempts": n,
        "attempts_per_second": round(n / elapsed, 1),
        "p50_ms": round(took[n // 2] * 1000, 2),
        "p99_ms": round(took[n * 99 // 100] * 1000, 2),
        "max_ms": round(took[-1] * 1000, 2),
        "import_dids_seconds": round(imported, 2),
        "add_contacts_seconds": round(listed, 2),
    }


def empty(url: str) -> None:
    """Take everything out of a PostgreSQL database."""
    engine = make_engine(address.parse(url))
    with engine.begin() as conn:
        conn.exec_driver_sql("DROP SCHEMA public CASCADE")
        conn.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def check(engine: Any, begun: int, took: list[float]) -> None:
    """End the measurement if anything that was promised is not there."""
    calls = read(engine, lambda conn: conn.scalar(select(func.count()).select_from(tables.call)))
    used = read(engine, lambda conn: sum(use.uses for use in dids.uses(conn, "usa", DAY).values()))
    if not begun == len(took) == calls == used:
        raise SystemExit(f"{begun} begun, {len(took)} promised, {calls} records, {used} uses")


def timed(work: Callable[[], object]) -> float:
    """Say how many seconds the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def did(n: int) -> str:
    """Give the n-th caller ID."""
    return f"+1212{n:07}"


def own(how_many: int) -> Callable[[Connection], object]:
    """Give the work of importing so many caller IDs."""
    return lambda conn: dids.add(conn, (Did(number=did(n), country="usa") for n in range(how_many)), START)


def fill(how_many: int) -> Callable[[Connection], object]:
    """Give the work of making a campaign with so many contacts."""

    def work(conn: Connection) -> None:
        campaigns.create(conn, CAMPAIGN)
        rows = (
            NewContact(raw="", number=f"+1305{n:07}", country="usa", state=ContactState.QUEUED)
            for n in range(how_many)
        )
        campaigns.add(conn, CAMPAIGN.name, rows)

    return work


def attempt(
    n: int, contact: int, number: str, callerid: str, *, finish: bool
) -> Alike[tuple[Attempt, Record | None], None]:
    """Give the work of beginning the n-th attempt, and of finishing it if asked to."""
    begin = Begin(
        call=call_id.mint(START + n / 100, n.to_bytes(10, "big")),
        number=number,
        country="usa",
        callerid=callerid,
        trunk="alpha",
        campaign=CAMPAIGN.name,
        planned_at=START + n / 100,
        begun_at=START + n / 100,
        engine="one",
        contact=contact,
    )
    new = Attempt(begin=begin, contact=contact, period=DAY, cap=100)
    ended = Record(
        **{name: getattr(begin, name) for name in begin.__dataclass_fields__},
        state=State.ENDED,
        ended_at=START + n / 100 + 8,
        disposition=Disposition.NO_ANSWER,
    )

    return Alike(many=go, of=(new, ended if finish else None))


def go(conn: Connection, works: Sequence[tuple[Attempt, Record | None]]) -> list[None]:
    """Begin attempts, as the ledger does, and finish those that have an end."""
    for outcome in attempts.begin_all(conn, [new for new, _ in works]):
        if not isinstance(outcome, Begun):
            raise NotBegunError(outcome)
    for ended in (ended for _, ended in works if ended is not None):
        attempts.finish(conn, ended, contact_state=ContactState.DONE, due_at=None, why="no_answer")
    return [None] * len(works)


class NotBegunError(Exception):
    """The bench began what the store refused."""

    def __init__(self, outcome: NotBegun) -> None:
        super().__init__(str(outcome))


def done(submitted: float, took: list[float], free: Semaphore) -> Callable[[Future[None]], None]:
    """Give the callback that notes how long a promise took and lets the next one in."""

    def note(future: Future[None]) -> None:
        free.release()
        future.result()
        took.append(time.perf_counter() - submitted)

    return note


if __name__ == "__main__":
    main()
