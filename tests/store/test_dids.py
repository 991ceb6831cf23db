from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from fastagi_server.store import dids
from fastagi_server.telephony.did import Did, Limit, Mark, Reset, Use
from fastagi_server.telephony.errors import BadInputError
from tests.store.conftest import ON_POSTGRES

DAY = "2026-11-23"
ONE, TWO, THREE = (Did(number=f"+1212555000{n}", country="usa", note="batch 1", lab=True) for n in (1, 2, 3))
MEXICAN = Did(number="+525511112222", country="mexico")


def test_an_import_says_what_is_new_and_doing_it_twice_changes_nothing(conn: Connection) -> None:
    assert dids.add(conn, [TWO, ONE, TWO, MEXICAN], at=5.0) == (3, 1)
    assert dids.add(conn, iter([ONE, TWO, THREE]), at=6.0) == (1, 2)
    assert dids.owned(conn) == [MEXICAN, ONE, TWO, THREE]
    assert dids.owned(conn, "usa") == [ONE, TWO, THREE]
    assert dids.owned(conn, "brazil") == []
    assert conn.scalar(text("SELECT count(*) FROM did WHERE added_at = 5")) == 3


def test_the_note_that_is_told_last_is_kept(conn: Connection) -> None:
    dids.add(conn, [ONE], at=5.0)
    mended = replace(ONE, note="ported")
    assert dids.add(conn, [mended], at=6.0) == (0, 1)
    assert dids.owned(conn) == [mended]


@pytest.mark.parametrize("first", [True, False])
def test_an_import_never_turns_a_lab_mark(conn: Connection, first: bool) -> None:
    marked = replace(ONE, lab=first)
    dids.add(conn, [marked], at=5.0)
    dids.add(conn, [replace(ONE, lab=not first, note="turned")], at=6.0)
    assert dids.owned(conn) == [marked]
    assert dids.marks(conn) == {(ONE.number, "usa"): Mark(lab=first, retired=False)}


def test_a_retired_number_is_not_owned_until_it_is_restored(conn: Connection) -> None:
    both = [ONE, Did(number=ONE.number, country="canada")]
    dids.add(conn, both, at=5.0)
    assert dids.retire(conn, ONE.number, at=6.0, country="usa")
    assert not dids.retire(conn, ONE.number, at=7.0, country="usa")
    assert (dids.owned(conn), dids.retired(conn)) == (both[1:], both[:1])
    assert dids.retire(conn, ONE.number, at=8.0)
    assert not dids.retire(conn, ONE.number, at=8.0)
    assert not dids.retire(conn, "+12125559999", at=8.0)
    assert dids.owned(conn) == []
    assert dids.add(conn, [ONE], at=9.0) == (0, 1)
    assert dids.owned(conn) == []
    assert dids.restore(conn, ONE.number, country="usa")
    assert not dids.restore(conn, ONE.number, country="usa")
    assert dids.owned(conn) == [ONE]
    assert dids.restore(conn, ONE.number, lab=True)
    assert dids.owned(conn, "canada") == [replace(both[1], lab=True)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Did(number="2125550001", country="usa"), "number"),
        (Did(number="+12125550001", country=""), "country"),
    ],
)
def test_what_cannot_be_a_caller_id_is_named(conn: Connection, wrong: Did, field: str) -> None:
    with pytest.raises(BadInputError, match=f"{field} is"):
        dids.add(conn, [ONE, wrong], at=5.0)


def test_twenty_thousand_are_imported_in_seconds(conn: Connection) -> None:
    rows = [Did(number=f"+1212{n:07}", country="usa") for n in range(20_000)]
    start = time.process_time()
    assert dids.add(conn, rows, at=5.0) == (20_000, 0)
    assert dids.add(conn, rows, at=5.0) == (0, 20_000)
    assert time.process_time() - start < 10  # half a second, where nothing else runs


