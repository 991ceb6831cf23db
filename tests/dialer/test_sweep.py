from __future__ import annotations

import pytest

from fastagi_server.dialer.sweep import STALL_SECONDS
from fastagi_server.telephony.record import Kept
from tests.dialer.test_engine import CALL, ORDER, House, run


@pytest.fixture
def house() -> House:
    house = House().up()
    house.place()
    house.switch.kept = [Kept(call=CALL, at=90.0, digit="9")]
    return house


def test_nothing_is_asked_while_nothing_can_have_been_kept(house: House) -> None:
    run(house.first.sweep.if_due())

    assert house.ledger.optouts == []


@pytest.mark.parametrize("why", ["due", "stood still"])
def test_what_may_have_been_kept_is_taken_over_durably_and_then_deleted(house: House, why: str) -> None:
    if why == "due":
        house.first.sweep.due = True
    else:
        house.time.passed += STALL_SECONDS + 0.1

    run(house.first.sweep.if_due())

    assert [(each.number, each.source) for each in house.ledger.optouts] == [(ORDER.number, "astdb")]
    assert house.switch.kept == []
    house.first.sweep.pulse()
    assert not house.first.sweep.due


def test_what_could_not_be_taken_over_stays_due(house: House) -> None:
    house.ledger.is_away = True

    with pytest.raises(Exception, match="away"):
        run(house.first.sweep.now())

    assert house.first.sweep.due
    assert len(house.switch.kept) == 1
