"""What every server here does besides serving: says its port, and its own CPU time whenever it is asked.

Needs nothing installed: peers use it too. A line on standard input is the question, its end the end.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time

BACKLOG = 4096


def stand(port: int) -> None:
    """Say the port, then answer questions in a thread that sleeps until asked."""
    print(json.dumps(port), flush=True)
    threading.Thread(target=_answer, daemon=True).start()


def _answer() -> None:
    for _ in sys.stdin:
        print(json.dumps(time.process_time()), flush=True)
    os._exit(0)
