"""The Asterisks of one engine: which of them may take a call, and which one has it.

A call is nobody's until its Originate is written; from then on only its own Asterisk's word counts for it.
One that is away holds up no other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from fastagi_server.dialer import recovery, sweep
from fastagi_server.dialer.errors import NoSuchAsteriskError
from fastagi_server.dialer.gate import ALL_DRAINED, NO_LINK
from fastagi_server.dialer.ports import Asterisk, Ledger
from fastagi_server.dialer.recovery import Recovery, Strays
from fastagi_server.dialer.sweep import Sweep
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Kept

# Where the trunks of running campaigns lead is looked at each second, and a look lasts five at most.
DOUBT_SECONDS = 10.0
Steady = Callable[[], float]


class Calls(recovery.Calls, sweep.Calls, Protocol):
    """What the fleet needs of the engine."""


class Member:
    """One of them.

    It is `ready` from when its kept opt-outs are taken over until its link is lost; `drained` it takes no
    new call, and none while nobody knows where its trunks lead. `sent` counts Originates.
    """

    def __init__(self, asterisk: Asterisk, *, sweep: Sweep, recovery: Recovery, steady: Steady) -> None:
        self.name = asterisk.name
        self.switch = asterisk.switch
        self.configured = asterisk.weight
        self.weight = asterisk.weight or 1.0  # where an operator has it take calls all the same
        self.write_off = asterisk.write_off
        self.drained = not asterisk.weight
        self.ready = False
        self.doubted_until = -math.inf
        self.sent = 0
        self.sweep, self.recovery = sweep, recovery
        self.lost_at = steady()
        self._steady = steady
        self._is_stuck = asterisk.is_stuck

    @property
    def is_open(self) -> bool:
        """Whether a call may go there now."""
        doubted = self._steady() < self.doubted_until
        return self.ready and not self.drained and not doubted and not self._is_stuck()


class Fleet:
    """All of one engine; hands for its calls."""

    def __init__(
        self,
        asterisks: Sequence[Asterisk],
        *,
        calls: Calls,
        ledger: Ledger,
        clock: Clock,
        engine: str,
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._strays = Strays([each.name for each in asterisks])
        self._members: dict[str, Member] = {}
        for each in asterisks:
            compared = Recovery(
                calls=calls,
                switch=each.switch,
                ledger=ledger,
                clock=clock,
                name=engine,
                asterisk=each.name,
                strays=self._strays,
            )
            swept = Sweep(calls=calls, switch=each.switch, clock=clock)
            self._members[each.name] = Member(each, sweep=swept, recovery=compared, steady=clock.steady)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __getitem__(self, name: str) -> Member:
        if name not in self._members:
            raise NoSuchAsteriskError(name=name, known=", ".join(self._members))
        return self._members[name]

    @property
    def why_not(self) -> str:
        """Say why no call may go anywhere; empty when one may."""
        ready = self.ready
        if not ready:
            return NO_LINK
        return ALL_DRAINED if all(each.drained for each in ready) else ""

    @property
    def ready(self) -> list[Member]:
        """Those that are there, drained or not."""
        return [each for each in self if each.ready]

    @property
    def working(self) -> list[str]:
        """The names of those that take calls, be one of them slow this moment."""
        return [each.name for each in self.ready if not each.drained]

    @property
    def is_open(self) -> bool:
        """Whether a call may go to one of them this moment: all may be slow to answer."""
        return any(each.is_open for each in self)

    @property
    def drift(self) -> int:
        """In how many calls we and they differed when they were compared last."""
        return sum(each.recovery.drift for each in self)

    def lanes(self) -> Mapping[str, float]:
        """Give those to which a call may go this moment, each with its weight."""
        return {each.name: each.weight for each in self if each.is_open}

    def doubt(self, name: str) -> None:
        """Send no call for a while to one of which nobody knows where a trunk leads there."""
        self[name].doubted_until = self._clock.steady() + DOUBT_SECONDS

    def opens(self, name: str) -> None:
        """One is there, and all is done that comes before its first call."""
        self[name].ready = self._strays.settled = True

    def lost(self, name: str) -> None:
        """The link to one is lost."""
        member = self[name]
        member.ready = False
        member.lost_at = self._clock.steady()
        member.recovery.link_down()

    def pulse(self) -> None:
        """Say that time goes on; called twice a second."""
        for each in self:
            each.sweep.pulse()
            away = not each.ready and self._clock.steady() - each.lost_at > each.write_off
            if away and self.ready:
                each.recovery.write_off()

    async def originate(self, order: PlaceCall, name: str) -> None:
        """Write the Originate to one of them; never a second time, and to no other."""
        member = self[name]
        member.sent += 1
        await member.switch.originate(order)

    async def hangup(self, call: CallId) -> None:
        """End a call where it is."""
        for each in self._where(call):
            await each.switch.hangup(call)

    async def keep_optout(self, kept: Kept) -> None:
        """Have an opt-out kept: where its call is if possible, else with whoever is there."""
        first = self._where(kept.call)
        every = [*first, *(each for each in self if each not in first)]
        for each in every[:-1]:
            try:
                return await each.switch.keep_optout(kept)
            except DiscadorError:
                continue
        return await every[-1].switch.keep_optout(kept)

    async def forget_optout(self, kept: Kept) -> None:
        """Delete a kept opt-out where its call is."""
        for each in self._where(kept.call):
            await each.switch.forget_optout(kept)

    async def sweep_if_due(self) -> None:
        """Take over what those that are there have kept, if they may have kept anything."""
        for each in self.ready:
            await each.sweep.if_due()

    async def sweep(self) -> None:
        """Take over what those that are there have kept."""
        for each in self.ready:
            await each.sweep.now()

    def may_have_kept(self, asterisk: str | None = None) -> None:
        """Note that an opt-out may be kept, with one of them or with whichever."""
        for each in self:
            if asterisk in (None, each.name):
                each.sweep.due = True

    def _where(self, call: CallId) -> list[Member]:
        """Give the one that has a call; where nobody knows, all that are there, or one that says so."""
        record = self._calls.known(call)
        if record is not None and record.asterisk in self._members:
            return [self._members[record.asterisk]]
        return self.ready or [next(iter(self))]
