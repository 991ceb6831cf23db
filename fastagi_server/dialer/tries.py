"""The calls that have left and are not over, and which of them try for a scope that probes.

Of those that try only so many are on their way at a time: who rings for half a minute would have seventy
others leave before anything is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastagi_server.telephony.call_id import CallId

# So many try at a time; one that tells nothing for so long holds nobody up.
MOST, PATIENCE_SECONDS = 20, 60.0


@dataclass(kw_only=True, slots=True)
class Try:
    """A call: when it was sent, by the steady clock, and whether its success and whom it reached are told."""

    sent: float
    success: bool = False
    person: bool = False


class Tries:
    """Those of one engine."""

    def __init__(self) -> None:
        self._calls: dict[CallId, Try] = {}
        self._trying: dict[str, dict[CallId, float]] = {}

    def sent(self, call: CallId, scopes: Iterable[str], at: float) -> None:
        """Take note of a call that left; in a scope that probes it is one that tries."""
        self._calls[call] = Try(sent=at)
        if self._trying:
            for scope in scopes:
                if scope in self._trying:
                    self._trying[scope][call] = at

    def get(self, call: CallId) -> Try | None:
        """Give a call, None where nobody saw it leave."""
        return self._calls.get(call)

    def pop(self, call: CallId) -> Try | None:
        """Give a call that is over, and forget it."""
        for tries in self._trying.values():
            tries.pop(call, None)
        return self._calls.pop(call, None)

    def told(self, call: CallId, scopes: Iterable[str]) -> None:
        """Take note that a call told these scopes what they wanted to know."""
        for scope in scopes:
            self._trying.get(scope, {}).pop(call, None)

    def probe(self, scope: str, *, probes: bool) -> None:
        """Let a scope probe from now on, or not any more."""
        if not probes:
            self._trying.pop(scope, None)
        else:
            self._trying.setdefault(scope, {})

    def probing(self) -> Iterable[str]:
        """Give the scopes that probe."""
        return tuple(self._trying)

    def has_room(self, scope: str, now: float) -> bool:
        """Say whether one more may try."""
        tries = self._trying.get(scope, {})
        return sum(now - at < PATIENCE_SECONDS for at in tries.values()) < MOST
