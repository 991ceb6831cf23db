from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from fastagi_server.dialer.campaigns import Campaigns, NoCampaignError
from fastagi_server.dialer.runner import Progress, Runner
from fastagi_server.telephony.campaign import Campaign, CampaignState
from fastagi_server.telephony.errors import BadInputError
from tests.dialer.stage import CAMPAIGN, run


class Book:
    def __init__(self, state: CampaignState) -> None:
        self.campaign = replace(CAMPAIGN, state=state)

    async def campaigns(self) -> list[Campaign]:
        return [self.campaign]

    async def set_state(self, campaign: str, state: CampaignState) -> None:
        self.campaign = replace(self.campaign, state=state)


class Running:
    """A runner that only counts."""

    route = "the route of c"

    def __init__(self, done: Callable[[], None]) -> None:
        self.done = done
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("start")

    def stop(self, why: str) -> None:
        self.log.append(f"stop: {why}")

    def take_back(self, why: str) -> None:
        self.log.append(f"take back: {why}")

    def look_again(self) -> None:
        self.log.append("look again")

    def progress(self) -> Progress:
        return Progress(name="c", state=CampaignState.READY, sent=5, waiting=1, skipped={})


class Desk:
    def __init__(self, state: CampaignState = CampaignState.READY) -> None:
        self.book = Book(state)
        self.runners: list[Running] = []
        self.may = True
        self.campaigns = Campaigns(book=self.book, make_runner=self.make, may_start=self.may_start)

    def make(self, campaign: Campaign, done: Callable[[], None]) -> Runner:
        self.runners.append(Running(done))
        return cast("Runner", self.runners[-1])

    async def may_start(self, campaign: Campaign) -> None:
        if not self.may:
            raise BadInputError(field="trunk", value="far", expected="near")


def test_started_twice_it_runs_once() -> None:
    desk = Desk()

    run(desk.campaigns.start("c"))
    told = run(desk.campaigns.start("c"))

    assert [runner.log for runner in desk.runners] == [["start"]]
    assert (told.state, told.sent) == (CampaignState.RUNNING, 5)


def test_stopped_it_stays_so_and_still_says_how_far_it_came() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))

    told = run(desk.campaigns.stop("c"))

    assert desk.runners[0].log == ["start", "stop: the campaign was stopped"]
    assert (told.state, told.sent) == (CampaignState.STOPPED, 5)


def test_after_a_restart_what_ran_goes_on() -> None:
    desk = Desk(CampaignState.RUNNING)

    assert run(desk.campaigns.resume()) == []
    run(desk.campaigns.resume())

    assert [runner.log for runner in desk.runners] == [["start"]]


@pytest.mark.parametrize("state", [CampaignState.READY, CampaignState.STOPPED, CampaignState.DONE])
def test_what_did_not_run_is_left_alone(state: CampaignState) -> None:
    desk = Desk(state)

    run(desk.campaigns.resume())

    assert desk.runners == []


def test_a_campaign_that_may_not_run_any_more_says_so_and_others_are_not_hurt() -> None:
    desk = Desk(CampaignState.RUNNING)
    desk.may = False

    assert run(desk.campaigns.resume()) == [("c", "trunk is 'far'; it should be near.")]
    assert desk.runners == []


def test_leaving_the_house_does_not_stop_the_campaign_for_good() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))

    desk.campaigns.leave()

    assert desk.runners[0].log[-1] == "stop: Discador was stopped before it was sent"
    assert desk.book.campaign.state is CampaignState.RUNNING


def test_a_campaign_that_is_done_is_not_running_any_more() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))

    desk.runners[0].done()

    assert run(desk.campaigns.progress("c")).sent == 5
    run(desk.campaigns.start("c"))
    assert len(desk.runners) == 2


def test_a_campaign_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(NoCampaignError, match=r"no campaign 'x'; there are: c\."):
        run(Desk().campaigns.start("x"))


def test_a_changed_inventory_is_told_to_who_runs() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))

    desk.campaigns.look_again()

    assert desk.runners[0].log == ["start", "look again"]


def test_one_that_never_ran_here_has_sent_nothing() -> None:
    assert run(Desk().campaigns.progress("c")).sent == 0


