"""Whether caps hold and nothing is burnt: processes select on one store, and are killed at random instants.

Run: python bench/ledger.py [--dids N] [--cap N] [--processes N] [--selections N] [--kills N] [--flight N]
[--pause S] [--url URL | --postgres] [--folder DIR] [--seed N] [--json FILE]. Each process appends a line to
a file of its own before it asks the store to begin a call (with the caller ID), and another once that is
durable; one that is killed with -9 is started again under its name. In the end the truth is counted from
those files and from the records, and compared with what the store has counted:

- over: uses of a caller ID beyond its cap, by the files, by the records and by the store's own count
- burnt: counted uses without a call that its process knows of; at most one for each call in flight at a kill
- leaked: counted uses without a record of a call at all; uses that stay reserved when everybody has left
- lost: calls that were told to be durable and have no record
"""

from __future__ import annotations

import argparse
import json
import math
import mmap
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from selecting import COUNTRY, Selector, prepare
from sqlalchemy import func, select

from fastagi_server.callerid.choice import Choice
from fastagi_server.dialer.pools import AGAIN_SECONDS, Exhausted
from fastagi_server.loadtest import postgres
from fastagi_server.store import tables
from fastagi_server.store.connect import open_database
from fastagi_server.store.reader import read
from fastagi_server.telephony.call_id import CHANCE_BYTES, mint
from fastagi_server.telephony.errors import DiscadorError

NOON = 1_795_440_000.0
POLL_SECONDS = 0.01
LINE = 44  # every line of a process's file is as long; the first one says how many there are
GROWTH = LINE * 100_000


def main() -> int:
    """Run the processes, kill them, and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dids", type=int, default=20_000)
    parser.add_argument("--cap", type=int, default=100)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument(
        "--selections", type=int, default=0, help="when to stop; else when all are at the cap"
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--flight", type=int, default=64, help="calls in flight in each process")
    parser.add_argument(
        "--pause", type=float, default=0.0, help="seconds that a process waits after a choice"
    )
    parser.add_argument("--url", default="", help="an empty database; else SQLite in a folder")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own; as root")
    parser.add_argument("--folder", type=Path, help="where SQLite's file is written; else the system's own")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.child:
        child(told)
        return 0
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(dir=told.folder))
        # A PostgreSQL runs as a user of its own, who must come through.
        Path(place).chmod(0o711)
        if told.postgres:
            told.url = stack.enter_context(postgres.running(Path(place) / "postgres")).url
        told.files = Path(place)
        told.url = told.url or f"sqlite:///{place}/bench.db"
        found = run(told)
    text = json.dumps(found, indent=2)
    print(text)
    if told.json:
        told.json.write_text(text + "\n")
    return 0 if found["good"] else 1


def run(told: argparse.Namespace) -> dict[str, Any]:
    """Let the processes select and kill them at random instants; give what was counted."""
    prepare(told.url, told.dids)
    chance = random.Random(told.seed)  # noqa: S311 - chance, no secret
    wanted = told.selections or told.dids * told.cap
    marks = sorted(chance.randrange(wanted * 98 // 100) for _ in range(told.kills))
    names = [f"e{n}" for n in range(told.processes)]
    files = {name: told.files / f"{name}.lines" for name in names}
    for file in files.values():
        file.write_bytes(b"0".ljust(LINE - 1) + b"\n")
    began = time.monotonic()
    alive = {name: start(told, name) for name in names}
    try:
        killed = kill_at(told, marks, chance, alive, files)
    finally:
        for process in alive.values():
            process.kill()
    seconds = time.monotonic() - began
    return {**judged(told, files, killed), "seconds": round(seconds, 1)}


def kill_at(
    told: argparse.Namespace,
    marks: Sequence[int],
    chance: random.Random,
    alive: dict[str, subprocess.Popen[bytes]],
    files: Mapping[str, Path],
) -> int:
    """Kill one of the processes at each mark and start it again, until all have ended; give how many died."""
    killed = 0
    while alive:
        done = sum(told_by(file) for file in files.values()) // 2
        while killed < len(marks) and done >= marks[killed]:
            victim = chance.choice(sorted(alive))
            time.sleep(chance.random() * 0.02)
            if alive[victim].poll() is None:
                alive[victim].kill()
                alive[victim].wait()
                killed += 1
                alive[victim] = start(told, victim)
            else:
                break
        for name, process in tuple(alive.items()):
            if process.poll() is not None:
                if process.returncode:
                    raise SystemExit(f"{name} ended with {process.returncode}")
                del alive[name]
        time.sleep(POLL_SECONDS)
    return killed


def start(told: argparse.Namespace, name: str) -> subprocess.Popen[bytes]:
    """Start a process of this name."""
    words = ("dids", "cap", "processes", "selections", "flight", "pause", "url", "files")
    options = [text for word in words for text in (f"--{word}", str(getattr(told, word)))]
    return subprocess.Popen([sys.executable, __file__, "--child", name, *options])


class Lines:
    """A file of lines that outlives its process: what is written into a mapping is the kernel's at once.

    A write() would let the interpreter's lock go at each line and wait for the writer's thread.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._count = told_by(path)
        self._map = self._mapped()

    def add(self, line: str) -> None:
        """Write a line, then how many there are."""
        at = (self._count + 1) * LINE
        if at + LINE > len(self._map):
            self._map = self._mapped()
        self._map[at : at + LINE] = line.ljust(LINE - 1).encode() + b"\n"
        self._count += 1
        self._map[0:LINE] = str(self._count).ljust(LINE - 1).encode() + b"\n"

    def _mapped(self) -> mmap.mmap:
        size = (self._count + 2) * LINE + GROWTH
        os.ftruncate(self._file.fileno(), size)
        return mmap.mmap(self._file.fileno(), size)


