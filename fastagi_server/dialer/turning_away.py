"""Numbers that went on the opt-out list while attempts to them may be prepared or ringing.

The store refuses every attempt that is begun later; this is for those begun before. An attempt that is
prepared is taken back at once, one that rings is cancelled, and one that is answered goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from fastagi_server.dialer.ports import Hands, Ledger, Spawn
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.record import Begin, Record

LEFT = "it went on the opt-out list just now"
# What is remembered; an attempt that was begun before something forgotten is taken back unseen.
KEPT_SECONDS = 600.0
KEPT_NUMBERS = 20_000


class TurningAway:
    """What one engine remembers of those who left lately; it looks at the engine's own calls."""

    def __init__(
        self,
        *,
        calls: Mapping[CallId, Record],
        placing: Collection[CallId],
        cancel: Callable[[CallId, str], None],
        ledger: Ledger,
        hands: Hands,
        spawn: Spawn,
        clock: Clock,
    ) -> None:
        self._calls = calls
        self._placing = placing
        self._cancel = cancel
        self._ledger = ledger
        self._hands = hands
        self._spawn = spawn
        self._clock = clock
        # When each was told last, the oldest first.
        self._left: dict[str, float] = {}
        self._doubted_at = float("-inf")
        self._unwanted: set[CallId] = set()

    def __contains__(self, number: str) -> bool:
        return number in self._left

    def mark(self, numbers: Collection[str]) -> None:
        """Send nothing more to the numbers: what is prepared is taken back now."""
        now = self._clock.steady()
        for number in numbers:
            self._left.pop(number, None)
            self._left[number] = now
        for call in tuple(self._placing):
            if self._calls[call].number in numbers:
                self._cancel(call, LEFT)
        self.forget()

    def left(self, numbers: Collection[str], *, but: CallId | None = None) -> None:
        """Take back what is prepared, and cancel what rings there; `but` is the call that is the evidence."""
        self.mark(numbers)
        for call, record in tuple(self._calls.items()):
            if record.number in numbers and call != but and record.answered_at is None:
                self._ring_off(call)

    def many_left(self) -> None:
        """Take back everything prepared, and cancel what rings where somebody is on the list by now."""
        self._doubted_at = self._clock.steady()
        for call in tuple(self._placing):
            self._cancel(call, LEFT)
        self.said_to_have_left({each.number for each in self._calls.values()})

    def said_to_have_left(self, numbers: Collection[str]) -> None:
        """Look into the store whether they have, if we call there: whoever says so may be mistaken."""
        ours = {each.number for each in self._calls.values() if each.answered_at is None}
        for number in ours.intersection(numbers):
            self._spawn(self._leave_if_listed(number))

    def is_too_late(self, begin: Begin) -> bool:
        """Say whether an attempt was begun before something that it may have missed."""
        # One of the future was begun before the clock was set back, nobody knows how long ago.
        age = self._clock.wall() - begin.begun_at
        return begin.number in self._left or age < 0 or self._clock.steady() - age <= self._doubted_at

    def heard_of(self, call: CallId, *, over: bool) -> None:
        """Hang up once more on a call that may not have been there yet when it was cancelled."""
        if over:
            self._unwanted.discard(call)
        elif call in self._unwanted:
            self._spawn(self._hangup(call))

    def forget(self) -> None:
        """Forget who left long ago, or before many others; the store knows."""
        oldest = self._clock.steady() - KEPT_SECONDS
        while self._left:
            number, at = next(iter(self._left.items()))
            if at >= oldest and len(self._left) <= KEPT_NUMBERS:
                return
            self._doubted_at = max(self._doubted_at, at)
            del self._left[number]

    async def _leave_if_listed(self, number: str) -> None:
        if await self._ledger.is_opted_out(number):
            self.left({number})

    def _ring_off(self, call: CallId) -> None:
        if call not in self._unwanted:
            self._unwanted.add(call)
            self._spawn(self._hangup(call))

    async def _hangup(self, call: CallId) -> None:
        await self._hands.hangup(call)
