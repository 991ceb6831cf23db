"""What a line of the log files costs whoever tells it, in a burst and when lines come singly.

.venv/bin/python bench/logs.py [--lines N] [--rate PER_SECOND]
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import time
from pathlib import Path

from fastagi_server.app.journal import File, Journal

FIELDS = {
    "number": "+525550001003",
    "country": "mexico",
    "callerid": "+525550009000",
    "trunk": "carrier",
    "campaign": "spring",
    "disposition": "connected",
    "why": "pressed 3: connected",
    **dict.fromkeys(("late", "pdd", "setup", "talk"), 1.234),
    **dict.fromkeys(("amd", "key", "q850", "sip", "sip_reason"), "x"),
}


def say(told: str, *words: object) -> None:
    """Print what the journal warns of."""
    print(told % words if words else told)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--lines", type=int, default=20_000)
    asked.add_argument("--rate", type=float, default=100.0, help="lines a second; 30 CPS are about 65")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(
            folder=Path(folder), max_bytes=5_000_000, keep=3, least=logging.INFO, wall=time.time, warn=say
        )
        began = time.perf_counter()
        for number in range(min(told.lines, 9_000)):
            journal.tell(File.PERFORMANCE, "call_ended", FIELDS, call=f"01m84v6j2djsm37px1az{number:06}")
        burst = (time.perf_counter() - began) / min(told.lines, 9_000)
        costs = []
        for number in range(min(told.lines, int(told.rate * 20))):
            time.sleep(1 / told.rate)
            one = time.perf_counter()
            journal.tell(File.PERFORMANCE, "call_ended", FIELDS, call=f"01m84v6j2djsm37px1az{number:06}")
            costs.append(time.perf_counter() - one)
        journal.close(10)
    costs.sort()
    print(
        json.dumps(
            {
                "burst_us": round(burst * 1e6, 1),
                "p50_us": round(costs[len(costs) // 2] * 1e6, 1),
                "p99_us": round(costs[int(len(costs) * 0.99)] * 1e6, 1),
                "most_us": round(costs[-1] * 1e6, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
