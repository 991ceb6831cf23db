"""A limit that holds in every sliding second: no write within one second of the write `limit` places before.

Slots are equally far apart; a timer that fires late now and early later could still put one too many into a
second, and this looks at what was really written.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping

# A carrier's second is by its own clock, which may run half a millisecond a second apart from ours.
SECOND = 1.0005


class Window:
    """The writes of one scope (a trunk, a country, a campaign, all) under its limit; 0 is no limit."""

    def __init__(self, limit: float, writes: Iterable[float] = ()) -> None:
        self.limit = limit
        self._places = max(1, int(limit)) if limit else 0
        self.writes = deque(writes, maxlen=self._places or 1)

    def share(self, places: int) -> None:
        """Hold it to so many writes a second of its limit, 0 for none; what was written counts on."""
        self._places = places

    def earliest(self) -> float:
        """Give the first instant of the steady clock at which one more write is within the limit."""
        if self.limit and not self._places:
            return math.inf
        if not self.limit or len(self.writes) < self._places:
            return 0.0
        return self.writes[-self._places] + SECOND

    def wrote(self, at: float) -> None:
        """Take note of a write."""
        self.writes.append(at)


class Windows:
    """The windows of several scopes; the strictest decides."""

    def __init__(self, limits: Mapping[str, float]) -> None:
        self._windows = {scope: Window(limit) for scope, limit in limits.items() if limit}

    def limit(self, scope: str, limit: float) -> None:
        """Hold a scope to its limit from now on, 0 for none; what was written under another one counts on."""
        known = self._windows.get(scope)
        if not limit:
            self.forget(scope)
        elif known is None:
            self._windows[scope] = Window(limit)
        elif known.limit != limit:
            self._windows[scope] = Window(limit, known.writes)

    def forget(self, scope: str) -> None:
        """Hold a scope to no limit, and know nothing of its writes."""
        self._windows.pop(scope, None)

    def share(self, scope: str, places: int) -> None:
        """Hold a scope to a part of its limit, in whole writes a second."""
        if scope in self._windows:
            self._windows[scope].share(places)

    def earliest(self, scopes: Iterable[str]) -> float:
        """Give the first instant that suits every scope that the call is in."""
        return max(
            (self._windows[scope].earliest() for scope in scopes if scope in self._windows), default=0.0
        )

    def last(self, scope: str) -> float:
        """Give when the last write of a scope was; long ago where it has no limit."""
        known = self._windows.get(scope)
        return known.writes[-1] if known is not None and known.writes else -math.inf

    def wrote(self, scopes: Iterable[str], at: float) -> None:
        """Take note of a write in every scope that the call is in."""
        for scope in scopes:
            if scope in self._windows:
                self._windows[scope].wrote(at)