def waits(work: Any) -> Any:
    """Begin a piece of work that has to wait."""
    work.send(None)
    return work


def goes_on(work: Any) -> Any:
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it still waits")


class Pause:
    """Something that takes its time, once."""

    def __await__(self) -> Any:
        yield


def test_a_stop_during_a_slow_start_is_the_last_word() -> None:
    desk = Desk()

    async def slowly(_: Campaign) -> None:
        await Pause()

    desk.campaigns._may_start = slowly
    start = waits(desk.campaigns.start("c"))
    run(desk.campaigns.stop("c"))

    assert goes_on(start).state is CampaignState.STOPPED
    assert desk.runners == []


def test_two_starts_at_once_make_one_runner() -> None:
    desk = Desk()

    async def slowly(_: Campaign) -> None:
        await Pause()

    desk.campaigns._may_start = slowly
    one, two = waits(desk.campaigns.start("c")), waits(desk.campaigns.start("c"))
    goes_on(one)
    goes_on(two)

    assert [runner.log for runner in desk.runners] == [["start"]]


def test_a_campaign_whose_trunk_leads_elsewhere_now_is_stopped_when_the_link_is_back() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))
    desk.may = False

    ((name, why),) = run(desk.campaigns.resume())

    assert (name, desk.runners[0].log) == ("c", ["start", f"stop: {why}"])


def test_who_may_not_go_on_at_an_asterisk_that_still_boots_goes_on_when_it_knows_its_trunks() -> None:
    desk = Desk(CampaignState.RUNNING)
    desk.may = False
    assert run(desk.campaigns.resume())
    assert desk.runners == []

    desk.may = True
    assert run(desk.campaigns.look_at_trunks()) == []

    assert [runner.log for runner in desk.runners] == [["start"]]


def test_when_the_link_is_lost_what_is_prepared_is_taken_back() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))

    desk.campaigns.link_down()

    assert desk.runners[0].log[-1] == "take back: the link to Asterisk was lost before it was sent"


def test_a_trunk_that_comes_to_lead_elsewhere_silences_a_running_campaign_until_it_leads_back() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))
    assert run(desk.campaigns.look_at_trunks()) == []

    desk.may = False
    assert run(desk.campaigns.look_at_trunks()) == [("c", "trunk is 'far'; it should be near.")]
    assert run(desk.campaigns.look_at_trunks()) == [], "told once"
    assert desk.runners[0].log == ["start", "stop: trunk is 'far'; it should be near."]

    desk.may = True
    assert run(desk.campaigns.look_at_trunks()) == []
    assert [runner.log for runner in desk.runners[1:]] == [["start"]]


@pytest.mark.parametrize("how", ["stopped", "left", "done"])
def test_who_was_stopped_meanwhile_does_not_come_back_with_his_trunk(how: str) -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))
    desk.may = how == "done"
    run(desk.campaigns.look_at_trunks())

    match how:
        case "stopped":
            run(desk.campaigns.stop("c"))
        case "left":
            desk.campaigns.leave()
        case "done":
            desk.runners[0].done()
    desk.may = True
    run(desk.campaigns.look_at_trunks())

    assert len(desk.runners) == 1


def test_one_that_was_stopped_by_another_engine_is_silenced_at_the_next_look() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))
    run(desk.book.set_state("c", CampaignState.STOPPED))

    assert run(desk.campaigns.look_at_trunks()) == []
    assert desk.runners[0].log == ["start", "stop: the campaign was stopped"]
    run(desk.book.set_state("c", CampaignState.RUNNING))
    run(desk.campaigns.look_at_trunks())
    assert len(desk.runners) == 1, "only whoever starts it here starts it here"


def test_what_is_prepared_is_taken_back_when_the_store_goes_away() -> None:
    desk = Desk()
    run(desk.campaigns.start("c"))

    desk.campaigns.store_away()

    assert desk.runners[0].log == ["start", "take back: the store went away before it was sent"]


def test_the_routes_of_those_that_run_are_known_and_of_no_others() -> None:
    desk = Desk()
    assert desk.campaigns.routes() == []
    run(desk.campaigns.start("c"))
    assert desk.campaigns.routes() == ["the route of c"]
    run(desk.campaigns.stop("c"))
    assert desk.campaigns.routes() == []
