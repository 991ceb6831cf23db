from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.match import Ours, match, ordered
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record, State

OURS = Ours(call="a", number="+525550001003", planned_at=10.0, disposition=Disposition.CONNECTED)
THEIRS = CarrierCall(
    id="1", call="a", number="525550001003", callerid="+52", invited_at=10.004, outcome="answered"
)


def test_two_accounts_that_say_the_same() -> None:
    told = match([OURS], [THEIRS])

    assert told.perfect
    assert told.setup_p50 == pytest.approx(0.004)
    assert told.most_at_carrier == 1


def test_a_call_that_only_we_know() -> None:
    told = match([OURS, replace(OURS, call="b")], [THEIRS])

    assert (told.perfect, told.only_ours) == (False, ("b",))


def test_a_call_that_only_the_carrier_knows() -> None:
    told = match([OURS], [THEIRS, replace(THEIRS, call="")])

    assert (told.perfect, told.only_carriers) == (False, ("",))


def test_a_call_that_came_twice() -> None:
    told = match([OURS], [THEIRS, THEIRS])

    assert (told.perfect, told.twice) == (False, ("a",))


@pytest.mark.parametrize(
    "theirs",
    [replace(THEIRS, outcome="busy"), replace(THEIRS, number="525550001004"), replace(THEIRS, outcome=None)],
)
def test_an_outcome_or_a_number_that_differs_is_told(theirs: CarrierCall) -> None:
    told = match([OURS], [theirs])

    assert not told.perfect
    assert "we say connected" in told.disagree[0]


def test_a_call_that_never_left_is_not_among_ours() -> None:
    left = Record(
        call=CallId("a"),
        number=OURS.number,
        country="mexico",
        callerid="+52",
        trunk="carrier",
        campaign="c",
        state=State.ENDED,
        planned_at=10.0,
        begun_at=9.0,
        ordered_at=10.001,
        disposition=Disposition.CONNECTED,
    )
    cancelled = replace(left, call=CallId("b"), ordered_at=None, disposition=Disposition.CANCELLED)

    assert list(ordered([left, cancelled])) == [OURS]
