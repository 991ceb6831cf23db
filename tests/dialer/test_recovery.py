from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fastagi_server.dialer.recovery import COMING_SECONDS
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin
from tests.dialer.test_engine import ANSWERED, BEGIN, CALL, ENDED, ORDER, OTHER, House, run

TOLD = facts.SipTold(call=CALL, at=105.0, sip_code=486, sip_reason="Busy Here")


@pytest.fixture
def house() -> House:
    house = House().up()
    house.place()
    house.told(facts.Dialed(call=CALL, at=101.0))
    house.switch.living = {CALL}
    return house


def look(house: House) -> int:
    run(house.first.recovery.compare())
    return house.first.recovery.drift


def begun(house: House, begin: Begin) -> CallId:
    """Have a call in the store that the engine does not know."""
    run(house.ledger.begin(begin))
    return begin.call


def test_as_long_as_asterisk_has_what_we_have_nothing_happens(house: House) -> None:
    assert [look(house), look(house)] == [0, 0]
    assert house.engine.known(CALL) is not None


def test_a_call_that_is_missing_twice_is_closed_and_its_why_says_that_nobody_saw(house: House) -> None:
    house.switch.living.clear()

    assert look(house) == 1
    assert house.engine.known(CALL) is not None
    look(house)

    kept = house.ledger.records[CALL]
    assert (kept.disposition, kept.why) == (
        Disposition.UNKNOWN,
        "it ended unseen by Discador; what had happened by then is not known",
    )
    assert look(house) == 0


def ordered_lately() -> House:
    """Give a house whose call is ordered, and an Asterisk that has not yet come to it."""
    house = House().up()
    house.place()
    house.told(facts.Ordered(call=CALL, at=house.time.now))
    return house


def test_an_asterisk_that_has_not_come_to_a_call_yet_has_not_lost_it() -> None:
    house = ordered_lately()

    assert [look(house), look(house)] == [0, 0]
    house.engine.link_down()
    house.up()

    assert house.engine.known(CALL) is not None


def test_one_to_which_it_never_comes_is_closed_all_the_same() -> None:
    house = ordered_lately()
    house.time.now += COMING_SECONDS

    assert look(house) == 1
    look(house)

    assert house.ledger.records[CALL].disposition is Disposition.UNKNOWN


@pytest.mark.parametrize(
    ("story", "disposition"),
    [
        ((TOLD,), Disposition.BUSY),
        ((ANSWERED,), Disposition.UNKNOWN),
        ((ANSWERED, facts.CalleeLeft(call=CALL, at=106.0)), Disposition.HUNG_UP),
        ((ANSWERED, facts.Connecting(call=CALL, at=106.0)), Disposition.CONNECTED),
        ((ANSWERED, facts.OptedOut(call=CALL, at=106.0, digit="9", source="key")), Disposition.OPTED_OUT),
    ],
    ids=["busy", "answered", "left", "connected", "opted-out"],
)
def test_what_is_known_by_then_is_the_truth(
    house: House, story: tuple[facts.Fact, ...], disposition: Disposition
) -> None:
    house.told(*story)
    house.switch.living.clear()
    look(house)
    look(house)

    assert house.ledger.records[CALL].disposition is disposition


def test_missing_once_and_there_again_is_no_end(house: House) -> None:
    for living in ({CALL}, set(), {CALL}, set(), {CALL}):
        house.switch.living = living
        look(house)

    assert house.engine.known(CALL) is not None


def test_a_call_that_ends_or_leaves_while_the_list_comes_is_neither(house: House) -> None:
    house.switch.while_listing = lambda: house.told(ENDED)
    assert look(house) == 0

    house.switch.living.clear()
    house.switch.while_listing = lambda: _leaves(house)
    assert look(house) == 0
    house.switch.while_listing = lambda: None
    house.switch.living = {OTHER}
    assert look(house) == 0


def _leaves(house: House) -> None:
    house.engine.admit(replace(BEGIN, call=OTHER))
    run(house.engine.write(replace(ORDER, call=OTHER)))


def test_one_that_is_prepared_and_has_not_left_is_not_missing(house: House) -> None:
    house.engine.admit(replace(BEGIN, call=OTHER))

    assert [look(house), look(house), look(house)] == [0, 0, 0]
    assert house.engine.known(OTHER) is not None


def test_a_channel_of_ours_that_we_do_not_know_is_adopted_at_the_second_look(house: House) -> None:
    house.switch.living.add(begun(house, replace(BEGIN, call=OTHER)))

    assert look(house) == 1
    assert house.engine.known(OTHER) is None
    look(house)
    assert house.engine.known(OTHER) is not None
    assert look(house) == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda house: house.ledger.records.pop(OTHER),
        lambda house: house.ledger.records.update({OTHER: replace(house.ledger.records[OTHER], engine="b")}),
        lambda house: house.ledger.records.update(
            {OTHER: replace(house.ledger.records[OTHER], ended_at=1.0)}
        ),
    ],
    ids=["nobody's", "another engine's", "over"],
)
def test_a_channel_that_is_not_ours_is_left_alone(house: House, spoil: Callable[[House], None]) -> None:
    house.switch.living.add(begun(house, replace(BEGIN, call=OTHER)))
    spoil(house)

    for _ in range(4):
        look(house)

    assert house.engine.known(OTHER) is None


def test_after_a_link_that_was_lost_the_looks_begin_anew(house: House) -> None:
    house.switch.living.clear()
    look(house)
    house.engine.link_down()
    house.switch.living = {CALL}
    house.up()
    house.switch.living.clear()

    look(house)

    assert house.engine.known(CALL) is not None
