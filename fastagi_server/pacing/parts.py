"""The shared limits as the pacer sees them: which are open to this engine, and how much of each it could use.

Pure: instants of the steady clock in. Until sharing begins, nothing is closed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping

from fastagi_server.pacing.sharer import Demand
from fastagi_server.pacing.shares import whole
from fastagi_server.pacing.window import SECOND

# What is wanted is judged by so many looks back.
LOOKS = 4
# Whoever waits and uses so much of its share would use more; anybody else keeps room to grow.
USED_UP, ROOM = 0.8, 1.25
# A call by hand has its place before its questions to the store; after two slow seconds it is not written.
BY_HAND_SECONDS = 2.0 + SECOND


class Parts:
    """The parts that one engine has in its shared limits."""

    def __init__(self) -> None:
        self._cps: dict[str, float] = {}
        self._shares: dict[str, int] | None = None
        self._until = -math.inf
        self._used: Counter[str] = Counter()
        self._waited: set[str] = set()
        self._by_hand: defaultdict[str, deque[float]] = defaultdict(deque)
        self._past: defaultdict[str, deque[tuple[float, int, float, bool]]] = defaultdict(
            lambda: deque(maxlen=LOOKS)
        )
        self._looked_at: float | None = None
        self._wrote_at = -math.inf

    @property
    def are_shared(self) -> bool:
        """Whether sharing has begun."""
        return self._shares is not None

    def know(self, scope: str, cps: float) -> None:
        """Share a scope's limit from now on; 0 is no limit, and nothing to share."""
        if cps:
            self._cps[scope] = cps
        else:
            self._cps.pop(scope, None)

    def forget(self, scope: str) -> None:
        """Know nothing more of a scope."""
        for known in (self._cps, self._used, self._by_hand, self._past):
            known.pop(scope, None)

    def grant(self, shares: Mapping[str, int], until: float) -> None:
        """Use these shares until an instant of the steady clock; the first time begins the sharing."""
        self._shares = dict(shares)
        self._until = until

    def share(self, scope: str) -> int | None:
        """Give the share of a scope in whole calls of a second, None where it is not shared."""
        if self._shares is None or scope not in self._cps:
            return None
        return self._shares.get(scope, 0)

    def are_closed(self, within: Iterable[str], now: float) -> bool:
        """Say whether one of these scopes has no call for us at this instant."""
        if self._shares is None:
            return False
        late = now >= self._until
        return any(scope in self._cps and (late or not self._shares.get(scope)) for scope in within)

    def wrote(self, within: Iterable[str], now: float, *, by_hand: bool = False) -> None:
        """Take note of a call that leaves, or by hand has its place."""
        self._used.update(within)
        self._wrote_at = now
        if by_hand:
            for scope in within:
                self._by_hand[scope].append(now)

    def waits(self, within: Iterable[str]) -> None:
        """Take note that somebody waits for these scopes."""
        self._waited.update(within)

    def quiet_at(self) -> float:
        """Give the instant from which on nothing that was written counts any more."""
        return self._wrote_at + SECOND

    def demands(self, now: float) -> dict[str, Demand]:
        """Give what could be used of each scope, and begin to count anew."""
        seconds = now - self._looked_at if self._looked_at is not None else 0.0
        self._looked_at = now
        found = {scope: self._demand(scope, cps, seconds, now) for scope, cps in self._cps.items()}
        self._used.clear()
        self._waited.clear()
        return found

    def _demand(self, scope: str, cps: float, seconds: float, now: float) -> Demand:
        share = self.share(scope) or 0
        past = self._past[scope]
        past.append((seconds, self._used[scope], share * seconds, scope in self._waited))
        spans, uses, rooms, waits = zip(*past, strict=True)
        used, room, span, waited = sum(uses), sum(rooms), sum(spans), any(waits)
        if waited and used + 1 >= USED_UP * room:
            wanted = whole(cps)
        else:
            wanted = min(whole(cps), math.ceil(ROOM * used / span) + waited) if span else 0
        by_hand = self._by_hand[scope]
        while by_hand and now - by_hand[0] >= BY_HAND_SECONDS:
            by_hand.popleft()
        return Demand(cps=cps, wanted=wanted, by_hand=len(by_hand))
