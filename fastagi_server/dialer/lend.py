"""A caller ID for a call that somebody else's dialplan makes: from the campaigns' pool, under the same cap.

The use is durable before the number is given: one that is then not shown is burned, never the other way
round. This file does not know who asks, nor what the call becomes.
"""

from __future__ import annotations

from fastagi_server.callerid.pool import Choice
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.dialer.ports import Lends
from fastagi_server.telephony.campaign import Begun, No
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.did import Loan
from fastagi_server.telephony.errors import DiscadorError


class Lender:
    """Lends the caller IDs of one engine's pools."""

    def __init__(self, *, pools: Pools, ledger: Lends, clock: Clock) -> None:
        self._pools = pools
        self._ledger = ledger
        self._clock = clock

    async def lend(self, country: str, *, lab: bool, callee: str | None) -> Choice | Exhausted | No:
        """Give the country's least used caller ID that is under its cap, its use counted durably.

        Exhausted says that there is none; No that the callee must not be called.
        """
        while True:
            pool = await self._pools.of(country, lab=lab)
            now = self._clock.wall()
            choice = pool.choose(now)
            if choice is None:
                return self._pools.exhausted(pool)
            try:
                outcome = await self._ledger.lend(
                    Loan(
                        number=choice.number,
                        country=country,
                        period=pool.period,
                        cap=pool.cap,
                        at=now,
                        lab=lab,
                        callee=callee,
                    )
                )
            except DiscadorError:
                # Counted or not, the store knows and tells it with the next use; a store that is away must
                # not use a pool up.
                pool.give_back(choice.number)
                raise
            if isinstance(outcome, Begun):
                pool.learn(choice.number, outcome.uses)
                return choice
            if outcome.no is No.AT_CAP:
                pool.learn(choice.number, outcome.uses)
            elif outcome.no is No.NOT_OWNED:
                pool.forget(choice.number)
            else:
                pool.give_back(choice.number)
                return outcome.no
