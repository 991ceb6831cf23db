"""The real clock."""

from __future__ import annotations

import time


class RealClock:
    """Tells the machine's time."""

    def wall(self) -> float:
        """Give Unix seconds in UTC."""
        return time.time()

    def steady(self) -> float:
        """Give seconds that only grow."""
        return time.monotonic()
