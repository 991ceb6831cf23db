from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from fastagi_server.callerid.day import day_before
from fastagi_server.store import closing, dids, leases, notices
from fastagi_server.telephony.country import Country, Texts
from fastagi_server.telephony.did import Did, Lease, Limit
from tests.store.conftest import ON_SQLITE

TEXTS = Texts(identification="a", optout="b", offer="c")
USA = Country(slug="usa", iso="US", languages=("en-us",), texts=TEXTS, cap=2, zone="America/New_York")
ONE, TWO = "+12125550001", "+12125550002"
NOON = 1_795_440_000.0  # 2026-11-23, noon in London
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def conn(conn: Connection) -> Connection:
    dids.add(conn, [Did(number=number, country="usa") for number in (ONE, TWO)], at=1.0)
    return conn


def use(conn: Connection, period: str, times: int, number: str = ONE) -> None:
    for _ in range(times):
        dids.count(conn, number=number, country="usa", period=period, cap=0, at=2.0)


def close(conn: Connection, at: float, country: Country = USA) -> list[Any]:
    yesterday, ended_at = day_before(at, country.zone)
    return closing.close(conn, country, yesterday=yesterday, ended_at=ended_at, at=at)


def test_a_day_is_told_once_with_its_uses_and_who_was_at_the_cap(conn: Connection) -> None:
    use(conn, "2026-11-22", 2)
    use(conn, "2026-11-22", 1, TWO)
    use(conn, "2026-11-23", 1)

    assert close(conn, NOON) == [
        {
            "country": "usa",
            "zone": "America/New_York",
            "day": "2026-11-22",
            "uses": 3,
            "numbers": 2,
            "at_cap": 1,
            "cap": 2,
            "periods": [{"period": "2026-11-22", "uses": 3, "at_cap": 1}],
        }
    ]
    assert close(conn, NOON + HOUR) == []
    assert dids.used(conn, number=ONE, country="usa", period="2026-11-22") == 2
    (notice,) = notices.recent(conn, 9)
    assert (notice.key, notice.at) == ("day_closed:usa:2026-11-22", NOON)


def test_days_that_nobody_saw_the_end_of_are_told_at_the_next_start(conn: Connection) -> None:
    for day, uses in (("2026-11-17", 1), ("2026-11-19", 2), ("2026-11-19#2", 3), ("2026-11-20", 4)):
        use(conn, day, uses)
    close(conn, NOON - 5 * DAY)

    told = close(conn, NOON)

    assert [(each["day"], each["uses"], len(each["periods"])) for each in told] == [
        ("2026-11-19", 5, 2),
        ("2026-11-20", 4, 1),
        ("2026-11-22", 0, 0),
    ]


def test_where_we_owned_nothing_there_is_nothing_to_tell(conn: Connection) -> None:
    assert close(conn, NOON, replace(USA, slug="mexico")) == []
    dids.add(conn, [Did(number=ONE, country="canada")], at=NOON)
    assert close(conn, NOON, replace(USA, slug="canada")) == []
    dids.retire(conn, ONE, at=NOON - 3 * DAY, country="usa")
    assert [each["numbers"] for each in close(conn, NOON)] == [1]


def test_the_operators_cap_is_the_one_that_holds(conn: Connection) -> None:
    use(conn, "2026-11-22", 2)
    dids.set_limit(conn, Limit(country="usa", cap=0, who="ana", at=2.0))

    assert [(each["cap"], each["at_cap"]) for each in close(conn, NOON)] == [(0, 0)]


def test_what_is_reserved_and_not_taken_was_not_used(conn: Connection) -> None:
    use(conn, "2026-11-22", 1)
    wish = Lease(engine="a", country="usa", period="2026-11-22", cap=9, at=2.0, wanted={ONE: 2, TWO: 1})
    leases.lease(conn, wish)

    assert [each["uses"] for each in close(conn, NOON)] == [1]


def test_a_clock_that_goes_back_over_midnight_and_forth_tells_nothing_twice(conn: Connection) -> None:
    use(conn, "2026-11-22", 1)
    midnight = day_before(NOON, USA.zone)[1]

    told = [close(conn, midnight + step) for step in (1.0, -1.0, 1.0, -DAY, 1.0)]

    assert [[each["day"] for each in days] for days in told] == [["2026-11-22"], [], [], [], []]


@ON_SQLITE
def test_of_all_the_days_that_are_kept_only_the_one_that_is_told_is_read(engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
    with engine.begin() as conn:
        use(conn, "2026-11-22", 1)
        close(conn, NOON)
        (summed,) = [each for each in asked if "sum(did_use.uses)" in each[0]]
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {summed[0]}", summed[1]).all()

    assert "(country=? AND period>? AND period<?)" in plan[0].detail


def test_a_clock_that_was_a_year_ahead_for_a_while_silences_no_day_afterwards(conn: Connection) -> None:
    close(conn, NOON + 365 * DAY)
    use(conn, "2026-11-22", 1)

    told = [close(conn, NOON + n * DAY) for n in range(3)]

    assert [[(each["day"], each["uses"]) for each in days] for days in told] == [[("2026-11-22", 1)], [], []]
