from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from sqlalchemy import Connection

from fastagi_server.store import calls, digits
from fastagi_server.store.errors import AlreadyBegunError, UnknownCallError
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.keys import Press
from fastagi_server.telephony.record import Begin, Record, State

NINE = Press(digit="9", begun_at=1_700_000_001.1, ended_at=1_700_000_001.3, duration_ms=200)
ONE = Press(digit="1", begun_at=None, ended_at=1_700_000_002.3, duration_ms=0)


def opened(begin: Begin) -> Record:
    same = {field.name: getattr(begin, field.name) for field in fields(Begin)}
    return Record(**same, state=State.BEGUN)


def whole(begin: Begin) -> Record:
    return replace(
        opened(begin),
        state=State.ENDED,
        disposition=Disposition.OPTED_OUT,
        ordered_at=1_700_000_001.000001,
        accepted_at=1_700_000_001.1,
        dialed_at=1_700_000_001.2,
        ringing_at=1_700_000_001.3,
        answered_at=1_700_000_001.4,
        amd_at=1_700_000_001.5,
        amd_verdict=Verdict.HUMAN,
        amd_cause="HUMAN-801-800",
        key="9",
        key_at=1_700_000_001.6,
        optout_at=1_700_000_001.7,
        connected_at=1_700_000_001.8,
        left_at=1_700_000_001.9,
        ended_at=1_700_000_002.1,
        cause=16,
        sip_code=603,
        sip_reason="Network Blocked",
        why="pressed 9",
        digits=(NINE, ONE),
    )


def test_what_may_change_is_all_but_the_beginning_the_state_and_the_end() -> None:
    fixed = {field.name for field in fields(Begin)} | {"state", "ended_at", "disposition", "digits"}
    assert {field.name for field in fields(Record)} - fixed == calls.KNOWN


