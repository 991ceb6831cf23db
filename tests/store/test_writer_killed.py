"""kill -9 at any instant: whatever was promised before it is in the store after it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys

import pytest

from fastagi_server.store import calls
from fastagi_server.store.connect import open_database
from fastagi_server.store.reader import read
from tests.databases import check_whole

CHILD = """
import sys
from fastagi_server.store import calls
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony import call_id
from fastagi_server.telephony.record import Begin

def work(n):
    new = Begin(call=call_id.mint(1_700_000_000 + n, n.to_bytes(10, "big")), number=f"+5255{n:08}",
        country="mexico", callerid="+525511112222", trunk="alpha", campaign="spring", planned_at=1.0 * n,
        begun_at=1.0 * n)
    def begin(conn):
        calls.begin(conn, new)
        return new.call
    return begin

def say(future):
    sys.stdout.write(future.result() + "\\n")
    sys.stdout.flush()

store = Writer(open_database(sys.argv[1]), batch=int(sys.argv[2]))
n = 0
while True:
    futures = [store.submit(work(n + i)) for i in range(50)]
    for future in futures:
        future.add_done_callback(say)
    futures[-1].result()
    n += 50
"""


@pytest.mark.parametrize("seed", range(8))
def test_what_was_promised_survives_kill_9(url: str, seed: int) -> None:
    chance = random.Random(seed)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(chance.choice([1, 7, 256]))], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    before = [child.stdout.readline() for _ in range(chance.randint(1, 400))]
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL

    promised = {line.strip() for line in (*before, *rest.splitlines(keepends=True)) if line.endswith("\n")}
    assert len(promised) >= len(before)
    engine = open_database(url)
    found = {record.call for record in read(engine, calls.open_calls)}
    engine.dispose()
    assert promised <= found
    check_whole(url)
