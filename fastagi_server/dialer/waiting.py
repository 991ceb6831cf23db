"""Who waits in one campaign: contacts at hand, and attempts that are prepared and wait for a slot.

Both are kept by country, so that one that must wait (its limit, its brake) holds no other one up.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator

from fastagi_server.dialer.prepare import Prepared
from fastagi_server.telephony.campaign import Contact


class Hand:
    """Contacts that were fetched and are not yet in preparation, the first fetched first."""

    def __init__(self) -> None:
        self._countries: dict[str, deque[tuple[int, Contact]]] = {}
        self._count = itertools.count()

    def __len__(self) -> int:
        return sum(map(len, self._countries.values()))

    def countries(self) -> tuple[str, ...]:
        """Give the countries of the contacts."""
        return tuple(self._countries)

    def add(self, contacts: Iterable[Contact]) -> None:
        """Take contacts in, in their order."""
        for each in contacts:
            self._countries.setdefault(each.country, deque()).append((next(self._count), each))

    def has(self, may: Callable[[str], bool]) -> bool:
        """Say whether there is a contact of a country that may."""
        return any(may(country) for country in self._countries)

    def take(self, may: Callable[[str], bool]) -> Contact | None:
        """Take the first contact whose country may, None where there is none."""
        in_turn = sorted(self._countries, key=lambda each: self._countries[each][0][0])
        country = next(filter(may, in_turn), None)
        if country is None:
            return None
        contacts = self._countries[country]
        _, contact = contacts.popleft()
        if not contacts:
            del self._countries[country]
        return contact

    def drop(self, countries: Collection[str]) -> list[Contact]:
        """Take out and give every contact of these countries."""
        gone = [self._countries.pop(each) for each in countries if each in self._countries]
        return [contact for contacts in gone for _, contact in contacts]


class Line:
    """Attempts that are prepared; each country's leave in the order in which they came."""

    def __init__(self) -> None:
        self._countries: dict[str, deque[Prepared]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._countries.values()))

    def __iter__(self) -> Iterator[Prepared]:
        return itertools.chain.from_iterable(self._countries.values())

    def __contains__(self, prepared: Prepared) -> bool:
        return prepared in self._countries.get(prepared.begin.country, ())

    def of(self) -> Counter[str]:
        """Count them by country."""
        return Counter({country: len(waiting) for country, waiting in self._countries.items()})

    def add(self, prepared: Prepared) -> None:
        """Let one wait behind the others of its country."""
        self._countries.setdefault(prepared.begin.country, deque()).append(prepared)

    def remove(self, prepared: Prepared) -> None:
        """Take one out."""
        country = prepared.begin.country
        self._countries[country].remove(prepared)
        if not self._countries[country]:
            del self._countries[country]

    def soonest(
        self, when: Callable[[str], float], at_best: float = -math.inf
    ) -> tuple[Prepared | None, float]:
        """Give who may leave first and when, as `when` says of each country; nobody where none ever may.

        No country can be sooner than `at_best`, so one that is as soon as that is not compared with others.
        """
        found, soonest = None, math.inf
        # Of those who may leave at the same instant, whoever was begun first.
        for first in sorted((each[0] for each in self._countries.values()), key=lambda each: each.begin.call):
            at = when(first.begin.country)
            if at < soonest:
                found, soonest = first, at
            if soonest <= at_best:
                break
        return found, soonest
