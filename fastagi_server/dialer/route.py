"""The trunks of one campaign: which of them has the next call.

It is chosen at the slot, by weight, among those that can have a call at that instant, so that one that is
stopped or full costs no slot. A call that has left over one is never sent again over another: what failed is
tried again by its contact's rule. Of one trunk alone everything is as its limits say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fastagi_server.dialer.pacer import IDLE_SECONDS, Pacer
from fastagi_server.pacing import scopes
from fastagi_server.pacing.lanes import ROUNDING, Shares
from fastagi_server.pacing.why import Standing, Why
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import PlaceCall


class Counts(Protocol):
    """What a route needs to know of the calls that are up."""

    def up_over(self, trunk: str) -> int:
        """Count the calls over a trunk that have left and not ended."""
        ...


@dataclass(frozen=True, kw_only=True)
class Way:
    """One trunk of a route; `weight` 0 is a spare, `channels` 0 is no limit."""

    trunk: str
    weight: float = 1.0
    channels: int = 0


@dataclass(frozen=True, kw_only=True)
class WayStanding:
    """How a trunk of a route stands: `sent` calls of this campaign, `up` of anybody.

    `why` is the stop that holds it, `refused` why it must not be used, `full` that its channels are up.
    """

    way: Way
    up: int
    sent: int
    why: Why | None
    refused: DiscadorError | None
    full: bool


def _as_it_is(order: PlaceCall, _: str) -> PlaceCall:
    return order


class Route:
    """The trunks that a campaign names by one word; `refused` says of those that must not be used why.

    `over` writes an order anew for the trunk that it leaves over.
    """

    def __init__(
        self,
        *,
        name: str,
        campaign: str,
        ways: Sequence[Way],
        pacer: Pacer,
        calls: Counts,
        refused: Callable[[], Mapping[str, DiscadorError]] = dict,
        over: Callable[[PlaceCall, str], PlaceCall] = _as_it_is,
    ) -> None:
        self.name = name
        self.campaign = campaign
        # Those with a weight go first, and the heaviest first.
        self.ways = sorted(ways, key=lambda way: -way.weight)
        self.is_single = len(self.ways) == 1
        self._pacer = pacer
        self._calls = calls
        self._refused = refused
        self.over = over
        self._sent: dict[str, int] = {}
        self._shares, self._spares = Shares(), Shares()
        self._whole: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def is_there(self) -> bool:
        """Say whether one of the trunks that may have calls has a channel free."""
        return any(not self._is_full(way) for way in self._able())

    def earliest(self, within: tuple[str, ...], now: float) -> float:
        """Give the first instant, not before now, at which a call in all these scopes may leave over one."""
        return min((self._pacer.earliest(each, now) for each in self._open(within)), default=math.inf)

    def held_until(self, within: tuple[str, ...], slot: float) -> float:
        """Give the first instant that what was really written allows, over one that has a slot by then."""
        return min(
            (self._pacer.held_until(each, slot) for each in self._with_slot(within, slot)), default=0.0
        )

    def choose(self, within: tuple[str, ...], slot: float, now: float) -> str | None:
        """Give the trunk of the call that is written now for its slot; None where none may have it."""
        if self.is_single:
            return self.ways[0].trunk
        free: dict[str, float] = {}
        for way in self._taking():
            every = self._all(way.trunk, within)
            if self._has_slot(every, slot) and self._pacer.held_until(every, slot) <= now:
                free[way.trunk] = way.weight
        weighted = {trunk: weight for trunk, weight in free.items() if weight}
        if weighted:
            return self._shares.next(weighted)
        return self._spares.next(dict.fromkeys(free, 1.0)) if free else None

    def took(self, within: tuple[str, ...], trunk: str, asterisk: str, slot: float, now: float) -> None:
        """Take note of a call that was written now for its slot."""
        every = (*self._all(trunk, within), scopes.asterisk(asterisk))
        self._pacer.took(every, slot, now, grid="" if self.is_single else scopes.trunk(trunk))
        self._sent[trunk] = self._sent.get(trunk, 0) + 1

    def interval(self, within: tuple[str, ...]) -> float:
        """Give the seconds from call to call in these scopes, or to the next look where nothing leaves."""
        every = [self._pacer.interval(each) for each in self._open(within)]
        if len(every) <= 1:
            return every[0] if every else IDLE_SECONDS
        return max(1 / sum(1 / each for each in every), self._pacer.interval(within))

    def slots_in(self, within: tuple[str, ...], seconds: float) -> int:
        """Count the slots of that many seconds, at least two; none where nothing leaves."""
        slots = sum(self._pacer.slots_in(each, seconds) for each in self._open(within))
        return slots if self.is_single else min(slots, self._pacer.slots_in(within, seconds))

    def waits(self, within: tuple[str, ...]) -> None:
        """Take note that somebody waits for these scopes, and for the trunks."""
        for each in self._open(within):
            self._pacer.limits.parts.waits(each)

    def ends_with(self, scope: str) -> bool:
        """Say whether a scope that is stopped is a trunk of ours, and none is left that is not."""
        ours = scope in (scopes.trunk(way.trunk) for way in self.ways)
        return ours and all(self._standing(way) is Standing.STOPPED for way in self.ways)

    def braked(self) -> dict[str, Why]:
        """Say why each scope is stopped or probes that the campaign's calls may be in."""
        found: dict[str, Why] = {}
        for way in self.ways:
            found |= self._pacer.braked(way.trunk, self.campaign)
        return found

    def standings(self) -> list[WayStanding]:
        """Say how each trunk stands."""
        refused = self._refused()
        return [
            WayStanding(
                way=way,
                up=self._calls.up_over(way.trunk),
                sent=self._sent.get(way.trunk, 0),
                why=self._pacer.why(scopes.trunk(way.trunk)),
                refused=refused.get(way.trunk),
                full=self._is_full(way),
            )
            for way in self.ways
        ]

    def _taking(self) -> list[Way]:
        """Give the trunks that may have calls now: no spare while another one has them as usual."""
        able = self._able()
        if self.is_single:
            return able
        # Where all are full the slots go on, as those of one trunk do: who waits is prepared meanwhile.
        found = [way for way in able if not self._is_full(way)] or able
        usual = [way for way in found if way.weight]
        # One that only probes has few calls; a spare has the others.
        return usual if any(self._standing(way) is Standing.FREE for way in usual) else found

    def _able(self) -> list[Way]:
        """Give the trunks that are neither refused nor stopped; of one alone its limits say all that."""
        if self.is_single:
            return self.ways
        refused = self._refused()
        return [
            way
            for way in self.ways
            if way.trunk not in refused and self._standing(way) is not Standing.STOPPED
        ]

    def _standing(self, way: Way) -> Standing:
        why = self._pacer.why(scopes.trunk(way.trunk))
        return why.standing if why else Standing.FREE

    def _is_full(self, way: Way) -> bool:
        return bool(way.channels) and self._calls.up_over(way.trunk) >= way.channels

    def _open(self, within: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [self._all(way.trunk, within) for way in self._taking()]

    def _with_slot(self, within: tuple[str, ...], slot: float) -> list[tuple[str, ...]]:
        every = self._open(within)
        return every if self.is_single else [each for each in every if self._has_slot(each, slot)]

    def _has_slot(self, every: tuple[str, ...], slot: float) -> bool:
        return self._pacer.earliest(every, slot) <= slot + ROUNDING

    def _all(self, trunk: str, within: tuple[str, ...]) -> tuple[str, ...]:
        """Give these scopes and the trunk's."""
        key = (trunk, within)
        if key not in self._whole:
            self._whole[key] = (*within, scopes.trunk(trunk))
        return self._whole[key]
