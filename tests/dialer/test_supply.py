from __future__ import annotations

from fastagi_server.dialer.pools import Exhausted
from fastagi_server.dialer.supply import ASIDE_SECONDS, BATCH, Supply
from tests.dialer.stage import NOON, Stage, contact, run


def made(stage: Stage) -> Supply:
    return Supply(campaign="c", ledger=stage.store, clock=stage.time)


def fetched(supply: Supply) -> bool:
    found: list[bool] = []

    async def fetch() -> None:
        found.append(await supply.fetch())

    run(fetch())
    return found[0]


def anybody(_: str) -> bool:
    return True


def test_nobody_is_fetched_twice_while_in_work() -> None:
    supply = made(Stage([contact(n) for n in range(BATCH + 10)]))

    assert fetched(supply)
    taken = [supply.take(anybody) for _ in range(BATCH)]
    assert not supply.has(anybody)

    assert fetched(supply)
    assert len(supply) == 10
    assert len({each.id for each in taken if each}) == BATCH


def test_one_that_is_done_with_may_be_fetched_again() -> None:
    supply = made(Stage([contact(1)]))
    fetched(supply)
    one = supply.take(anybody)
    assert one is not None

    assert not fetched(supply)
    supply.done_with(one)

    assert fetched(supply)


def test_one_that_is_set_aside_is_left_alone_for_a_moment() -> None:
    stage = Stage([contact(1)])
    supply = made(stage)
    fetched(supply)
    one = supply.take(anybody)
    assert one is not None
    supply.done_with(one)
    supply.set_aside(one)

    assert not fetched(supply)
    stage.time.pass_by(ASIDE_SECONDS + 0.1)

    assert fetched(supply)


def test_a_country_that_pauses_is_fetched_again_once_its_pause_is_over() -> None:
    stage = Stage([contact(1), contact(2, "mexico")])
    supply = made(stage)
    fetched(supply)

    supply.pause(Exhausted(country="usa", why="all are at their cap", until=NOON + 60.0))

    assert len(supply) == 1
    supply.take(anybody)
    assert not fetched(supply)
    stage.time.pass_by(61.0)
    assert fetched(supply)
    assert supply.paused == {}
