"""Lists for the lab: caller IDs and callees of six countries, the same ones for the same seed.

Numbers are generated nowhere else, and these reach nobody: they are marked `lab`, and lab numbers do not
leave the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

COUNTRIES = ("usa", "canada", "mexico", "brasil", "colombia", "argentina")

# Where each country's caller IDs begin, and how many of every hundred are its.
_DIDS = {
    "usa": (13053200000, 25),
    "canada": (16473200000, 20),
    "mexico": (525511000000, 20),
    "brasil": (551133000000, 15),
    "colombia": (576017000000, 10),
    "argentina": (541140000000, 10),
}
_CALLEES = {
    "usa": "+1212{block}{rest:02}",
    "canada": "+1416{block}{rest:02}",
    "mexico": "+52555{serial:05}",
    "brasil": "+551198{serial:05}",
    "colombia": "+57310{serial:05}",
    "argentina": "+549112{serial:05}",
}
_FIRST_BLOCK = 320  # beyond 311, which is no exchange

# Endings (docs/lab.md says who they are) and how many of a hundred callees have them: in the mean a call
# has some five seconds of media.
MIX = {
    "50": 9,
    "10": 2,
    "11": 1,
    "12": 1,
    "09": 4,
    "19": 2,
    "05": 1,
    "20": 7,
    "21": 5,
    "22": 4,
    "30": 9,
    "33": 3,
    "34": 4,
    "40": 18,
    "42": 6,
    "43": 5,
    "45": 6,
    "46": 13,
}


def caller_ids(count: int) -> Iterator[tuple[str, str]]:
    """Give numbers of ours and the country each is shown in."""
    for country, (first, share) in _DIDS.items():
        for number in range(first, first + count * share // 100):
            yield f"+{number}", country


class Dice(Protocol):
    """The chance that is handed in; random.Random is one."""

    def choices(self, population: Sequence[str], *, weights: Sequence[int], k: int) -> list[str]:
        """Give k of the population, each as often as its weight says."""
        ...


def callees(count: int, dice: Dice, *, countries: Sequence[str] = COUNTRIES) -> Iterator[str]:
    """Give so many numbers, spread evenly over the countries, their behaviours by the mix."""
    endings = dice.choices(list(MIX), weights=list(MIX.values()), k=count)
    yield from _spread(endings, countries)


def numbers(
    count: int, endings: Sequence[str], dice: Dice, *, countries: Sequence[str] = COUNTRIES
) -> Iterator[str]:
    """Give so many numbers, spread evenly over the countries, each with one of the endings by chance."""
    yield from _spread(dice.choices(endings, weights=[1] * len(endings), k=count), countries)


def _spread(endings: Sequence[str], countries: Sequence[str]) -> Iterator[str]:
    for position, ending in enumerate(endings):
        serial, country = divmod(position, len(countries))
        yield _number(countries[country], serial) + ending


def _number(country: str, serial: int) -> str:
    block, rest = divmod(serial, 100)
    return _CALLEES[country].format(block=_FIRST_BLOCK + block, rest=rest, serial=serial)
