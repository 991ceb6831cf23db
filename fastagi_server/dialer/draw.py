"""One use of a caller ID of a country's pool: chosen, counted durably, and what the store says learned.

Campaigns, calls by hand and foreign dialplans all come this way, so they share one order and one cap. This
file does not know what is begun with the use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastagi_server.callerid.choice import Choice
from fastagi_server.callerid.pool import Pool
from fastagi_server.dialer.pools import Exhausted, Pools
from fastagi_server.numbering.area import area_of
from fastagi_server.telephony.campaign import Begun, No, NotBegun
from fastagi_server.telephony.clock import Clock

Count = Callable[[Pool, Choice], Awaitable[Begun | NotBegun]]
# What is wrong with the number alone: another one is tried.
_ANOTHER = (No.AT_CAP, No.NOT_OWNED, No.RESTING)


async def draw(
    pools: Pools, country: str, *, lab: bool, clock: Clock, count: Count, callee: str = "", same: str = ""
) -> Choice | Exhausted | No:
    """Give the caller ID that suits best, once its use is durable.

    `callee` is who is called, where that is known, and `same` the number that the contact was shown before.
    Exhausted says that there is none; No that the callee must not be called.
    """
    area = area_of(callee)
    while True:
        pool = await pools.of(country, lab=lab)
        choice = pool.choose(clock.wall(), same=same, area=area)
        if choice is None:
            # Other engines' reserved uses may have come back.
            if pools.again(country, lab=lab):
                continue
            return pools.exhausted(pool)
        pools.drawn(pool)
        no = await counted(pool, choice, count)
        if no is None:
            return choice
        if no not in _ANOTHER:
            return no


async def counted(pool: Pool, choice: Choice, count: Count) -> No | None:
    """Count the use of a number that the pool has counted; give why the store did not."""
    number = choice.number
    try:
        outcome = await count(pool, choice)
    except BaseException:
        # Counted or not, the store knows and tells it with the next use; a store that is away must not use
        # a pool up.
        pool.give_back(number, leased=choice.leased)
        raise
    if isinstance(outcome, Begun):
        if outcome.uses is not None:
            pool.learn(number, outcome.uses)
        return None
    match outcome.no:
        case No.AT_CAP:
            pool.refused(number, outcome.uses, leased=choice.leased)
        case No.NOT_OWNED:
            pool.forget(number)
        case No.RESTING:
            pool.rest(number)
        case _:
            pool.give_back(number, leased=choice.leased)
    return outcome.no
