from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fastagi_server.campaign.retry import Next
from fastagi_server.dialer.call import opened
from fastagi_server.dialer.ends import Ends
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.telephony.campaign import Campaign, ContactState
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record, State
from tests.dialer.stage import CAMPAIGN
from tests.dialer.test_engine import BEGIN, CALL, Ledger, run

BUSY = replace(
    opened(replace(BEGIN, contact=7, campaign="c")),
    state=State.ENDED,
    ended_at=9.0,
    disposition=Disposition.BUSY,
)


class Store(Ledger):
    """Whose campaigns cannot be read the first time."""

    def __init__(self, ends: list[Ends]) -> None:
        super().__init__([])
        self.finished: list[tuple[Record, Next]] = []
        self.fails = 1
        self.waited = 0
        self.seen: list[bool] = []
        self._ends = ends

    async def present(self) -> None:
        self.waited += 1

    async def campaigns(self) -> Sequence[Campaign]:
        if self.fails:
            self.fails -= 1
            raise StoreAwayError(why="locked")
        return [replace(CAMPAIGN, retries=1, retry_seconds=60)]

    async def finish(self, record: Record, then: Next) -> None:
        self.seen.append(CALL in self._ends[0])
        self.finished.append((record, then))


@pytest.fixture
def made() -> tuple[Ends, Any]:
    ends: list[Ends] = []
    store = Store(ends)
    ends.append(Ends(ledger=store))  # type: ignore[arg-type]
    return ends[0], store


def test_an_end_waits_for_what_it_must_know_of_its_campaign(made: tuple[Ends, Any]) -> None:
    ends, store = made

    run(ends.keep(BUSY))
    run(ends.keep(BUSY))

    assert store.waited == 2
    assert [(record, then.state, then.due_at) for record, then in store.finished] == [
        (BUSY, ContactState.QUEUED, 69.0)
    ] * 2


def test_a_call_is_in_it_until_its_end_is_written(made: tuple[Ends, Any]) -> None:
    ends, store = made

    run(ends.keep(BUSY))

    assert store.seen == [True]
    assert CALL not in ends


def test_a_call_that_no_list_ordered_has_no_contact_to_move(made: tuple[Ends, Any]) -> None:
    ends, store = made

    run(ends.keep(replace(BUSY, contact=None)))

    assert (store.finished, store.log) == ([], ["keep busy"])
