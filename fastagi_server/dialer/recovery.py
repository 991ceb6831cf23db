"""Our calls against an Asterisk's: who is adopted, who is closed with the truth, and how far they differ.

Never by age: a call is closed because its Asterisk says that it does not have it; only one that stays away
while others go on is not waited for without end.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from fastagi_server.dialer.ports import Ledger, Switch
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.record import Record, State

# How long after its order a call's channel may come to be: an Asterisk with more to do than it can answers
# the Originate at once, and places the call when its turn comes.
COMING_SECONDS = 10.0


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

    def put(self, call: CallId, asterisk: str) -> None:
        """Note which Asterisk has a call."""
        ...

    def take(self, fact: facts.Fact) -> None:
        """Take a fact."""
        ...


class Strays:
    """Calls that were up when another run of ours ended: which Asterisk has each was known to that run alone.

    Once every Asterisk has said that it has not, nobody has. `settled` is whether one is there by now: from
    then on what the store says is open is known to us, or is just being prepared.
    """

    def __init__(self, names: Collection[str]) -> None:
        self.names = frozenset(names)
        self._may_have: dict[CallId, set[str]] = {}
        self.settled = False

    def not_at(self, call: CallId, asterisk: str) -> bool:
        """Note that an Asterisk has not got it, and say whether nobody has."""
        left = self._may_have.setdefault(call, set(self.names))
        left.discard(asterisk)
        if not left:
            del self._may_have[call]
        return not left

    def found(self, call: CallId) -> None:
        """Forget a call that is one no more."""
        self._may_have.pop(call, None)


class Recovery:
    """Keeps an engine's calls at one Asterisk and its own the same.

    `drift` is how many differed at the last look.
    """

    def __init__(
        self,
        *,
        calls: Calls,
        switch: Switch,
        ledger: Ledger,
        clock: Clock,
        name: str,
        asterisk: str,
        strays: Strays,
    ) -> None:
        self._calls = calls
        self._switch = switch
        self._ledger = ledger
        self._clock = clock
        self._name = name
        self._asterisk = asterisk
        self._strays = strays
        # What the look before this one found; once is a race between a list and the events, twice is not.
        self._missing: frozenset[CallId] = frozenset()
        self._unknown: frozenset[CallId] = frozenset()
        self._strangers: frozenset[CallId] = frozenset()
        self.drift = 0

    async def adopt(self) -> None:
        """Adopt what lives, close what does not: for the time when nobody of us has looked."""
        if not self._strays.settled:
            # Known before we ask, so that a hang-up told while the list comes is not missed.
            self._adopt_all(await self._ledger.open_calls())
        asked = self._calls.left()
        living = await self._switch.live_calls()
        self._found(asked & living)
        # All at once, so that they share a commit: one after another they hold up the first new call.
        self._close({call for call in asked - living if not self._may_come(call) and self._is_gone(call)})
        self._missing = self._unknown = frozenset()
        self.drift = 0

    async def compare(self) -> None:
        """Look once: close who is missing for the second time, adopt who is unknown for the second time."""
        asked = self._calls.left()
        living = await self._switch.live_calls()
        left = self._calls.left()
        self._found(living & left)
        # Whoever ended, or left, while the list came is neither missing nor unknown.
        missing = {
            call for call in (asked & left) - living if self._is_ours(call) and not self._may_come(call)
        }
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

    def write_off(self) -> None:
        """Close what nobody can know any more: it has been away for too long."""
        self._close({call for call in self._calls.left() if self._is_gone(call)})

    def _adopt_all(self, records: Collection[Record]) -> None:
        # Another Asterisk may have come up, and calls may be prepared for it, while the store answered.
        for record in () if self._strays.settled else records:
            if not self._calls.is_ending(record.call):
                self._calls.adopt(record)

    def _is_ours(self, call: CallId) -> bool:
        record = self._calls.known(call)
        return record is not None and record.asterisk == self._asterisk

    def _may_come(self, call: CallId) -> bool:
        """Say whether a call was ordered so lately that its channel may not be there yet."""
        record = self._calls.known(call)
        if record is None or record.ordered_at is None or record.state is not State.ORDERED:
            return False
        return 0 <= self._clock.wall() - record.ordered_at < COMING_SECONDS

    def _is_gone(self, call: CallId) -> bool:
        """Say whether nobody has a call that this Asterisk has not."""
        record = self._calls.known(call)
        if record is None or record.asterisk in self._strays.names:
            return record is not None and record.asterisk == self._asterisk
        return self._strays.not_at(call, self._asterisk)

    def _found(self, living: Collection[CallId]) -> None:
        for call in living:
            if self._calls.known(call) is not None and not self._is_ours(call):
                self._calls.put(call, self._asterisk)
                self._strays.found(call)

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
                self._found([call])
