"""Our calls against Asterisk's: who is adopted, who is closed with the truth, and how far they differ.

Never by age: a call is closed because Asterisk says that it does not have it.
"""

from __future__ import annotations

from typing import Protocol

from fastagi_server.dialer.ports import Ledger, Switch
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.record import Record


class Calls(Protocol):
    """The calls that the engine knows."""

    def left(self) -> set[CallId]:
        """Give the calls that have left and not ended."""
        ...

    def known(self, call: CallId) -> Record | None:
        """Give a call as it stands."""
        ...

    def is_ending(self, call: CallId) -> bool:
        """Say whether a call has ended whose end is not written yet."""
        ...

    def adopt(self, record: Record) -> None:
        """Know a call that the store says is open."""
        ...

    def take(self, fact: facts.Fact) -> None:
        """Take a fact."""
        ...


class Recovery:
    """Keeps one engine's calls and Asterisk's the same; `drift` is how many differed at the last look."""

    def __init__(self, *, calls: Calls, switch: Switch, ledger: Ledger, clock: Clock, name: str) -> None:
        self._calls = calls
        self._switch = switch
        self._ledger = ledger
        self._clock = clock
        self._name = name
        # What the look before this one found; once is a race between a list and the events, twice is not.
        self._missing: frozenset[CallId] = frozenset()
        self._unknown: frozenset[CallId] = frozenset()
        self._strangers: frozenset[CallId] = frozenset()
        self.drift = 0

    async def adopt(self) -> None:
        """Adopt what lives, close what does not: for the time when nobody of us has looked."""
        # Known before we ask, so that a hang-up told while the list comes is not missed.
        for record in await self._ledger.open_calls():
            if not self._calls.is_ending(record.call):
                self._calls.adopt(record)
        asked = self._calls.left()
        living = await self._switch.live_calls()
        # All at once, so that they share a commit: one after another they hold up the first new call.
        self._close(asked - living)
        self._missing = self._unknown = frozenset()
        self.drift = 0

    async def compare(self) -> None:
        """Look once: close who is missing for the second time, adopt who is unknown for the second time."""
        asked = self._calls.left()
        living = await self._switch.live_calls()
        left = self._calls.left()
        # Whoever ended, or left, while the list came is neither missing nor unknown.
        missing = (asked & left) - living
        unknown = {
            call
            for call in living - asked - left - self._strangers
            if self._calls.known(call) is None and not self._calls.is_ending(call)
        }
        self._close(missing & self._missing)
        await self._adopt_unknown(unknown & self._unknown)
        self._missing = frozenset(missing - self._missing)
        self._unknown = frozenset(unknown - self._unknown)
        self._strangers &= living
        self.drift = len(missing) + len(unknown - self._strangers)

    def link_down(self) -> None:
        """Forget what was seen: the next link has other news."""
        self._missing = self._unknown = frozenset()
        self.drift = 0

    def _close(self, gone: set[CallId]) -> None:
        for call in gone:
            self._calls.take(facts.Vanished(call=call, at=self._clock.wall()))

    async def _adopt_unknown(self, calls: set[CallId]) -> None:
        for call in sorted(calls):
            record = await self._ledger.find(call)
            if record is None or record.engine != self._name:
                self._strangers |= {call}
            elif record.ended_at is None and not self._calls.is_ending(call):
                self._calls.adopt(record)
