from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import calls
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin

DAY = 86_400.0
FIRST = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC


@pytest.fixture
def three(database: Engine) -> list[str]:
    ids = []
    with database.begin() as conn:
        for index, campaign in enumerate(("spring", "spring", "autumn")):
            at = FIRST + index * DAY
            call = mint(at, b"0123456789")
            begin = Begin(
                call=call,
                number=f"+52555000100{index}",
                country="mexico",
                callerid="+525550009000",
                trunk="carrier",
                campaign=campaign,
                planned_at=at,
                begun_at=at,
            )
            calls.begin(conn, begin)
            ids.append(call)
        calls.end(conn, ids[0], at=FIRST + 9, disposition=Disposition.BUSY, why="486 Busy Here")
        calls.end(
            conn, ids[1], at=FIRST + 9, disposition=Disposition.NO_KEY, why="no deciding key was pressed"
        )
    return ids


def told(discador: Any, *argv: str) -> list[str]:
    return [each["call"] for each in json.loads(discador("calls", "--json", *argv).out)]


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ((), [2, 1, 0]),
        (("--campaign", "spring"), [1, 0]),
        (("--number", "+525550001002"), [2]),
        (("--number", "52 555 000 1002"), [2]),
        (("--since", "2027-01-16"), [2, 1]),
        (("--since", "2027-01-16T08:00:01"), [2]),
        (("--since", "2027-01-17T09:00:00+01:00"), [2]),
        (("--since", "0001-01-02"), [2, 1, 0]),
        (("--outcome", "busy"), [0]),
        (("--campaign", "spring", "--outcome", "no_key", "--limit", "1"), [1]),
        (("--campaign", "autumn", "--outcome", "busy"), []),
    ],
)
def test_the_calls_of_a_choice_newest_first(
    discador: Any, three: list[str], argv: tuple[str, ...], wanted: list[int]
) -> None:
    assert told(discador, *argv) == [three[index] for index in wanted]


def test_people_see_campaign_and_caller_id_and_that_times_are_utc(discador: Any, three: list[str]) -> None:
    head, *rows = discador("--lang", "es", "calls", "--campaign", "spring").out.splitlines()

    assert head.split()[:4] == ["cuándo", "(UTC)", "número", "país"]
    assert rows[1].split(maxsplit=7) == [
        "2027-01-15",
        "08:00:00Z",
        "+525550001000",
        "mexico",
        "spring",
        "+525550009000",
        "busy",
        "486 Busy Here",
    ]
    assert rows[0].endswith("no marcó ninguna tecla que decida")


def test_no_such_calls_is_not_no_calls(discador: Any) -> None:
    assert discador("calls").out == "No calls yet.\n"
    assert discador("calls", "--campaign", "x").out == "No such calls.\n"


@pytest.mark.parametrize("argv", [("calls",), ("optout", "export", "-")])
@pytest.mark.parametrize("text", ["12", "mexico", "5255"])
def test_a_number_that_is_none_is_refused_and_nothing_is_found(
    discador: Any, argv: tuple[str, ...], text: str
) -> None:
    told = discador(*argv, "--number", text)

    assert (told.code, told.out) == (2, "")
    assert f"--number is {text!r}; it should be a telephone number with its country code" in told.err


@pytest.mark.parametrize("text", ["yesterday", "2027-13-01", "18:00"])
def test_a_since_that_is_no_instant_is_refused(discador: Any, text: str) -> None:
    told = discador("calls", "--since", text)

    assert told.code == 2
    assert f"--since is {text!r}; it should be a day such as 2026-11-23" in told.err
