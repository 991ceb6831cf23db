"""A caller ID for a call that somebody else's dialplan makes: from the campaigns' pool, under the same cap.

The use is durable before the number is given: one that is then not shown is burned, never the other way
round. This file does not know who asks, nor what the call becomes.
"""

from __future__ import annotations

from collections.abc import Awaitable

from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.draw import draw
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.dialer.ports import Lends
from fastagi_server.telephony.campaign import Begun, No, NotBegun
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.did import Loan


class Lender:
    """Lends the caller IDs of one engine's pools."""

    def __init__(self, *, pools: Pools, ledger: Lends, clock: Clock, engine: str = "") -> None:
        self._engine = engine
        self._pools = pools
        self._ledger = ledger
        self._clock = clock

    async def lend(self, country: str, *, lab: bool, callee: str | None) -> Choice | Exhausted | No:
        """Give the country's caller ID that suits best, its use counted durably.

        Exhausted says that there is none; No that the callee must not be called.
        """

        def count(pool: Pool, choice: Choice) -> Awaitable[Begun | NotBegun]:
            return self._ledger.lend(
                Loan(
                    number=choice.number,
                    country=country,
                    period=pool.period,
                    cap=pool.cap,
                    at=self._clock.wall(),
                    lab=lab,
                    callee=callee,
                    engine=self._engine,
                    leased=choice.leased,
                )
            )

        return await draw(self._pools, country, lab=lab, clock=self._clock, count=count, callee=callee or "")