def told_by(path: Path) -> int:
    """Say how many lines a file holds."""
    with path.open("rb") as file:
        return int(file.read(LINE))


def child(told: argparse.Namespace) -> None:
    """Select until there is nothing left, each with its two lines."""
    sys.setswitchinterval(0.0005)
    name, most = told.child, told.selections // told.processes
    file = told.files / f"{name}.lines"
    before = told_by(file) // 2
    lines = Lines(file)
    selector = Selector(told.url, name, cap=told.cap, wall=NOON)
    # Loaded once, and not by everybody who is first.
    assert selector.pool.country == COUNTRY
    chance = random.Random(os.urandom(16))  # noqa: S311 - chance, no secret

    async def one(n: int) -> None:
        call = mint(selector.clock.wall(), chance.randbytes(CHANCE_BYTES))

        def intend(choice: Choice) -> None:
            lines.add(f"i {call} {choice.number}")

        try:
            outcome = await selector.begin(call, f"+1305{os.getpid() % 1000:03}{n:07}", intend)
        except DiscadorError:
            return
        if isinstance(outcome, Choice):
            lines.add(f"d {call}")
        elif isinstance(outcome, Exhausted):
            # Until midnight, or until others may have given back what they hold.
            over = outcome.until - selector.clock.wall() > AGAIN_SECONDS
            pauses.append(math.inf if over else time.monotonic() + 1)

    pauses = [0.0]
    n = 0
    while pauses[-1] < math.inf and not (most and before + n >= most):
        while time.monotonic() < pauses[-1] < math.inf:
            selector.loop.finish()
            time.sleep(0.05)
            selector.ahead.look()
        selector.loop.spawn(one(n))
        n += 1
        if told.pause:
            time.sleep(told.pause)
        while selector.loop.going >= told.flight:
            selector.loop.turn()
    selector.close()


def judged(told: argparse.Namespace, files: dict[str, Path], killed: int) -> dict[str, Any]:
    """Count the truth from the files and the records, and compare."""
    intended: dict[str, str] = {}
    durable: set[str] = set()
    for file in files.values():
        with file.open() as text:
            told_lines = list(islice(text, told_by(file) + 1))[1:]
        for line in told_lines:
            words = line.split()
            if words[0] == "i":
                intended[words[1]] = words[2]
            else:
                durable.add(words[1])
    database = open_database(told.url)
    use, call, lease = tables.did_use.c, tables.call.c, tables.did_lease.c
    counted = dict(
        tuple(row) for row in read(database, lambda conn: conn.execute(select(use.number, use.uses)).all())
    )
    records = dict(
        tuple(row)
        for row in read(database, lambda conn: conn.execute(select(call.call_id, call.callerid)).all())
    )
    reserved = read(database, lambda conn: conn.scalar(select(func.coalesce(func.sum(lease.uses), 0))))
    database.dispose()
    by_files = Counter(intended[each] for each in durable)
    by_records = Counter(records.values())
    burnt = sum(counted.values()) - len(durable)
    found: dict[str, Any] = {
        "bench": "ledger",
        "database": told.url.partition(":")[0],
        "country": COUNTRY,
        "dids": told.dids,
        "cap": told.cap,
        "processes": told.processes,
        "kills": killed,
        "in_flight": told.flight,
        "selections": len(durable),
        "counted": sum(counted.values()),
        "over_by_files": excess(by_files, told.cap),
        "over_by_records": excess(by_records, told.cap),
        "over_by_count": excess(counted, told.cap),
        "burnt": burnt,
        "burnt_at_most": killed * told.flight,
        "leaked": sum(counted.values()) - len(records) + int(reserved or 0),
        "miscounted": sum(counted[number] != by_records[number] for number in counted),
        "lost": len(durable - set(records)),
        "left": told.dids * told.cap - sum(counted.values()) if told.cap and not told.selections else None,
    }
    wrong = ("over_by_files", "over_by_records", "over_by_count", "leaked", "miscounted", "lost", "left")
    good = not any(found[word] for word in wrong) and 0 <= burnt <= killed * told.flight
    return {**found, "good": good and killed == told.kills}


def excess(uses: dict[str, int], cap: int) -> int:
    """Count uses beyond the cap."""
    return sum(max(0, each - cap) for each in uses.values()) if cap else 0


if __name__ == "__main__":
    sys.exit(main())
