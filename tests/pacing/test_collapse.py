"""A caller ID that is blocked is found, and none is while the whole country falls or all is well."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from fastagi_server.pacing.collapse import Collapse, _packed, _unpacked

NUMBERS = [f"+1305556{n:04}" for n in range(50)]


def fed(
    country: Collapse,
    calls: int,
    share: float,
    *,
    blocked: str = "",
    seed: int = 1,
    numbers: list[str] = NUMBERS,
) -> list[tuple[int, str]]:
    """Show numbers in turn; give after how many calls of its own which one has collapsed."""
    dice, found = random.Random(seed), []
    for n in range(calls):
        number = numbers[n % len(numbers)]
        says = country.seen(number, answered=dice.random() < (0.02 if number == blocked else share))
        if says is not None:
            found.append((n // len(numbers) + 1, number))
    return found


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("share", "most"), [(0.4, 130), (0.15, 420)])
def test_one_that_is_blocked_is_found_and_no_other(seed: int, share: float, most: int) -> None:
    country = Collapse(0.25)
    assert fed(country, 20_000, share, seed=seed) == []

    found = fed(country, 50 * most, share, blocked=NUMBERS[7], seed=seed + 100)

    assert found
    assert {number for _, number in found} == {NUMBERS[7]}
    assert found[0][0] <= most


def test_it_says_how_the_others_did_meanwhile() -> None:
    country, told = Collapse(0.25), []
    for n in range(40_000):
        number = NUMBERS[n % 50]
        bad = n > 10_000 and number == NUMBERS[3]
        says = country.seen(number, answered=not bad and n % 5 < 2)
        told += [says] if says else []

    assert told
    assert told[0]["count"] == 0
    assert 40 <= float(told[0]["of"]) <= 60
    assert 0.35 < float(told[0]["usual"]) < 0.45


@pytest.mark.parametrize("numbers", [NUMBERS, NUMBERS[:5], NUMBERS[:2], NUMBERS[:1]])
def test_a_country_that_falls_whole_sets_nobody_aside(numbers: list[str]) -> None:
    country = Collapse(0.25)
    fed(country, 10_000, 0.4, numbers=numbers)

    assert fed(country, 20_000, 0.0, numbers=numbers) == []
    assert fed(country, 10_000, 0.4, numbers=numbers, seed=2) == []


def test_a_quiet_half_million_sets_nobody_aside() -> None:
    assert fed(Collapse(0.25), 250_000, 0.15) == []
    assert fed(Collapse(0.25), 250_000, 0.4, numbers=[f"+1305{n:07}" for n in range(20_000)]) == []


def test_a_part_of_nothing_is_never() -> None:
    assert fed(Collapse(0.0), 20_000, 0.4, blocked=NUMBERS[0]) == []


def test_a_few_numbers_are_kept_of_each_and_none_of_whom_nothing_speaks_against() -> None:
    country = Collapse(0.25)
    fed(country, 1_000, 0.4)
    tracemalloc.start()
    fed(country, 20_000, 0.4, numbers=[f"+1305{n:07}" for n in range(20_000)])
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(country) < 16_000
    assert used < 20_000 * 250


def test_what_is_packed_is_what_is_unpacked() -> None:
    packed = _packed(17.25, 65_000, 1_234, (10**11, 10**10))

    assert _unpacked(packed, (0, 0)) == (17.25, 65_000, 1_234, (10**11, 10**10))
    assert _unpacked(None, (5, 2)) == (0.0, 0, 0, (5, 2))


def test_where_everybody_answers_the_first_who_does_not_is_no_proof() -> None:
    collapse = Collapse(0.5)
    for _ in range(1_000):
        collapse.seen("+13055560000", answered=True)

    assert collapse.seen("+13055560000", answered=False) is None
