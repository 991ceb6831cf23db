"""Calls at an instant, and not up to a millisecond after it: epoll counts whole ones, and rounds up.

So the reactor is asked for one less, and what is left is slept: less than a millisecond a slot in which
nothing is heard, where each slot was late by half of one (docs/speed.md has the figures).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from fastagi_server.dialer.ports import Cancellable, Later
from fastagi_server.telephony.clock import Clock

GRAIN_SECONDS = 0.001


class Punctual:
    """A reactor's callLater for what is paced."""

    def __init__(self, *, later: Later, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._later = later
        self._clock = clock
        self._sleep = sleep

    def __call__(self, seconds: float, call: Callable[[], None]) -> Cancellable:
        """Call after so many seconds."""
        due = self._clock.steady() + seconds

        def fire() -> None:
            left = due - self._clock.steady()
            if left > 0:
                self._sleep(min(left, GRAIN_SECONDS))
            call()

        return self._later(max(0.0, seconds - GRAIN_SECONDS), fire)
