"""Whether the calendar's clock was set: it and the steady clock go on together, or it was. Pure."""

from __future__ import annotations

SETTLED_SECONDS = 60.0
_STILL = 0.1


class Drift:
    """How far the wall clock was set, until it has stood still for a minute: then it is taken for right."""

    def __init__(self) -> None:
        self._right: float | None = None
        self._last = 0.0
        self._moved_at = 0.0

    def look(self, *, wall: float, steady: float) -> float:
        """Give by how many seconds it is off from what was taken for right."""
        apart = wall - steady
        if self._right is None:
            self._right = self._last = apart
        if abs(apart - self._last) > _STILL:
            self._moved_at = steady
        self._last = apart
        off = apart - self._right
        if abs(off) > _STILL and steady - self._moved_at >= SETTLED_SECONDS:
            self._right = apart
            return 0.0
        return off
