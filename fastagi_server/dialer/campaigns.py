"""The campaigns that run in this engine: begun on order, resumed after a restart, stopped losing nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from fastagi_server.dialer.progress import Progress
from fastagi_server.dialer.route import Route
from fastagi_server.dialer.runner import Runner
from fastagi_server.telephony.campaign import Campaign, CampaignState
from fastagi_server.telephony.errors import DiscadorError


class NoCampaignError(DiscadorError):
    """There is no campaign {name!r}; there are: {known}."""

    def __init__(self, *, name: str, known: str) -> None:
        super().__init__(name=name, known=known)


class Book(Protocol):
    """The store's campaigns."""

    def campaigns(self) -> Awaitable[Sequence[Campaign]]:
        """Give every campaign."""
        ...

    def set_state(self, campaign: str, state: CampaignState) -> Awaitable[None]:
        """Keep where a campaign stands."""
        ...


class Campaigns:
    """Starts and stops runners; `may_start` refuses a campaign by raising, for example for its trunk."""

    def __init__(
        self,
        *,
        book: Book,
        make_runner: Callable[[Campaign, Callable[[], None]], Runner],
        may_start: Callable[[Campaign], Awaitable[None]],
    ) -> None:
        self._book = book
        self._make_runner = make_runner
        self._may_start = may_start
        self._runners: dict[str, Runner] = {}
        self._last: dict[str, Progress] = {}
        # Who was silenced in mid-run for his trunk, and goes on when it leads where it may again.
        self._silenced: set[str] = set()
        # How often somebody has asked for a campaign to run or to stop: the last one's word holds, however
        # long the others' take.
        self._wishes: Counter[str] = Counter()

    @property
    def running(self) -> tuple[str, ...]:
        """The campaigns that are dialed here."""
        return tuple(self._runners)

    async def resume(self) -> list[tuple[str, str]]:
        """Go on with every campaign that the store says is running; give those that may not, and why.

        One that runs already is looked at too: its trunk may lead elsewhere since Asterisk was away.
        """
        refused = []
        for campaign in await self._book.campaigns():
            if campaign.state is not CampaignState.RUNNING:
                continue
            wish = self._wishes[campaign.name]
            try:
                await self._may_start(campaign)
            except DiscadorError as no:
                refused.append((campaign.name, no.sentence()))
                self._silence(campaign.name, no.sentence())
                # An Asterisk that boots does not know its trunks yet: it is looked at again and again.
                self._silenced.add(campaign.name)
            else:
                self._run(campaign, wish)
        return refused

    async def look_at_trunks(self) -> list[tuple[str, str]]:
        """Silence every campaign whose trunk leads elsewhere by now; give those, and why.

        Asterisk's configuration may change under a campaign that runs. Whose trunk leads back goes on.
        """
        refused: list[tuple[str, str]] = []
        if not (self._runners or self._silenced):
            return refused
        # Before the store is asked: what somebody wishes meanwhile is newer than what it says.
        wishes = Counter(self._wishes)
        for campaign in await self._book.campaigns():
            name, wish = campaign.name, wishes[campaign.name]
            if name not in self._runners and name not in self._silenced:
                continue
            if campaign.state is not CampaignState.RUNNING and self._wishes[name] == wish:
                self._silence(name, "the campaign was stopped")
                self._silenced.discard(name)
                continue
            try:
                await self._may_start(campaign)
            except DiscadorError as no:
                if name in self._runners:
                    refused.append((name, no.sentence()))
                    self._silence(name, no.sentence())
                    self._silenced.add(name)
            else:
                if name in self._silenced and campaign.state is CampaignState.RUNNING:
                    self._run(campaign, wish)
        return refused

    async def start(self, name: str) -> Progress:
        """Run a campaign from where it stands; one that runs goes on."""
        wish = self._wish(name)
        campaign = await self._find(name)
        if name not in self._runners:
            await self._may_start(campaign)
            if self._wishes[name] == wish:
                await self._book.set_state(name, CampaignState.RUNNING)
                self._run(campaign, wish)
        return await self.progress(name)

    async def stop(self, name: str) -> Progress:
        """Dial nobody more; calls that are up go on."""
        wish = self._wish(name)
        self._silenced.discard(name)
        self._silence(name, "the campaign was stopped")
        await self._find(name)
        if self._wishes[name] == wish:
            await self._book.set_state(name, CampaignState.STOPPED)
        return await self.progress(name)

    def link_down(self) -> None:
        """Take back what every campaign has prepared: nobody knows when Asterisk is back."""
        self.take_back("the link to Asterisk was lost before it was sent")

    def store_away(self) -> None:
        """Take back what every campaign has prepared: who opted out elsewhere meanwhile cannot be known."""
        self.take_back("the store went away before it was sent")

    def take_back(self, why: str) -> None:
        """Take back what every campaign has prepared, and say why."""
        for runner in self._runners.values():
            runner.take_back(why)

    def look_again(self) -> None:
        """Try the paused countries of every campaign again."""
        for runner in self._runners.values():
            runner.look_again()

    def routes(self) -> list[Route]:
        """Give the routes of the campaigns that run here."""
        return [runner.route for runner in self._runners.values()]

    def leave(self) -> None:
        """Stop every runner; the store still says that they run, so a restart resumes them."""
        for runner in self._runners.values():
            runner.stop("Discador was stopped before it was sent")
        self._runners.clear()
        self._silenced.clear()

    async def progress(self, name: str) -> Progress:
        """Say how a campaign stands in this engine."""
        campaign = await self._find(name)
        runner = self._runners.get(name)
        known = runner.progress() if runner else self._last.get(name)
        if known is None:
            return Progress(name=name, state=campaign.state, sent=0, waiting=0, skipped={})
        # How queues stood when it was stopped helps nobody.
        return replace(known, state=campaign.state, queues=known.queues if runner else ())

    def _wish(self, name: str) -> int:
        self._wishes[name] += 1
        return self._wishes[name]

    def _silence(self, name: str, why: str) -> None:
        runner = self._runners.pop(name, None)
        if runner is not None:
            runner.stop(why)
            self._last[name] = runner.progress()

    def _run(self, campaign: Campaign, wish: int) -> None:
        """Make a campaign's runner, unless it has one, or somebody wished otherwise meanwhile."""
        if campaign.name in self._runners or self._wishes[campaign.name] != wish:
            return

        self._silenced.discard(campaign.name)

        def done() -> None:
            runner = self._runners.pop(campaign.name, None)
            if runner is not None:
                self._last[campaign.name] = runner.progress()

        runner = self._runners[campaign.name] = self._make_runner(campaign, done)
        runner.start()

    async def _find(self, name: str) -> Campaign:
        known = {each.name: each for each in await self._book.campaigns()}
        if name not in known:
            raise NoCampaignError(name=name, known=", ".join(known) or "none")
        return known[name]
