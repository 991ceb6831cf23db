"""The limits that scopes were given, and the part of them that is this engine's where others share them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fastagi_server.pacing.parts import Parts
from fastagi_server.pacing.shares import whole
from fastagi_server.pacing.slots import Slots
from fastagi_server.pacing.window import Windows
from fastagi_server.telephony.clock import Clock


class Limits:
    """The limits of one engine, kept by its slots and its windows."""

    def __init__(self, *, slots: Slots, windows: Windows, clock: Clock) -> None:
        self._slots = slots
        self._windows = windows
        self._clock = clock
        self._cps: dict[str, float] = {}
        self.parts = Parts()

    def set(self, scope: str, cps: float, *, shared: bool) -> None:
        """Hold a scope to a limit in calls per second from now on, 0 for none; others may share it."""
        self._cps[scope] = cps
        self._slots.set(scope, cps or None)
        self._windows.limit(scope, cps)
        self.parts.know(scope, cps if shared else 0)
        self._apply(scope, cps)

    def forget(self, scope: str) -> None:
        """Know nothing more of a scope, whose calls were all written more than a second ago."""
        self._cps.pop(scope, None)
        self._windows.forget(scope)
        self.parts.forget(scope)

    def wrote_at(self, scope: str) -> float:
        """Give when the last call of a scope was written; long ago where it has no limit."""
        return self._windows.last(scope)

    def cps(self, scope: str) -> float | None:
        """Give the limit that a scope was given, None where it has none."""
        return self._cps.get(scope) or None

    def part(self, scope: str) -> float | None:
        """Give our part of a limit, all of it where we have every whole call; None where it is not shared."""
        share = self.parts.share(scope)
        return self._slots.rate(scope) if share else share

    def are_closed(self, within: Sequence[str]) -> bool:
        """Say whether other engines have all calls of one of these scopes at this moment."""
        return self.parts.are_closed(within, self._clock.steady())

    def share(self, shares: Mapping[str, int], limits: Mapping[str, float], until: float) -> None:
        """Keep to these parts of the shared limits, in whole calls a second, until an instant of the clock.

        `limits` are the lowest that any engine knows. Without a part, or after the instant, nothing leaves.
        """
        now = self._clock.steady()
        for scope, share in shares.items():
            # A limit below one a second counts from the other engine's call on, which nobody here has seen.
            if share and self.parts.share(scope) == 0 and self._cps.get(scope, 1) < 1:
                self._slots.take((scope,), now)
        self.parts.grant(shares, until)
        for scope in shares:
            self._apply(scope, limits.get(scope, math.inf))

    def _apply(self, scope: str, limit: float) -> None:
        """Make a scope's slots and its window those of our part."""
        share = self.parts.share(scope)
        if share is None:
            return
        limit = min(limit, self._cps[scope])
        share = min(share, whole(limit))
        # A scope that is closed keeps a rate: who waits is prepared meanwhile.
        self._slots.set(scope, limit if share == whole(limit) else float(share) or min(limit, 1.0))
        self._windows.share(scope, share)
