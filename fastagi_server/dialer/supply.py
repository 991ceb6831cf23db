"""Contacts of one campaign that are due, fetched a batch at a time; none is fetched while it is in work.

This file does not know what becomes of them.
"""

from __future__ import annotations

from collections.abc import Callable

from fastagi_server.dialer.pools import Exhausted
from fastagi_server.dialer.ports import CampaignLedger
from fastagi_server.dialer.waiting import Hand
from fastagi_server.telephony.campaign import Contact
from fastagi_server.telephony.clock import Clock

BATCH = 200
ASIDE_SECONDS = 5.0
LONGEST_PAUSE = 26 * 3600.0


class Supply:
    """The contacts at hand; `paused` says of each country that pauses why and until when."""

    def __init__(self, *, campaign: str, ledger: CampaignLedger, clock: Clock) -> None:
        self._campaign = campaign
        self._ledger = ledger
        self._clock = clock
        self._hand = Hand()
        self._claimed: set[int] = set()
        self._aside: dict[int, float] = {}
        self.paused: dict[str, Exhausted] = {}

    def __len__(self) -> int:
        return len(self._hand)

    def countries(self) -> tuple[str, ...]:
        """Give the countries of the contacts at hand."""
        return self._hand.countries()

    def has(self, may: Callable[[str], bool]) -> bool:
        """Say whether there is a contact of a country that may."""
        return self._hand.has(may)

    def take(self, may: Callable[[str], bool]) -> Contact | None:
        """Take the first contact whose country may; it is in work until it is given back."""
        return self._hand.take(may)

    def done_with(self, contact: Contact) -> None:
        """Take note that a contact is not in work any more; the store knows what became of it."""
        self._claimed.discard(contact.id)

    def pause(self, exhausted: Exhausted) -> None:
        """Fetch nobody of a country until then; those at hand are queued in the store as before."""
        self.paused[exhausted.country] = exhausted
        self._claimed.difference_update(each.id for each in self._hand.drop(self.paused))

    def set_aside(self, contact: Contact) -> None:
        """Leave a contact alone for a moment: what we fetch is what others fetch too, and may have taken."""
        now = self._clock.steady()
        self._aside = {each: until for each, until in self._aside.items() if until > now}
        self._aside[contact.id] = now + ASIDE_SECONDS

    async def fetch(self) -> bool:
        """Fetch contacts of countries that have none at hand; say whether there were any."""
        now = self._clock.wall()
        # No midnight is further away: one that is was told by a clock that has been set right since.
        self.paused = {
            slug: each for slug, each in self.paused.items() if now < each.until <= now + LONGEST_PAUSE
        }
        # Those in preparation are still queued in the store: one batch more than them is asked for.
        # So are those that somebody else has, or has given back just now.
        steady = self._clock.steady()
        passed = self._claimed | {each for each, until in self._aside.items() if until > steady}
        found = await self._ledger.due(
            self._campaign,
            now,
            limit=BATCH + len(passed),
            not_countries=(*self.paused, *self._hand.countries()),
        )
        fresh = [each for each in found if each.id not in passed]
        self._claimed.update(each.id for each in fresh)
        self._hand.add(fresh)
        return bool(fresh)
