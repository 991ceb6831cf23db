"""A call that somebody orders by itself: under every limit that a campaign's calls are under.

Where a campaign waits (calls up, a caller ID's cap, a number in a call), a person is told why and nothing is
dialed; only for its place among the calls of a second does it wait. This file does not know who asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from fastagi_server.dialer.errors import AllCallsUpError, AllChannelsUpError
from fastagi_server.dialer.gate import DAY_OVER, NotDialedError
from fastagi_server.dialer.show import Shown, Shows, Wish
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Begin


class Sends(Protocol):
    """What a call by hand needs of the engine."""

    @property
    def up(self) -> int:
        """How many calls have left and not ended."""
        ...

    def up_over(self, trunk: str) -> int:
        """Count the calls over a trunk that have left and not ended."""
        ...

    def may_dial(self, number: str) -> Awaitable[None]:
        """Raise NotDialedError when a number must not be called."""
        ...

    def admit(self, begin: Begin) -> None:
        """Know a call that is begun durably."""
        ...

    def last_look(self, number: str) -> Awaitable[str | None]:
        """Say why a number must not be called after all."""
        ...

    def write(self, order: PlaceCall, asterisk: str) -> Awaitable[None]:
        """Write the Originate of an admitted call to an Asterisk now."""
        ...

    def cancel(self, call: CallId, why: str) -> None:
        """Take back a call that has not left."""
        ...


class Limits(Protocol):
    """What holds for every call, whoever orders it."""

    def leads_here(self, trunk: str) -> Awaitable[bool]:
        """Say whether a lab's numbers may be shown over the trunk; raise where the gate says No."""
        ...

    def trunk(self, route: str) -> Awaitable[str]:
        """Give the trunk of a route that can take a call now, or else one that says why it cannot."""
        ...

    def room(self, wish: Wish) -> Awaitable[None]:
        """Wait until one more such call is within its limits; raise where an operator has stopped them."""
        ...

    def take(self, wish: Wish) -> str:
        """Take a place for a call that is written in this very turn; give its Asterisk, "" for none now."""
        ...


class ByHand:
    """Places the calls by hand of one engine.

    `concurrency` is how many calls may be up, 0 for no limit, and `channels` how many over each trunk.
    """

    def __init__(
        self,
        *,
        engine: Sends,
        shows: Shows,
        limits: Limits,
        concurrency: int,
        channels: Mapping[str, int],
        told: Callable[[Shown], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._shows = shows
        self._limits = limits
        self._concurrency = concurrency
        self._channels = channels
        self._told = told

    async def trunk(self, route: str) -> str:
        """Give the trunk that a call over a route is to be wished over."""
        return await self._limits.trunk(route)

    async def place(self, wish: Wish, placed: Callable[[PlaceCall], None]) -> None:
        """Begin the call durably, tell that it is, look once more, and order it.

        Raises a DiscadorError when it must not be called; then nothing has left.
        """
        await self._engine.may_dial(wish.number)
        self._check_room(wish.number, wish.trunk)
        lab = await self._limits.leads_here(wish.trunk)
        await self._limits.room(wish)
        shown = await self._shows.begin(wish, lab=lab)
        self._engine.admit(shown.begin)
        placed(shown.order)
        self._told(shown)
        asterisk = await self._place_at_last(shown, wish)
        await self._engine.write(shown.order, asterisk)

    async def _place_at_last(self, shown: Shown, wish: Wish) -> str:
        """Look once more just before the Originate, and give where its place is.

        The world may have changed during the commit, and again while a place was waited for.
        """
        order = shown.order
        try:
            while True:
                await self._limits.room(wish)
                why = await self._engine.last_look(order.number)
                if why is None and not self._shows.holds(shown):
                    why = DAY_OVER
                if why is not None:
                    raise NotDialedError(number=order.number, reason=why)
                self._check_room(order.number, order.trunk)
                if asterisk := self._limits.take(wish):
                    return asterisk
        except DiscadorError as no:
            says = no.details.get("reason") or no.sentence()
            self._engine.cancel(order.call, str(says))
            raise

    def _check_room(self, number: str, trunk: str) -> None:
        up = self._engine.up
        if self._concurrency and up >= self._concurrency:
            raise AllCallsUpError(number=number, up=up, limit=self._concurrency)
        most = self._channels.get(trunk, 0)
        if most and (over := self._engine.up_over(trunk)) >= most:
            raise AllChannelsUpError(number=number, up=over, trunk=trunk, limit=most)
