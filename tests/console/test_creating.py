from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.console.creating import SHOWN
from fastagi_server.store import campaigns
from fastagi_server.telephony.campaign import Campaign, CampaignState, ContactState

LIST = "phone;name\n+525550001003;a\n+525550001003;b\n12;c\n+18005551212;d\n+12125551234;e\n;f\n"
CREATED = """Campaign spring is ready: 2 to call, 4 refused.
  mexico  1
  usa     1
Refused, by reason:
  on the list already  1
  empty                1
  short code           1
  toll free            1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


def test_a_campaign_is_made_with_its_whole_list(discador: Any, file: Path, database: Engine) -> None:
    told = discador(
        *("campaign", "create", "spring", "--list", str(file), "--cps", "25", "--concurrency", "300"),
        *("--retries", "2", "--retry-seconds", "60"),
    )

    assert (told.code, sorted(told.out.splitlines())) == (0, sorted(CREATED.splitlines()))
    with database.connect() as conn:
        assert campaigns.every(conn) == [
            Campaign(
                name="spring",
                trunk="carrier",
                cps=25.0,
                concurrency=300,
                retries=2,
                retry_seconds=60,
                lab=False,
                state=CampaignState.READY,
                created_at=discador.clock.at,
            )
        ]
        due = campaigns.due(conn, "spring", discador.clock.at, limit=10)
        assert [(each.number, each.country) for each in due] == [
            ("+525550001003", "mexico"),
            ("+12125551234", "usa"),
        ]


def test_the_counts_for_programs(discador: Any, file: Path) -> None:
    told = json.loads(discador("campaign", "create", "spring", "--list", str(file), "--json").out)

    assert told["campaign"] == "spring"
    assert told["contacts"] == {"queued": 2, "dialing": 0, "done": 0, "refused": 4}
    assert told["countries"] == {"mexico": 1, "usa": 1}
    assert told["refusals"] == {
        "duplicate": 1,
        "not_dialable: empty": 1,
        "not_dialable: short_code": 1,
        "not_dialable: toll_free": 1,
    }


def test_a_name_that_is_taken_changes_nothing(discador: Any, file: Path, database: Engine) -> None:
    discador("campaign", "create", "spring", "--list", str(file))
    file.write_text("+525550001009\n")

    told = discador("campaign", "create", "spring", "--list", str(file))

    assert told.code == 2
    assert "There is a campaign 'spring' already" in told.err
    with database.connect() as conn:
        assert sum(campaigns.counts(conn, "spring").values()) == 6


def test_without_any_trunk_it_says_where_one_is_put(discador: Any, file: Path) -> None:
    discador.write("lab: false\n")

    told = discador("campaign", "create", "spring", "--list", str(file))

    assert told.code == 2
    assert "put the carrier under trunks: in the configuration" in told.err


def test_a_campaign_may_name_a_route(discador: Any, file: Path) -> None:
    trunks = "trunks: {acme: {dial: 'PJSIP/{number}@acme'}, safe: {dial: 'PJSIP/{number}@safe'}}\n"
    store = f"database_url: sqlite:///{file.parent}/discador.db\n"
    discador.write(f"{store}{trunks}routes: {{wholesale: {{acme: 2, safe: 0}}}}\ndefault_trunk: acme\n")

    told = discador("campaign", "create", "spring", "--list", str(file), "--trunk", "wholesale")
    assert told.code == 0
    assert "wholesale" in discador("campaign", "list").out
    wrong = discador("campaign", "create", "summer", "--list", str(file), "--trunk", "retail")
    assert "There is no trunk 'retail'; the configuration has: acme, safe, wholesale." in wrong.err


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--trunk=none", LIST, "There is no trunk 'none'; the configuration has: carrier."),
        ("--lab", LIST, "lab: true"),
        ("--cps=1", "", "has no row; give it a number a line."),
        ("--cps=1", "who,what\na,b\n", "no column of numbers"),
        ("--cps=1", "number\n12\n13\n", "None of the 2 rows"),
        ("--country=atlantis", LIST, "There is no country 'atlantis'"),
        ("--cps=nan", LIST, "cps is 'nan'"),
    ],
)
def test_what_cannot_be_a_campaign_leaves_none(
    discador: Any, file: Path, option: str, text: str, sentence: str
) -> None:
    file.write_text(text)

    told = discador("campaign", "create", "spring", "--list", str(file), option)

    assert told.code == 2
    assert sentence in told.err
    assert discador("campaign", "list", "--json").out == "[]\n"


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "x" * 65, "é" * 50, "../x", ".x", "a/b", "a\x1b[2J"])
def test_a_name_that_asterisk_could_not_carry_is_refused(discador: Any, file: Path, name: str) -> None:
    told = discador("campaign", "create", name, "--list", str(file))

    assert told.code == 2
    assert "campaign is " in told.err


def test_a_refused_contact_keeps_its_reason(discador: Any, file: Path, database: Engine) -> None:
    discador("campaign", "create", "spring", "--list", str(file))

    with database.connect() as conn:
        counts = campaigns.counts(conn, "spring")
    assert counts["", ContactState.REFUSED, "not_dialable: short_code"] == 1


NATIONAL = """number,country
5072891234,
(212) 555-1234,US
+525550001003,
4165671234,
5550001003,México
5550001003,France
"""


def test_numbers_without_plus_are_the_countrys_own_and_a_contradiction_is_refused(
    discador: Any, file: Path, database: Engine
) -> None:
    file.write_text(NATIONAL)

    told = discador("campaign", "create", "spring", "--list", str(file), "--country", "usa")

    assert told.code == 0
    with database.connect() as conn:
        due = campaigns.due(conn, "spring", discador.clock.at, limit=10)
    assert [(each.number, each.country) for each in due] == [
        ("+15072891234", "usa"),
        ("+12125551234", "usa"),
        ("+525550001003", "mexico"),
    ]
    assert told.err.splitlines() == [
        "line 4: '+525550001003': of another country than the list says",
        "line 5: '4165671234': of another country than the list says",
        "line 7: '5550001003': no country of the configuration is France",
    ]


def test_only_the_first_refused_rows_are_shown_and_where_all_are(discador: Any, file: Path) -> None:
    file.write_text("number\n+525550001003\n" + "12\n" * 9)

    told = discador("campaign", "create", "spring", "--list", str(file))

    assert told.err.count("short code") == SHOWN
    assert told.out.splitlines()[-1] == "All of them: discador campaign refused spring"


def test_who_has_left_the_list_already_is_told(discador: Any, file: Path) -> None:
    file.write_text("number\n+525550001003\n+525550001004\n")
    discador("optout", "add", "+525550001003", "--why", "asked by mail")

    told = discador("campaign", "create", "spring", "--list", str(file))
    again = discador("campaign", "create", "autumn", "--list", str(file), "--json")

    assert "On the opt-out list already, and not called: 1." in told.out
    assert json.loads(again.out)["opted_out"] == 1


def test_what_a_spreadsheet_has_rounded_is_told_with_what_helps(discador: Any, file: Path) -> None:
    file.write_text("number\n+525550001003\n5.25512E+12\n")

    told = discador("campaign", "create", "spring", "--list", str(file))

    assert "line 3: '5.25512E+12': rounded by a spreadsheet: format the column as text" in told.err


def test_a_workbook_or_a_device_is_no_list(discador: Any, file: Path) -> None:
    file.write_bytes(b"PK\x03\x04")
    assert "save it as CSV UTF-8" in discador("campaign", "create", "a", "--list", str(file)).err
    assert "it is a device" in discador("campaign", "create", "a", "--list", "/dev/zero").err
