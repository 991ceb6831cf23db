"""One at a time: whoever puts a dialplan in force takes a turn in that Asterisk's AstDB first.

Two that meet, meet at the Asterisk, whichever machine, folder or hook they come from. Whoever puts his ticket
down and then reads nobody else's has the turn: of two at once, one at least reads the other's. A ticket that
nobody renews is a dead one's. This file does not know what the turn is for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall, deferLater

from fastagi_server.ami import actions, events
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.running import Ask
from fastagi_server.asterisk.whole import whole
from fastagi_server.dialplan.variables import TURN_FAMILY
from fastagi_server.telephony.errors import DiscadorError

T = TypeVar("T")
RENEW_SECONDS = 1.0
DEAD_SECONDS = 6.0
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.2


class AnotherIsAtItError(DiscadorError):
    """Somebody else ({who}) is putting a dialplan in force at this Asterisk and was not done after {seconds:g} s. Nothing was changed: apply again later."""  # noqa: E501 - one sentence

    def __init__(self, *, who: str, seconds: float) -> None:
        super().__init__(who=who, seconds=seconds)


class TurnLostError(DiscadorError):
    """This machine stood still, so another apply at this Asterisk did not wait for it: either dialplan may run now, apply again."""  # noqa: E501 - one sentence

    def __init__(self) -> None:
        super().__init__()


class Turn:
    """The turns at one Asterisk; `who` is this process and no other one."""

    def __init__(self, *, ask: Ask, who: str, alarm: IReactorTime) -> None:
        self._ask = ask
        self._who = who
        self._alarm = alarm
        self._renewed = 0
        # What was read of each other one's ticket last, and when that was new.
        self._seen: dict[str, tuple[str, float]] = {}

    async def with_it(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work while nobody else does his; raise when somebody else took the turn all the same."""
        renewing = LoopingCall(lambda: ensureDeferred(self._renew()))
        renewing.clock = self._alarm
        ended: Deferred[Any] | None = None
        try:
            await self._wait()
            ended = renewing.start(RENEW_SECONDS, now=False)
            done = await work()
            if self._who not in await self._tickets():
                raise TurnLostError
            return done
        finally:
            if ended is not None:
                renewing.stop()
                # A renewal that is on its way must not come after the removal.
                await ended
            with suppress(DiscadorError):
                await self._remove(self._who)

    async def _wait(self) -> None:
        since = self._alarm.seconds()
        while True:
            await self._put()
            others = sorted(await self._others())
            if not others:
                return
            if self._alarm.seconds() - since > WAIT_SECONDS:
                raise AnotherIsAtItError(who=others[0], seconds=WAIT_SECONDS)
            if others[0] < self._who:
                # One of those who wait keeps his ticket, or all would step back for each other for ever.
                await self._remove(self._who)
            await deferLater(self._alarm, LOOK_SECONDS)

    async def _others(self) -> list[str]:
        """Give whose tickets are there and renewed; a dead one's is removed."""
        now, living = self._alarm.seconds(), []
        for who, ticket in (await self._tickets()).items():
            if who == self._who:
                continue
            before, at = self._seen.get(who, ("", now))
            if before != ticket:
                at = now
            self._seen[who] = (ticket, at)
            if now - at > DEAD_SECONDS:
                await self._remove(who)
            else:
                living.append(who)
        return living

    async def _tickets(self) -> dict[str, str]:
        answered = await self._ask(actions.DBGetTree(family=TURN_FAMILY))
        # Asterisk 16 counts no family truly.
        told = whole(answered, counted=False)
        entries = [each for each in told if isinstance(each, events.DBGetTreeResponse)]
        return {entry.key.rpartition("/")[2]: entry.val for entry in entries}

    async def _put(self) -> None:
        self._renewed += 1
        await self._ask(actions.DBPut(family=TURN_FAMILY, key=self._who, val=str(self._renewed)))

    async def _renew(self) -> None:
        """Say that we live; when Asterisk does not take it, its reader finds out."""
        with suppress(DiscadorError):
            # One that somebody removed for dead stays removed, or its owner would not learn of it.
            if self._who in await self._tickets():
                await self._put()

    async def _remove(self, who: str) -> None:
        with suppress(RefusedError):  # one that is gone already
            await self._ask(actions.DBDel(family=TURN_FAMILY, key=who))