def test_uses_are_counted_up_to_the_cap_and_not_one_more(conn: Connection) -> None:
    one = {"number": ONE.number, "country": "usa", "period": DAY}
    assert [dids.count(conn, **one, cap=2, at=float(n)) for n in range(4)] == [1, 2, None, None]
    assert dids.uses(conn, "usa", DAY) == {ONE.number: Use(**one, uses=2, last_at=1.0)}
    assert dids.used(conn, **one) == 2
    assert dids.count(conn, **one, cap=3, at=9.0) == 3
    assert dids.count(conn, **one, cap=0, at=9.0) == 4
    assert dids.count(conn, **one, cap=1, at=9.0) is None


def test_each_country_and_each_period_counts_for_itself(conn: Connection) -> None:
    for country in ("usa", "canada"):
        for period in (DAY, f"{DAY}#2", "2026-11-24"):
            assert dids.count(conn, number=ONE.number, country=country, period=period, cap=1, at=1.0) == 1
    assert dids.used(conn, number=TWO.number, country="usa", period=DAY) == 0
    assert dids.uses(conn, "mexico", DAY) == {}


def test_a_clock_that_is_behind_does_not_turn_the_last_use_back(conn: Connection) -> None:
    for at in (5.0, 3.0):
        dids.count(conn, number=ONE.number, country="usa", period=DAY, cap=0, at=at)
    assert dids.uses(conn, "usa", DAY)[ONE.number].last_at == 5.0


def test_usage_has_every_number_that_we_own_and_no_other(conn: Connection) -> None:
    dids.add(conn, [ONE, TWO, THREE, MEXICAN], at=1.0)
    dids.retire(conn, THREE.number, at=2.0)
    for number in (TWO.number, THREE.number, "+12125559999"):
        dids.count(conn, number=number, country="usa", period=DAY, cap=0, at=3.0)
    dids.count(conn, number=MEXICAN.number, country="mexico", period=DAY, cap=0, at=3.0)
    assert dids.usage(conn, {"usa": DAY, "mexico": f"{DAY}#2", "brazil": DAY}) == [
        Use(number=MEXICAN.number, country="mexico", period=f"{DAY}#2", uses=0, last_at=None),
        Use(number=ONE.number, country="usa", period=DAY, uses=0, last_at=None),
        Use(number=TWO.number, country="usa", period=DAY, uses=1, last_at=3.0),
    ]


def test_a_limit_is_the_last_one_set(conn: Connection) -> None:
    assert dids.limits(conn) == {}
    dids.set_limit(conn, Limit(country="usa", cap=100, who="ana", at=1.0))
    last = Limit(country="usa", cap=0, who="rui", at=2.0)
    dids.set_limit(conn, last)
    assert dids.limits(conn) == {"usa": last}


@pytest.mark.parametrize("wrong", [{"cap": -1}, {"who": " "}, {"country": ""}])
def test_a_limit_says_who_and_how_many(conn: Connection, wrong: dict[str, object]) -> None:
    limit = {"country": "usa", "cap": 5, "who": "ana", "at": 1.0} | wrong
    with pytest.raises(BadInputError, match=f"^{next(iter(wrong))} is"):
        dids.set_limit(conn, Limit(**limit))
    assert dids.limits(conn) == {}


def test_a_reset_begins_a_new_period_of_the_same_day(conn: Connection) -> None:
    assert dids.period(conn, "usa", DAY) == DAY
    first = dids.reset(conn, country="usa", day=DAY, who="ana", why="carrier agreed", at=5.0)
    assert first == Reset(country="usa", day=DAY, serial=1, who="ana", why="carrier agreed", at=5.0)
    assert dids.period(conn, "usa", DAY) == f"{DAY}#2"
    second = dids.reset(conn, country="usa", day=DAY, who="ana", why="again", at=6.0)
    assert dids.period(conn, "usa", DAY) == f"{DAY}#3"
    assert dids.period(conn, "canada", DAY) == DAY
    assert dids.period(conn, "usa", "2026-11-24") == "2026-11-24"
    assert dids.resets(conn, DAY) == [first, second]
    assert dids.resets(conn, "2026-11-24") == []


