"""A small campaign over Mexico and the USA, well told in both accounts; each test spoils one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.loadtest.afterwards import Afterwards, Terms, examine
from fastagi_server.loadtest.books import Books
from fastagi_server.loadtest.calls import CarrierCall, KeyPressed
from fastagi_server.loadtest.countries import LAB_COUNTRIES
from fastagi_server.telephony import call_id
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.campaign import Contact, ContactState
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import OptOut, Record, State

DID = "+13053200000"
BUSY, TALKER, LEAVER, MEXICAN, LATE = (
    "+12123200040",
    "+12123200150",
    "+12123200209",
    "+525550000040",
    "+12123200340",
)
PEOPLE = (BUSY, TALKER, LEAVER, MEXICAN)
KILL = 1_015.0


def call(n: int) -> call_id.CallId:
    return call_id.mint(1_000.0 + n, bytes(10))


def record(n: int, disposition: Disposition, **more: object) -> Record:
    number = PEOPLE[n]
    told = Record(
        call=call(n),
        number=number,
        country="mexico" if number.startswith("+52") else "usa",
        callerid="+525511000000" if number.startswith("+52") else DID,
        trunk="carrier",
        campaign="kill",
        state=State.ENDED,
        planned_at=1_000.0 + n,
        begun_at=1_000.0 + n,
        ended_at=1_030.0,
        contact=n + 1,
        disposition=disposition,
    )
    return replace(told, **more)


def carriers(n: int, outcome: str, *keys: str, by: str = "callee", ended_at: float = 1_030.0) -> CarrierCall:
    answered = outcome == "answered"
    return CarrierCall(
        id=f"{n}.0",
        call=call(n),
        number=PEOPLE[n].removeprefix("+"),
        callerid="+525511000000" if PEOPLE[n].startswith("+52") else DID,
        invited_at=1_000.01 + n,
        answered_at=1_000.5 + n if answered else None,
        pressed=tuple(KeyPressed(digit=key, at=1_010.0 + n) for key in keys),
        ended_at=ended_at if answered else 1_000.02 + n,
        outcome=outcome,
        by=by,
    )


def contact(n: int, number: str, state: ContactState = ContactState.DONE, why: str = "") -> Contact:
    country = "mexico" if number.startswith("+52") else "usa"
    return Contact(
        id=n, campaign="kill", number=number, country=country, state=state, attempts=1, due_at=0.0, why=why
    )


RECORDS = (
    record(0, Disposition.BUSY, ended_at=1_000.1),
    record(1, Disposition.CONNECTED),
    record(2, Disposition.OPTED_OUT),
    record(3, Disposition.BUSY, ended_at=1_003.1),
)
CARRIERS = (
    carriers(0, "busy"),
    carriers(1, "answered", "1"),
    carriers(2, "answered", "9", by="dialer", ended_at=1_012.1),
    carriers(3, "busy"),
)
BOOKS = Books(
    contacts=(
        *(contact(n, number) for n, number in enumerate(PEOPLE, start=1)),
        contact(5, LATE, ContactState.QUEUED),
    ),
    calls=RECORDS,
    uses={DID: 3},
    optouts=(OptOut(number=LEAVER, at=1_012.05, source="key", call=call(2), digit="9"),),
)
TERMS = Terms(
    countries={country.slug: country for country in LAB_COUNTRIES},
    capped="usa",
    cap=3,
    kills=(KILL,),
    paused=frozenset({("kill", "usa")}),
)


def only(told: Afterwards, kind: str) -> str:
    """Give the one fault there is, and make sure that there is no other kind."""
    assert [name for name, found in told.faults.items() if found] == [kind]
    (fault,) = told.faults[kind]
    return fault


def with_calls(*changed: CarrierCall, leave: int | None = None) -> list[CarrierCall]:
    news = {each.call: each for each in changed}
    return [news.get(each.call, each) for n, each in enumerate(CARRIERS) if n != leave]


def with_record(n: int, **changes: object) -> Books:
    mine = tuple(replace(each, **changes) if at == n else each for at, each in enumerate(RECORDS))
    return replace(BOOKS, calls=mine)


def test_two_accounts_in_order_have_no_fault() -> None:
    told = examine(CARRIERS, BOOKS, TERMS)

    assert told.clean, told.faults
    assert (told.rung, told.uses, told.shown, told.burnt, told.opted_out) == (4, 3, 3, 0, 1)
    assert told.contacts == {"done": 4, "queued": 1}
    assert told.up_at_kills == (1,)
    assert told.match.perfect


def test_a_caller_id_shown_more_often_than_its_cap() -> None:
    told = examine(CARRIERS, BOOKS, replace(TERMS, cap=2))

    assert only(told, "over") == f"{DID}: shown 3 times, counted 3, the cap is 2"


def test_a_caller_id_shown_more_often_than_counted() -> None:
    told = examine(CARRIERS, replace(BOOKS, uses={DID: 2}), TERMS)

    assert only(told, "over") == f"{DID}: shown 3 times and counted only 2"


def test_an_attempt_that_a_kill_met_burns_its_use_and_is_honestly_unknown() -> None:
    books = with_record(1, disposition=Disposition.UNKNOWN, begun_at=KILL - 0.1, ended_at=KILL + 1.5)

    told = examine(with_calls(leave=1), books, TERMS)

    assert told.clean, told.faults
    assert (told.burnt, told.unknown_never_rung, told.unknown_rung) == (1, 1, 0)
    assert told.match.perfect


@pytest.mark.parametrize(
    ("span", "clean"), [((1.2, 1.3), True), ((0.0, 1.0), True), ((0.0, 0.9), False), ((1.5, 2.0), False)]
)
def test_so_does_one_that_lies_within_what_lasted_however_short_it_was(
    span: tuple[float, float], clean: bool
) -> None:
    books = with_record(1, disposition=Disposition.UNKNOWN, begun_at=KILL + 1.0, ended_at=KILL + 1.5)
    lasted = replace(TERMS, spans=[(KILL + span[0], KILL + span[1])])

    assert examine(with_calls(leave=1), books, lasted).clean is clean


@pytest.mark.parametrize("begun", [0.05, 1.0])
def test_a_use_that_was_burnt_without_a_kill(begun: float) -> None:
    books = with_record(1, disposition=Disposition.UNKNOWN, begun_at=KILL + begun, ended_at=KILL + 1.5)

    told = examine(with_calls(leave=1), books, TERMS)

    assert only(told, "burnt") == f"{DID}: 3 counted, 2 shown, 0 met by a kill"


def test_a_call_that_ended_while_nobody_looked_is_unknown_and_no_fault() -> None:
    books = with_record(1, disposition=Disposition.UNKNOWN, ended_at=KILL + 1.5)

    told = examine(CARRIERS, books, TERMS)

    assert told.clean, told.faults
    assert (told.unknown_rung, told.burnt) == (1, 0)


def test_one_call_that_came_twice() -> None:
    told = examine([*CARRIERS, replace(CARRIERS[3], id="9.0")], BOOKS, TERMS)

    assert told.faults["twice"] == (
        f"{call(3)}: one call came 2 times",
        f"{MEXICAN} was rung again after {call(3)}: busy, busy",
    )


def again() -> tuple[list[CarrierCall], Books]:
    """Ring the Mexican a second time."""
    second = replace(RECORDS[3], call=call(9), attempt=2, begun_at=1_009.0, ended_at=1_009.1)
    rung = replace(CARRIERS[3], id="9.0", call=call(9), invited_at=1_009.01)
    return [*CARRIERS, rung], replace(BOOKS, calls=(*RECORDS, second))


def test_a_contact_that_was_rung_again_though_nobody_asked() -> None:
    told = examine(*again(), TERMS)

    assert only(told, "twice") == f"{MEXICAN} was rung again after {call(3)}: busy, busy"


def test_a_retry_that_was_asked_for_is_in_order() -> None:
    assert examine(*again(), replace(TERMS, retries=1)).clean


def test_a_contact_that_answered_is_not_rung_again_whatever_its_record_says() -> None:
    people = [contact(2, TALKER, ContactState.QUEUED) if each.id == 2 else each for each in BOOKS.contacts]
    books = replace(with_record(1, disposition=Disposition.FAILED), contacts=tuple(people))

    told = examine(CARRIERS, books, replace(TERMS, retries=3))

    assert only(told, "twice") == f"{TALKER} is to be rung again after {call(1)}: answered, failed"
    assert told.match.disagree


def test_a_contact_that_waits_without_a_reason_is_lost() -> None:
    told = examine(CARRIERS, BOOKS, replace(TERMS, paused=frozenset({("other", "usa")})))

    assert only(told, "lost") == f"{LATE} waits, and nothing keeps it from being called"


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (contact(6, "+525550000140", ContactState.DIALING), "is in a call for ever"),
        (contact(6, "+525550000140"), "is done without a record"),
        (
            contact(6, "+525550000140", ContactState.REFUSED, "opted_out"),
            "is refused for an opt-out of which there is no evidence",
        ),
    ],
)
def test_a_contact_that_fell_between_is_lost(lost: Contact, why: str) -> None:
    told = examine(CARRIERS, replace(BOOKS, contacts=(*BOOKS.contacts, lost)), TERMS)

    assert only(told, "lost") == f"+525550000140 {why}"


def test_a_contact_that_is_said_to_be_done_and_was_never_rung_is_lost() -> None:
    told = examine(with_calls(leave=3), BOOKS, TERMS)

    assert only(told, "lost") == f"{MEXICAN} is done without a ring: {call(3)} says busy"
    assert told.match.only_ours == (call(3),)


def test_a_number_that_was_refused_is_not_lost() -> None:
    refused = contact(6, "", ContactState.REFUSED, "too_short")

    assert examine(CARRIERS, replace(BOOKS, contacts=(*BOOKS.contacts, refused)), TERMS).clean


def test_a_call_that_nobody_ordered() -> None:
    told = examine([*CARRIERS, replace(CARRIERS[0], id="9.0", call="", number="99")], BOOKS, TERMS)

    assert only(told, "strangers") == "99"


def test_whoever_pressed_the_optout_key_is_not_rung_later() -> None:
    later = replace(RECORDS[2], call=call(9), contact=7, campaign="again", disposition=Disposition.BUSY)
    rung = replace(CARRIERS[0], id="9.0", call=call(9), number=LEAVER[1:], invited_at=1_022.0)
    books = replace(
        BOOKS, calls=(*RECORDS, later), contacts=(*BOOKS.contacts, contact(7, LEAVER)), uses={DID: 4}
    )

    told = examine([*CARRIERS, rung], books, replace(TERMS, cap=4))

    assert only(told, "called_after_optout") == f"{LEAVER} was called 10.0 s after its opt-out"


def test_whoever_pressed_the_optout_key_is_on_the_list() -> None:
    told = examine(CARRIERS, replace(BOOKS, optouts=()), TERMS)

    assert only(told, "optout_not_kept") == LEAVER


def test_a_nine_after_the_connection_is_no_optout() -> None:
    told = examine(with_calls(carriers(1, "answered", "1", "9")), BOOKS, TERMS)

    assert told.clean, told.faults
    assert told.opted_out == 1


def test_a_call_that_a_kill_cut() -> None:
    cut = carriers(1, "answered", by="dialer", ended_at=KILL + 0.2)

    told = examine(with_calls(cut), BOOKS, TERMS)

    assert only(told, "cut") == f"{call(1)} to {TALKER[1:]}: it had pressed 0 of 1 keys"


def test_a_call_that_ended_early_without_a_kill_is_not_held_against_the_kill() -> None:
    early = carriers(1, "answered", by="dialer", ended_at=KILL - 0.2)

    assert examine(with_calls(early), BOOKS, TERMS).clean


def test_a_person_taken_for_a_machine_is_no_cut_call() -> None:
    cut = carriers(1, "answered", by="dialer", ended_at=KILL + 0.2)
    books = with_record(1, disposition=Disposition.MACHINE, amd_verdict=Verdict.MACHINE)

    assert examine(with_calls(cut), books, TERMS).clean


def test_a_call_that_never_ended() -> None:
    told = examine(with_calls(replace(CARRIERS[1], ended_at=None)), BOOKS, TERMS)

    assert only(told, "never_ended") == call(1)
