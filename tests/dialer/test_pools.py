from __future__ import annotations

from collections.abc import Sequence

import pytest

from fastagi_server.dialer.pools import Pools
from fastagi_server.dialer.ports import CountryUses
from fastagi_server.telephony.did import Use
from tests.dialer.stage import COUNTRIES, Time, run


class Uses:
    def __init__(self, numbers: Sequence[str] = ("+13055560001", "+13055560002")) -> None:
        self.numbers = numbers
        self.cap: int | None = None
        self.serial = ""
        self.asked: list[tuple[str, str]] = []
        self.labs: list[bool] = []

    async def uses(self, country: str, day: str, *, lab: bool) -> CountryUses:
        self.asked.append((country, day))
        self.labs.append(lab)
        period = day + self.serial
        found = [Use(number=n, country=country, period=period, uses=0, last_at=None) for n in self.numbers]
        return CountryUses(period=period, cap=self.cap, uses=found)


@pytest.fixture
def uses() -> Uses:
    return Uses()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pools(uses: Uses, time: Time) -> Pools:
    return Pools(countries=COUNTRIES, uses=uses, clock=time)


def test_a_pool_is_loaded_once_for_its_day(pools: Pools, uses: Uses) -> None:
    assert run(pools.of("usa", lab=True)) is run(pools.of("usa", lab=True))
    assert uses.asked == [("usa", "2026-11-23")]


def test_the_cap_is_the_country_files_unless_an_operator_set_one(pools: Pools, uses: Uses) -> None:
    assert run(pools.of("usa", lab=True)).cap == 100
    uses.cap = 0
    pools.forget()

    assert run(pools.of("usa", lab=True)).cap == 0


def test_a_new_day_of_the_zone_is_a_new_period(pools: Pools, uses: Uses, time: Time) -> None:
    first = run(pools.of("usa", lab=True))
    time.pass_by(24 * 3600)

    assert run(pools.of("usa", lab=True)) is not first
    assert [day for _, day in uses.asked] == ["2026-11-23", "2026-11-24"]


def test_forgotten_it_is_loaded_anew_with_its_new_period(pools: Pools, uses: Uses) -> None:
    run(pools.of("usa", lab=True))
    uses.serial = "#2"
    pools.forget()

    assert run(pools.of("usa", lab=True)).period == "2026-11-23#2"


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ((), "no caller ID of ours may be shown there"),
        (("+1", "+2"), "all 2 caller IDs are at their cap of 100 until midnight of America/New_York"),
    ],
)
def test_an_exhausted_country_says_why_and_until_when(numbers: Sequence[str], why: str, time: Time) -> None:
    pools = Pools(countries=COUNTRIES, uses=Uses(numbers), clock=time)

    told = pools.exhausted(run(pools.of("usa", lab=True)))

    assert told.why == why
    assert 0 < told.until - time.wall() <= 25 * 3600


def test_a_labs_numbers_and_ours_are_never_in_one_pool(pools: Pools, uses: Uses) -> None:
    assert run(pools.of("usa", lab=True)) is not run(pools.of("usa", lab=False))
    assert uses.labs == [True, False]
