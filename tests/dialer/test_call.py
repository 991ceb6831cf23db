from __future__ import annotations

from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastagi_server.dialer import call as calls
from fastagi_server.telephony import facts
from fastagi_server.telephony.amd import Amd, Verdict
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.keys import Meaning, Press
from fastagi_server.telephony.record import Begin, Record, State

CALL = CallId("0" * 26)
BEGIN = Begin(
    call=CALL,
    number="+525550001003",
    country="mexico",
    callerid="+525550009000",
    trunk="carrier",
    campaign="test",
    planned_at=0.5,
    begun_at=1.0,
)
ORDERED = facts.Ordered(call=CALL, at=2.0)
ACCEPTED = facts.Accepted(call=CALL, at=2.1)
DIALED = facts.Dialed(call=CALL, at=2.2)
RINGING = facts.Ringing(call=CALL, at=3.0)
ANSWERED = facts.Answered(call=CALL, at=4.0)
HUMAN = facts.AmdDecided(call=CALL, at=5.0, amd=Amd(Verdict.HUMAN, "HUMAN-801-800"))
MACHINE = facts.AmdDecided(call=CALL, at=5.0, amd=Amd(Verdict.MACHINE, "MAXWORDS-3-2"))
LEFT = facts.CalleeLeft(call=CALL, at=8.0)
CONNECTING = facts.Connecting(call=CALL, at=7.0)
OPTED_OUT = facts.OptedOut(call=CALL, at=7.1, digit="9", source="key")


def pressed(digit: str, meaning: Meaning) -> facts.KeyDecided:
    return facts.KeyDecided(call=CALL, at=6.5, digit=digit, meaning=meaning)


def ended(cause: int = 16, sip_code: int = 0, sip_reason: str = "") -> facts.Ended:
    return facts.Ended(call=CALL, at=9.0, cause=cause, sip_code=sip_code, sip_reason=sip_reason)


def told(*story: facts.Fact) -> Record:
    record = calls.opened(BEGIN)
    for fact in story:
        record = calls.after(record, fact)
    return record


def test_an_opened_call_has_all_of_its_beginning() -> None:
    begin = replace(BEGIN, engine="one", contact=7, attempt=2)
    record = calls.opened(begin)
    assert {field.name: getattr(record, field.name) for field in fields(Begin)} == asdict(begin)
    assert record.state is State.BEGUN


UP = (ORDERED, ACCEPTED, DIALED, RINGING, ANSWERED)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ((*UP, HUMAN, pressed("3", Meaning.CONNECT), CONNECTING, LEFT, ended()), Disposition.CONNECTED),
        ((*UP, HUMAN, pressed("9", Meaning.OPTOUT), OPTED_OUT, ended()), Disposition.OPTED_OUT),
        ((*UP, HUMAN, pressed("1", Meaning.INVALID), ended()), Disposition.NO_KEY),
        ((*UP, HUMAN, LEFT, ended()), Disposition.HUNG_UP),
        ((*UP, MACHINE, ended()), Disposition.MACHINE),
        ((*UP, ended()), Disposition.NO_KEY),
        ((ORDERED, DIALED, ended(17)), Disposition.BUSY),
        ((ORDERED, DIALED, RINGING, ended(19)), Disposition.NO_ANSWER),
        ((ORDERED, facts.NeverDialed(call=CALL, at=3.0)), Disposition.FAILED),
        ((facts.OrderRefused(call=CALL, at=2.0, why="no permission"),), Disposition.FAILED),
    ],
)
def test_a_story_has_its_end(story: tuple[facts.Fact, ...], expected: Disposition) -> None:
    record = told(*story)

    assert record.state is State.ENDED
    assert record.disposition is expected
    assert record.why


def test_the_record_of_a_blocked_call_says_what_the_wire_said() -> None:
    phrase = facts.SipTold(call=CALL, at=3.0, sip_code=603, sip_reason="Network Blocked")

    record = told(ORDERED, DIALED, phrase, ended(21, 603, "Decline"))

    assert (record.sip_code, record.sip_reason) == (603, "Network Blocked")
    assert record.disposition is Disposition.BLOCKED
    assert record.why == "603 Network Blocked"


def test_a_call_that_rang_out_says_that_no_final_answer_came() -> None:
    ringing = facts.SipTold(call=CALL, at=3.0, sip_code=180, sip_reason="Ringing")

    record = told(ORDERED, DIALED, RINGING, ringing, LEFT, ended(19, 480))

    assert record.disposition is Disposition.NO_ANSWER
    assert record.why == "no final answer in time, only 180 Ringing"
    assert record.left_at is None


def test_a_call_whose_answer_nobody_saw_is_unknown_and_never_a_failure() -> None:
    record = told(LEFT, ended(16, 200, "OK"))

    assert record.disposition is Disposition.UNKNOWN
    assert record.why == "answered (200 OK) while Discador was away; what came of it is not known"


def test_every_instant_is_kept_the_first_time_it_is_told() -> None:
    record = told(*UP, facts.Answered(call=CALL, at=44.0), HUMAN, MACHINE, ended())

    assert (record.ordered_at, record.accepted_at, record.dialed_at) == (2.0, 2.1, 2.2)
    assert (record.ringing_at, record.answered_at, record.amd_at) == (3.0, 4.0, 5.0)
    assert record.amd_verdict is Verdict.HUMAN
    assert record.ended_at == 9.0


def test_every_digit_is_kept_with_its_times() -> None:
    press = Press(digit="1", begun_at=5.5, ended_at=5.6, duration_ms=100)

    record = told(*UP, facts.DigitHeard(call=CALL, at=5.6, press=press))

    assert record.digits == (press,)


def test_an_ended_call_does_not_change_any_more() -> None:
    over = told(*UP, HUMAN, ended())

    assert calls.after(over, CONNECTING) is over


def test_an_opt_out_told_by_asterisk_alone_decides_too() -> None:
    record = told(*UP, HUMAN, facts.OptOutAsked(call=CALL, at=7.0, digit="9"), ended())

    assert record.disposition is Disposition.OPTED_OUT
    assert (record.key, record.optout_at) == ("9", 7.0)


def test_a_call_that_nobody_saw_end_says_so() -> None:
    record = told(*UP, facts.Vanished(call=CALL, at=99.0))

    assert (record.state, record.ended_at) == (State.ENDED, 99.0)
    assert record.disposition is Disposition.UNKNOWN


def test_an_opt_out_learned_after_the_end_mends_the_record() -> None:
    record = calls.with_late_optout(told(*UP, HUMAN, LEFT, ended()), digit="9", at=7.5)

    assert (record.disposition, record.key, record.optout_at) == (Disposition.OPTED_OUT, "9", 7.5)


FACTS = [*UP, HUMAN, MACHINE, LEFT, CONNECTING, OPTED_OUT, pressed("3", Meaning.CONNECT), ended()]


@given(st.lists(st.sampled_from(FACTS)))
def test_facts_in_any_order_leave_a_record_that_makes_sense(story: list[facts.Fact]) -> None:
    record = told(*story)

    assert (record.state is State.ENDED) == (record.disposition is not None) == (record.ended_at is not None)
    if record.optout_at is not None and record.disposition is not None:
        assert record.disposition is Disposition.OPTED_OUT
