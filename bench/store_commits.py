"""How many calls a second the store begins durably, on the disk of the folder given.

Run: python bench/store_commits.py [--folder DIR] [--seconds S] [--json FILE]. Prints a table, then JSON.
`waiting` is how many begins are in flight at a time: 1 pays a whole commit for each call, more share it.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Semaphore
from typing import Any

from sqlalchemy import Connection, func, select

from fastagi_server.store import calls, migrate, tables
from fastagi_server.store.connect import open_database
from fastagi_server.store.reader import read
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import call_id
from fastagi_server.telephony.record import Begin

WAITING = (1, 4, 16, 64, 256, 1024)


def main() -> None:
    """Measure each width in a database of its own and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the database is written; else the system's own")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each width is measured")
    parser.add_argument("--json", type=Path, help="also write the JSON there")
    arguments = parser.parse_args()
    rows = []
    print(f"{'waiting':>8} {'begins/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for waiting in WAITING:
        row = measure(waiting, seconds=arguments.seconds, folder=arguments.folder)
        rows.append(row)
        print(
            f"{waiting:>8} {row['begins_per_second']:>10.0f} {row['p50_ms']:>8.1f} "
            f"{row['p99_ms']:>8.1f} {row['max_ms']:>8.1f}"
        )
    found = {
        "bench": "store_commits",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "rows": rows,
    }
    text = json.dumps(found, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n")


def measure(waiting: int, *, seconds: float, folder: Path | None) -> dict[str, Any]:
    """Keep so many begins in flight for so long; every one counted is found in the database afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        url = f"sqlite:///{place}/bench.db"
        migrate.upgrade(url)
        engine = open_database(url)
        store = Writer(engine)
        took: list[float] = []
        free = Semaphore(waiting)
        start = time.perf_counter()
        n = 0
        while time.perf_counter() - start < seconds:
            free.acquire()
            submitted = time.perf_counter()
            store.submit(begin(n)).add_done_callback(done(submitted, took, free))
            n += 1
        store.close()
        elapsed = time.perf_counter() - start
        found = read(engine, lambda conn: conn.scalar(select(func.count()).select_from(tables.call)))
        engine.dispose()
    if not found == n == len(took):
        raise SystemExit(f"{n} submitted, {len(took)} promised, {found} found")
    took.sort()
    return {
        "waiting": waiting,
        "begins": n,
        "begins_per_second": round(n / elapsed, 1),
        "p50_ms": round(took[n // 2] * 1000, 2),
        "p99_ms": round(took[n * 99 // 100] * 1000, 2),
        "max_ms": round(took[-1] * 1000, 2),
    }


def begin(n: int) -> Callable[[Connection], bool]:
    """Give the work of beginning the n-th call."""
    new = Begin(
        call=call_id.mint(1_700_000_000 + n / 100, n.to_bytes(10, "big")),
        number=f"+5255{n:08}",
        country="mexico",
        callerid="+525511112222",
        trunk="alpha",
        campaign="spring",
        planned_at=1_700_000_000.0 + n / 100,
        begun_at=1_700_000_000.0 + n / 100,
    )
    return lambda conn: calls.begin(conn, new)


def done(submitted: float, took: list[float], free: Semaphore) -> Callable[[Future[bool]], None]:
    """Give the callback that notes how long a promise took and lets the next one in."""

    def note(future: Future[bool]) -> None:
        future.result()
        took.append(time.perf_counter() - submitted)
        free.release()

    return note


if __name__ == "__main__":
    main()