@pytest.mark.parametrize(
    "wrong", [{"who": ""}, {"why": " "}, {"day": "today"}, {"day": f"{DAY}#2"}, {"country": ""}]
)
def test_a_reset_says_who_and_why_and_of_which_day(conn: Connection, wrong: dict[str, str]) -> None:
    told = {"country": "usa", "day": DAY, "who": "ana", "why": "carrier agreed"} | wrong
    with pytest.raises(BadInputError, match=f"^{next(iter(wrong))} is"):
        dids.reset(conn, **told, at=1.0)
    assert dids.resets(conn, told["day"]) == []


def test_the_database_itself_refuses_a_use_that_is_none(conn: Connection) -> None:
    with pytest.raises(IntegrityError):
        conn.execute(text("INSERT INTO did_use VALUES ('usa', 'p', '+1', 0, 1.0)"))


def test_what_is_known_of_one_number_in_each_country(conn: Connection) -> None:
    dids.add(conn, [ONE, Did(number=ONE.number, country="canada")], at=5.0)
    dids.retire(conn, ONE.number, at=6.0, country="canada")

    assert dids.marks_of(conn, TWO.number) == {}
    assert dids.marks_of(conn, ONE.number) == {
        "usa": Mark(lab=True, retired=False),
        "canada": Mark(lab=False, retired=True),
    }


def test_whether_any_was_ever_imported_for_a_country(conn: Connection) -> None:
    dids.add(conn, [ONE, MEXICAN], at=5.0)
    dids.retire(conn, MEXICAN.number, at=6.0)

    assert [dids.imported(conn, slug, lab=True) for slug in ("usa", "mexico", "brasil")] == [
        True,
        True,
        False,
    ]
    assert [dids.imported(conn, slug, lab=False) for slug in ("usa", "mexico")] == [False, True]


@ON_POSTGRES
def test_on_postgresql_each_number_is_read_once_and_not_once_for_each_other(engine: Engine) -> None:
    read = text("SELECT sum(idx_tup_fetch + seq_tup_read) FROM pg_stat_xact_user_tables")
    numbers = [f"+1212555{n:04}" for n in range(400)]
    with engine.begin() as conn:
        dids.add(conn, [Did(number=number, country="usa") for number in numbers], at=1.0)
        for number in numbers:
            dids.count(conn, number=number, country="usa", period=DAY, cap=9, at=1.0)
    with engine.begin() as conn:
        assert {use.uses for use in dids.usage(conn, {"usa": DAY})} == {1}
        assert conn.scalar(read) < 4 * len(numbers)


def test_an_inventory_is_given_in_pages_with_what_was_used_and_what_is_retired(conn: Connection) -> None:
    numbers = [f"+1212555{n:04}" for n in range(5)]
    dids.add(conn, [Did(number=each, country="usa", lab=each == numbers[1]) for each in numbers], at=1.0)
    dids.add(conn, [Did(number=numbers[0], country="canada")], at=1.0)
    dids.retire(conn, numbers[2], at=2.0)
    for country, period in (("usa", DAY), ("usa", f"{DAY}#2"), ("canada", DAY)):
        dids.count(conn, number=numbers[3], country=country, period=period, cap=9, at=3.0)

    first = dids.page(conn, "usa", DAY, limit=3)
    second = dids.page(conn, "usa", DAY, after=first[-1][1].number, limit=3)

    assert [(use.number, mark.lab, mark.retired) for mark, use in first] == [
        (numbers[0], False, False),
        (numbers[1], True, False),
        (numbers[2], False, True),
    ]
    assert [(use.number, use.uses, use.last_at) for _, use in second] == [
        (numbers[3], 1, 3.0),
        (numbers[4], 0, None),
    ]
    assert dids.page(conn, "usa", DAY, after=numbers[4]) == []
