"""One use of a caller ID of a country's pool: chosen, counted durably, and what the store says learned.

Campaigns, calls by hand and foreign dialplans all come this way, so they share one order and one cap. This
file does not know what is begun with the use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastagi_server.callerid.pool import Choice, Pool
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.telephony.campaign import Begun, No, NotBegun
from fastagi_server.telephony.clock import Clock

Count = Callable[[Pool, str], Awaitable[Begun | NotBegun]]


async def draw(
    pools: Pools, country: str, *, lab: bool, clock: Clock, count: Count
) -> Choice | Exhausted | No:
    """Give the country's least used caller ID that is under its cap, once its use is durable.

    Exhausted says that there is none; No that the callee must not be called.
    """
    while True:
        pool = await pools.of(country, lab=lab)
        choice = pool.choose(clock.wall())
        if choice is None:
            return pools.exhausted(pool)
        no = await counted(pool, choice.number, count)
        if no is None:
            return choice
        if no not in (No.AT_CAP, No.NOT_OWNED):
            return no


async def counted(pool: Pool, number: str, count: Count) -> No | None:
    """Count the use of a number that the pool has counted; give why the store did not."""
    try:
        outcome = await count(pool, number)
    except BaseException:
        # Counted or not, the store knows and tells it with the next use; a store that is away must not use
        # a pool up.
        pool.give_back(number)
        raise
    if isinstance(outcome, Begun):
        if outcome.uses is not None:
            pool.learn(number, outcome.uses)
        return None
    if outcome.no is No.AT_CAP:
        pool.learn(number, outcome.uses)
    elif outcome.no is No.NOT_OWNED:
        pool.forget(number)
    else:
        pool.give_back(number)
    return outcome.no
