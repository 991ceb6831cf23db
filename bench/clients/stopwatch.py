"""Says how long the events took its process, from the first to BenchEnd.

Needs nothing installed: peers use it too.
"""

from __future__ import annotations

import json
import time


class Stopwatch:
    """Begins with the first event."""

    def __init__(self) -> None:
        self.begun = False
        self._wall = self._cpu = 0.0

    def begin(self) -> None:
        """Note the time."""
        self.begun = True
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def end(self, **seen: int) -> None:
        """Print what was seen and how long it took."""
        took = {"wall": time.monotonic() - self._wall, "cpu": time.process_time() - self._cpu}
        print(json.dumps(seen | took), flush=True)
