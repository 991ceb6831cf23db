from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.campaign import retry
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record, State


def campaign(retries: int) -> Campaign:
    return Campaign(
        name="c",
        trunk="carrier",
        cps=25,
        concurrency=0,
        retries=retries,
        retry_seconds=600,
        lab=True,
        state=CampaignState.RUNNING,
        created_at=0.0,
    )


def ended(disposition: Disposition, attempt: int = 1, **more: Any) -> Record:
    return Record(
        call=CallId("0" * 26),
        number="+525512345678",
        country="mexico",
        callerid="+525550009000",
        trunk="carrier",
        campaign="c",
        state=State.ENDED,
        planned_at=0.0,
        begun_at=1.0,
        ended_at=100.0,
        disposition=disposition,
        attempt=attempt,
        **more,
    )


def test_whoever_was_busy_is_tried_again_later() -> None:
    then = retry.after(ended(Disposition.BUSY), campaign(retries=1))

    assert (then.state, then.due_at, then.why) == (ContactState.QUEUED, 700.0, "busy")


@pytest.mark.parametrize(("attempt", "state"), [(1, "queued"), (2, "queued"), (3, "done")])
def test_only_as_often_as_was_asked_for(attempt: int, state: str) -> None:
    assert retry.after(ended(Disposition.NO_ANSWER, attempt), campaign(retries=2)).state == state


def test_retries_are_never_assumed() -> None:
    assert retry.after(ended(Disposition.BUSY), campaign(retries=0)).state is ContactState.DONE


def test_what_was_taken_back_before_it_left_is_queued_again_at_once_whatever_the_clock_says() -> None:
    then = retry.after(ended(Disposition.CANCELLED), campaign(retries=0))

    assert (then.state, then.due_at) == (ContactState.QUEUED, 0.0)


FINAL = [each for each in Disposition if each not in {*retry.AGAIN, Disposition.CANCELLED}]


@pytest.mark.parametrize("disposition", FINAL, ids=str)
def test_whoever_was_reached_or_may_have_been_is_not_called_again(disposition: Disposition) -> None:
    assert retry.after(ended(disposition), campaign(retries=9)).state is ContactState.DONE
