"""How many caller IDs a second are chosen durably, and how long a choice takes, at several sizes.

Run: python bench/selections.py [--sizes N,N,…] [--rounds N] [--seconds S] [--flight N]
[--url URL | --postgres] [--folder DIR] [--json FILE]. Through the engine's own pool, reservations and writer;
after each choice its call is begun, and the choice counts once that is durable. The sizes take turns, round
by round. Told are:

- per second: choices whose begin is durable
- choice p50, p99: from asking the pool until the number is known, in memory
- durable p50, p99: from then until the begin is committed
- fsync p99: of the same disk in the same round, by a file of our own
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from selecting import Selector, prepare
from sqlalchemy import create_engine, text

from fastagi_server.callerid.choice import Choice
from fastagi_server.loadtest import postgres
from fastagi_server.store import tables
from fastagi_server.telephony.call_id import CHANCE_BYTES, mint

NOON = 1_795_440_000.0
FSYNCS = 200
PAGE = 4096 * 16
WARM = 500


def main() -> None:
    """Measure each size in a store of its own, in turns, and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="20000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--flight", type=int, default=256, help="begins on their way to the disk at a time")
    parser.add_argument("--url", default="", help="a database URL with {size} in its name; else SQLite")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own; as root")
    parser.add_argument("--folder", type=Path, help="where SQLite's files are written; else the system's own")
    parser.add_argument("--json", type=Path)
    told = parser.parse_args()
    sys.setswitchinterval(0.0005)
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(dir=told.folder))
        # A PostgreSQL runs as a user of its own, who must come through.
        Path(place).chmod(0o711)
        if told.postgres:
            told.url = databases(stack.enter_context(postgres.running(Path(place) / "postgres")), told.sizes)
        sizes = [int(size) for size in told.sizes.split(",")]
        turns = {size: Turn(size, told, Path(place)) for size in sizes}
        rounds = [{size: turns[size].measure(told) for size in sizes} for _ in range(told.rounds)]
        for turn in turns.values():
            turn.close()
    found = {
        "bench": "selections",
        "python": platform.python_version(),
        "database": told.url.partition(":")[0] or "sqlite",
        "flight": told.flight,
        "sizes": {size: middle([each[size] for each in rounds]) for size in sizes},
        "p50_of_largest_by_smallest": round(
            statistics.median(
                each[sizes[-1]]["choice_p50_us"] / each[sizes[0]]["choice_p50_us"] for each in rounds
            ),
            2,
        ),
        "rounds": rounds,
    }
    heads = (
        "per_second",
        "choice_p50_us",
        "choice_p99_us",
        "durable_p50_ms",
        "durable_p99_ms",
        "fsync_p99_ms",
    )
    print(" ".join(f"{head:>15}" for head in ("dids", *heads)))
    for size in sizes:
        print(" ".join(f"{each:>15}" for each in (size, *(found["sizes"][size][head] for head in heads))))
    print("p50 of the largest by the smallest:", found["p50_of_largest_by_smallest"])
    if told.json:
        told.json.write_text(json.dumps(found, indent=2) + "\n")


class Turn:
    """One size of the inventory, with its store and its engine."""

    def __init__(self, size: int, told: argparse.Namespace, place: Path) -> None:
        self._place = place
        url = told.url.format(size=size) or f"sqlite:///{place}/{size}.db"
        prepare(url, size)
        # No cap: what is measured must not depend on how long it was measured before.
        self._engine = Selector(url, "bench", cap=0, wall=NOON)
        self._chance = random.Random(size)  # noqa: S311 - chance, no secret
        self._n = 0
        self._choices: list[float] = []
        self._durable: list[float] = []
        pool = self._engine.pool
        choose = pool.choose

        def timed(now: float, **more: str) -> Choice | None:
            began = time.perf_counter()
            choice = choose(now, **more)
            self._choices.append(time.perf_counter() - began)
            return choice

        pool.choose = timed  # type: ignore[method-assign]

    def measure(self, told: argparse.Namespace) -> dict[str, float]:
        """Choose for so long, then wait until the last begin is durable."""
        loop = self._engine.loop
        for _ in range(WARM):
            self._go(told.flight)
        loop.finish()
        self._choices.clear()
        self._durable.clear()
        began = time.perf_counter()
        while time.perf_counter() - began < told.seconds:
            self._go(told.flight)
        loop.finish()
        elapsed = time.perf_counter() - began
        fsyncs = sorted(fsync(self._place / "fsync"))
        choices, durable = sorted(self._choices), sorted(self._durable)
        return {
            "selections": len(durable),
            "per_second": round(len(durable) / elapsed, 1),
            "choice_p50_us": at(choices, 0.5, 1e6),
            "choice_p99_us": at(choices, 0.99, 1e6),
            "durable_p50_ms": at(durable, 0.5, 1e3),
            "durable_p99_ms": at(durable, 0.99, 1e3),
            "fsync_p50_ms": at(fsyncs, 0.5, 1e3),
            "fsync_p99_ms": at(fsyncs, 0.99, 1e3),
        }

    def close(self) -> None:
        """Leave, and look whether every choice is in the store once."""
        with self._engine.database.connect() as conn:
            records = len(conn.execute(tables.call.select().with_only_columns(tables.call.c.call_id)).all())
        self._engine.close()
        if records != self._n:
            raise SystemExit(f"{self._n} begun, {records} records")

    def _go(self, flight: int) -> None:
        loop = self._engine.loop
        loop.spawn(self._one())
        while loop.going >= flight:
            loop.turn()

    async def _one(self) -> None:
        self._n += 1
        call = mint(self._engine.clock.wall(), self._chance.randbytes(CHANCE_BYTES))
        chosen: list[float] = []
        number = f"+1{201 + self._chance.randrange(700)}{self._n:07}"
        await self._engine.begin(call, number, lambda _: chosen.append(time.perf_counter()))
        self._durable.append(time.perf_counter() - chosen[-1])


def databases(cluster: postgres.Cluster, sizes: str) -> str:
    """Make a database for each size; give their URL with {size} in it."""
    admin = create_engine(
        cluster.admin.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as conn:
        for size in sizes.split(","):
            conn.execute(text(f"CREATE DATABASE bench{int(size)} OWNER {postgres.ROLE}"))
    admin.dispose()
    return cluster.url_of("bench{size}")


def fsync(path: Path) -> list[float]:
    """Write and sync like a commit does, and give how long each sync took."""
    took = []
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        for _ in range(FSYNCS):
            os.write(file, bytes(PAGE))
            began = time.perf_counter()
            os.fdatasync(file)
            took.append(time.perf_counter() - began)
    finally:
        os.close(file)
    return took


def at(taken: list[float], share: float, unit: float) -> float:
    """Give a quantile of sorted seconds in a unit."""
    return round(taken[min(len(taken) - 1, int(len(taken) * share))] * unit, 2)


def middle(rounds: list[dict[str, float]]) -> dict[str, Any]:
    """Give the median of the rounds, figure by figure."""
    return {name: round(statistics.median(each[name] for each in rounds), 2) for name in rounds[0]}


if __name__ == "__main__":
    main()