def test_a_call_that_is_begun_is_read_back_to_the_last_bit(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    calls.begin(conn, make_begin(1))
    assert calls.get(conn, make_begin(1).call) == opened(make_begin(1))
    assert calls.get(conn, make_begin(2).call) is None


def test_a_call_id_is_used_once_and_the_transaction_goes_on(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    calls.begin(conn, make_begin(1))
    with pytest.raises(AlreadyBegunError, match=make_begin(1).call):
        calls.begin(conn, replace(make_begin(1), number="+525500000099"))
    calls.begin(conn, make_begin(2))
    assert calls.open_calls(conn) == [opened(make_begin(1)), opened(make_begin(2))]


def test_a_beginning_without_an_instant_is_refused(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    with pytest.raises(BadInputError, match="begun_at"):
        calls.begin(conn, replace(make_begin(1), begun_at=float("nan")))


def test_a_call_advances_with_what_is_known_by_then(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    begin = make_begin(1)
    calls.begin(conn, begin)
    assert calls.advance(conn, begin.call, State.RINGING, ringing_at=5.5)
    assert calls.advance(conn, begin.call, State.LISTENING, amd_verdict=Verdict.NOTSURE, amd_cause="x")
    assert calls.get(conn, begin.call) == replace(
        opened(begin), state=State.LISTENING, ringing_at=5.5, amd_verdict=Verdict.NOTSURE, amd_cause="x"
    )


def test_closing_twice_keeps_the_first_end(conn: Connection, make_begin: Callable[[int], Begin]) -> None:
    call = make_begin(1).call
    calls.begin(conn, make_begin(1))
    assert calls.end(conn, call, at=7.0, disposition=Disposition.BUSY, cause=17, sip_code=486)
    assert not calls.end(conn, call, at=8.0, disposition=Disposition.UNKNOWN, cause=0)
    assert not calls.advance(conn, call, State.ANSWERED, answered_at=9.0)
    kept = calls.get(conn, call)
    assert kept == replace(
        opened(make_begin(1)),
        state=State.ENDED,
        ended_at=7.0,
        disposition=Disposition.BUSY,
        cause=17,
        sip_code=486,
    )
    assert calls.open_calls(conn) == []


def test_what_comes_late_is_noted_on_an_ended_call(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    call = make_begin(1).call
    calls.begin(conn, make_begin(1))
    calls.end(conn, call, at=7.0, disposition=Disposition.REJECTED)
    calls.note(conn, call, sip_code=603, sip_reason="Network Blocked")
    calls.note(conn, call)
    kept = calls.get(conn, call)
    assert kept is not None
    assert (kept.sip_code, kept.sip_reason, kept.ended_at) == (603, "Network Blocked", 7.0)


def test_of_a_call_that_is_not_there_nothing_can_be_told(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    stranger = make_begin(1)
    with pytest.raises(UnknownCallError, match=stranger.call):
        calls.advance(conn, stranger.call, State.RINGING)
    with pytest.raises(UnknownCallError):
        calls.note(conn, stranger.call, why="x")
    with pytest.raises(UnknownCallError):
        calls.end(conn, stranger.call, at=1.0, disposition=Disposition.BUSY)
    with pytest.raises(UnknownCallError):
        calls.keep(conn, opened(stranger))


@pytest.mark.parametrize("name", ["number", "state", "ended_at", "disposition", "begun_at", "colour"])
def test_only_known_columns_change(conn: Connection, make_begin: Callable[[int], Begin], name: str) -> None:
    calls.begin(conn, make_begin(1))
    with pytest.raises(BadInputError, match=f"{name}.*it should be one of accepted_at"):
        calls.note(conn, make_begin(1).call, **{name: "x"})
    assert calls.get(conn, make_begin(1).call) == opened(make_begin(1))


def test_an_instant_that_is_no_number_is_refused(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    calls.begin(conn, make_begin(1))
    with pytest.raises(BadInputError, match="answered_at is nan"):
        calls.advance(conn, make_begin(1).call, State.ANSWERED, answered_at=float("nan"))


def test_a_call_ends_by_its_own_door_only(conn: Connection, make_begin: Callable[[int], Begin]) -> None:
    calls.begin(conn, make_begin(1))
    with pytest.raises(BadInputError, match=r"use end\(\)"):
        calls.advance(conn, make_begin(1).call, State.ENDED)


def test_a_record_is_kept_whole_however_often(conn: Connection, make_begin: Callable[[int], Begin]) -> None:
    calls.begin(conn, make_begin(1))
    calls.begin(conn, make_begin(2))
    assert calls.keep(conn, whole(make_begin(1)))
    assert calls.keep(conn, whole(make_begin(1)))
    assert calls.get(conn, make_begin(1).call) == whole(make_begin(1))
    assert calls.get(conn, make_begin(2).call) == opened(make_begin(2))


def test_what_was_written_at_the_beginning_stays(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    calls.begin(conn, make_begin(1))
    calls.keep(conn, replace(whole(make_begin(1)), number="+15550001111", begun_at=3.0))
    assert calls.get(conn, make_begin(1).call) == whole(make_begin(1))


def test_the_slot_at_which_a_call_left_is_kept_with_its_end(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    calls.begin(conn, make_begin(1))
    left = replace(whole(make_begin(1)), planned_at=1_700_000_001.5)
    calls.keep(conn, left)
    assert calls.get(conn, left.call) == left


def test_the_trunk_that_a_call_of_a_route_really_took_is_kept_with_its_end(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    calls.begin(conn, replace(make_begin(1), trunk="wholesale"))
    left = replace(whole(make_begin(1)), trunk="acme")
    calls.keep(conn, left)
    assert calls.get(conn, left.call) == left


def test_an_engine_is_given_its_own_open_calls_only(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    for n, engine in enumerate(("one", "two", "one", "")):
        calls.begin(conn, replace(make_begin(n), engine=engine, contact=n or None, attempt=n + 1))
    calls.end(conn, make_begin(2).call, at=1.0, disposition=Disposition.FAILED)
    (own,) = calls.open_calls(conn, "one")
    assert (own.call, own.engine, own.contact, own.attempt) == (make_begin(0).call, "one", None, 1)
    assert [record.contact for record in calls.open_calls(conn, "two")] == [1]
    assert [record.call for record in calls.open_calls(conn, "")] == [make_begin(3).call]
    assert calls.open_calls(conn, "three") == []
    assert len(calls.open_calls(conn)) == 3


def test_an_older_record_cannot_open_an_ended_call_but_may_fill_it(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    begin = make_begin(1)
    calls.begin(conn, begin)
    ended = replace(opened(begin), state=State.ENDED, ended_at=9.0, disposition=Disposition.NO_KEY, cause=16)
    calls.keep(conn, ended)
    assert not calls.keep(conn, replace(opened(begin), optout_at=8.0, key="9", cause=1, digits=(NINE,)))
    assert calls.get(conn, begin.call) == replace(ended, optout_at=8.0, key="9", digits=(NINE,))


def test_a_late_optout_mends_the_disposition_and_is_never_forgotten(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    begin = make_begin(1)
    calls.begin(conn, begin)
    ended = replace(opened(begin), state=State.ENDED, ended_at=9.0, disposition=Disposition.NO_KEY)
    mended = replace(ended, disposition=Disposition.OPTED_OUT, optout_at=8.0, key="9", key_at=8.0)
    assert calls.keep(conn, ended)
    assert calls.keep(conn, mended)
    assert calls.get(conn, begin.call) == mended
    calls.keep(conn, ended)
    kept = calls.get(conn, begin.call)
    assert kept is not None
    assert kept.optout_at == 8.0


def test_open_calls_come_oldest_first_and_recent_ones_newest_first(
    conn: Connection, make_begin: Callable[[int], Begin]
) -> None:
    for n in (3, 1, 2):
        calls.begin(conn, make_begin(n))
        digits.add(conn, make_begin(n).call, replace(NINE, duration_ms=n))
    calls.end(conn, make_begin(2).call, at=1.0, disposition=Disposition.FAILED)
    assert [record.call for record in calls.open_calls(conn)] == [make_begin(1).call, make_begin(3).call]
    newest = calls.recent(conn, 2)
    assert [record.call for record in newest] == [make_begin(3).call, make_begin(2).call]
    assert [record.digits[0].duration_ms for record in newest] == [3, 2]
    assert calls.recent(conn, 0) == []
    with pytest.raises(BadInputError, match="limit is -1"):
        calls.recent(conn, -1)
