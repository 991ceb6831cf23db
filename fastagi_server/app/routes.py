"""Which trunks a campaign or a call by hand may go over: where each leads, and the one for a call by hand.

A trunk that does not pass has no calls; of a route the others go on. This file does not know when a call
leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from twisted.internet.defer import Deferred

from fastagi_server.app.choose import order_over, unknown_trunk
from fastagi_server.app.fleet import Leads
from fastagi_server.compliance.gate import check_trunk, stays_here
from fastagi_server.config.settings import Gate, Settings
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.dialer.route import Counts, Route, Way
from fastagi_server.pacing import scopes
from fastagi_server.telephony.campaign import Campaign
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError


def routes_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Give, of each trunk, the routes that use it."""
    every = settings.routes.items()
    return {trunk: tuple(name for name, ways in every if trunk in ways) for trunk in settings.trunks}


class Routes:
    """The trunks and routes of one engine."""

    def __init__(self, *, settings: Settings, leads: Leads, pacer: Pacer, clock: Clock) -> None:
        self._settings = settings
        self._leads = leads
        self._pacer = pacer
        self._clock = clock
        # Of each campaign the trunks that it must not use now, and why.
        self._refused: dict[str, dict[str, DiscadorError]] = {}

    def ways(self, name: str) -> Mapping[str, float]:
        """Give the trunks that a name stands for, with their weights; raise where it stands for none."""
        ways = self._settings.ways(name)
        if not ways:
            raise unknown_trunk(name, self._settings)
        return ways

    async def look(self, campaign: Campaign) -> None:
        """Look which trunks of a campaign lead where its numbers may go; raise where none does."""
        ways = self.ways(campaign.trunk)
        # All at once: an Asterisk that does not answer is waited for once.
        looks = {trunk: Deferred.fromCoroutine(self._look(trunk, campaign)) for trunk in ways}
        refused: dict[str, DiscadorError] = {}
        for trunk, look in looks.items():
            try:
                await look
            except DiscadorError as no:
                refused[trunk] = no
        self._refused[campaign.name] = refused
        if len(refused) == len(ways):
            raise next(iter(refused.values()))

    def refused(self, campaign: str) -> Mapping[str, DiscadorError]:
        """Give the trunks that a campaign must not use, each with its reason, as they were looked at last."""
        return self._refused.get(campaign, {})

    def route(self, campaign: Campaign, calls: Counts) -> Route:
        """Make the route of a campaign that may start."""
        trunks = self._settings.trunks
        return Route(
            name=campaign.trunk,
            campaign=campaign.name,
            ways=[
                Way(trunk=trunk, weight=weight, channels=trunks[trunk].channels)
                for trunk, weight in self.ways(campaign.trunk).items()
            ],
            pacer=self._pacer,
            calls=calls,
            refused=partial(self.refused, campaign.name),
            over=partial(order_over, settings=self._settings),
        )

    def most(self, name: str) -> float:
        """Give the limit in calls per second of the one trunk that a name stands for; 0 for none.

        The trunks of a route are held to their own limits, each in its own slots.
        """
        ways = self.ways(name)
        return self._settings.trunks[next(iter(ways))].cps if len(ways) == 1 else 0.0

    async def leads_here(self, trunk: str) -> bool:
        """Say whether a lab's numbers may be shown by hand; raise where the gate says No."""
        led = await self._leads(self._settings.trunks[trunk].dial)
        self._check(trunk, "", led, lab=False)
        return self._settings.lab and stays_here(led)

    async def by_hand(self, name: str, up_over: Callable[[str], int]) -> str:
        """Give the trunk for a call by hand: the first that can take it now, or else the first that may.

        Where none may it is the first of all, whose refusal says why.
        """
        ways = sorted(self.ways(name).items(), key=lambda way: -way[1])
        if len(ways) == 1:
            return ways[0][0]
        may: list[str] = []
        for trunk, _ in ways:
            channels = self._settings.trunks[trunk].channels
            is_full = channels and up_over(trunk) >= channels
            if is_full or self._pacer.stopped_by_hand(trunk) or not await self._leads_somewhere(trunk):
                continue
            may.append(trunk)
            is_late = self._pacer.held_until(scopes.over(trunk)) > self._clock.steady()
            if not is_late and self._pacer.why(scopes.trunk(trunk)) is None:
                return trunk
        return (may or [ways[0][0]])[0]

    async def _leads_somewhere(self, trunk: str) -> bool:
        try:
            await self.leads_here(trunk)
        except DiscadorError:
            return False
        return True

    async def _look(self, trunk: str, campaign: Campaign) -> None:
        led = await self._leads(self._settings.trunks[trunk].dial)
        self._check(trunk, campaign.name, led, lab=campaign.lab)

    def _check(self, trunk: str, campaign: str, led: Sequence[str], *, lab: bool) -> None:
        partial_gate = self._settings.gate is Gate.PARTIAL
        check_trunk(trunk=trunk, campaign=campaign, lab=lab, addresses=led, partial=partial_gate)
