"""The opt-outs that Asterisk keeps for us: taken over durably, and only then deleted there."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from fastagi_server.dialer.ports import Switch
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.record import Kept, OptOut

ASTDB = "astdb"
# A gap between two pulses that means that we stood still (stopped, swapped out): news may be waiting unread.
STALL_SECONDS = 2.0


class Calls(Protocol):
    """What a sweep needs of the engine."""

    def number_of(self, call: CallId) -> Awaitable[str | None]:
        """Give the number that a call of ours has called, over or not."""
        ...

    def leave_alone(self, entry: OptOut) -> Awaitable[None]:
        """Put an entry on the list durably."""
        ...

    def take(self, fact: facts.Fact) -> None:
        """Take a fact."""
        ...


class Sweep:
    """Sweeps one Asterisk's AstDB; it is `due` when something may have been kept since the last time."""

    def __init__(self, *, calls: Calls, switch: Switch, clock: Clock) -> None:
        self._calls = calls
        self._switch = switch
        self._clock = clock
        self._pulse_at = clock.steady()
        self.due = False

    def pulse(self) -> None:
        """Say that time goes on; called twice a second, so that standing still is noticed."""
        self._pulse_at = self._clock.steady()

    async def if_due(self) -> None:
        """Take over what Asterisk kept, if it may have kept anything since the last time."""
        if self.due or self._clock.steady() - self._pulse_at > STALL_SECONDS:
            await self.now()

    async def now(self) -> None:
        """Take over what Asterisk kept; what fails stays due."""
        self.due = False
        try:
            for kept in await self._switch.kept_optouts():
                await self._take_over(kept)
        except BaseException:
            self.due = True
            raise

    async def _take_over(self, kept: Kept) -> None:
        number = await self._calls.number_of(kept.call)
        if number is None:
            # Not a call of this store: somebody else's evidence is left where it is.
            return
        entry = OptOut(number=number, at=kept.at, source=ASTDB, call=kept.call, digit=kept.digit)
        await self._calls.leave_alone(entry)
        self._calls.take(facts.OptedOut(call=kept.call, at=kept.at, digit=kept.digit, source=ASTDB))
        await self._switch.forget_optout(kept)
