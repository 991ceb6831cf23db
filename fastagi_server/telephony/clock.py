"""Time as an argument. Nobody above reads a clock; everybody is handed one."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Tells the time twice: what the calendar says, and how much has passed."""

    def wall(self) -> float:
        """Give Unix seconds in UTC; it may step when the machine's clock is set."""
        ...

    def steady(self) -> float:
        """Give seconds that only grow, from an origin that means nothing."""
        ...
