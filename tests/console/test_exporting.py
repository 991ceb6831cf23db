from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from fastagi_server.console.exporting import COLUMNS, _inert, _table
from fastagi_server.store import optouts
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.record import OptOut

CALL = mint(1.0, b"0123456789")
PRESSED = OptOut(number="+525550001009", at=1_800_000_001.25, source="key", call=CALL, digit="9")
ASKED = OptOut(number="+525550001003", at=1_800_100_000.0, source="operator", who="ana", why="=1+1")


@pytest.fixture(autouse=True)
def kept(database: Engine) -> None:
    with database.begin() as conn:
        optouts.add(conn, PRESSED)
        optouts.add(conn, ASKED)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_entry_has_its_evidence_and_is_no_formula(discador: Any) -> None:
    first, second = rows(discador("optout", "export", "-").out)

    assert first == {
        "number": "+525550001009",
        "at": "2027-01-15T08:00:01.250Z",
        "source": "key",
        "call": CALL,
        "digit": "9",
        "who": "",
        "why": "",
    }
    assert (second["who"], second["why"], second["call"]) == ("ana", "'=1+1", "")


def test_programs_get_an_object_a_line(discador: Any) -> None:
    lines = discador("optout", "export", "-", "--format", "jsonl").out.splitlines()

    assert [tuple(json.loads(line)) for line in lines] == [COLUMNS, COLUMNS]
    assert json.loads(lines[1])["why"] == "=1+1"


@pytest.mark.parametrize(
    ("argv", "numbers"),
    [
        (("--number", "525550001003"), ["+525550001003"]),
        (("--since", "2027-01-16"), ["+525550001003"]),
        (("--since", "2030-01-01"), []),
    ],
)
def test_a_choice_of_them(discador: Any, argv: tuple[str, ...], numbers: list[str]) -> None:
    assert [row["number"] for row in rows(discador("optout", "export", "-", *argv).out)] == numbers


def test_a_file_is_written_whole_and_for_its_owner_and_group(discador: Any, tmp_path: Path) -> None:
    file = tmp_path / "optouts.csv"
    file.write_text("old")
    told = discador("optout", "export", str(file))

    assert told.out == f"{file}: 2 entries.\n"
    assert len(rows(file.read_text())) == 2
    assert stat.S_IMODE(file.stat().st_mode) & 0o027 == 0
    assert not list(tmp_path.glob("*.part"))
    assert [each.name for each in tmp_path.glob("*optouts*")] == ["optouts.csv"]


def test_what_is_no_file_is_not_replaced_by_one(discador: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    told = discador("optout", "export", str(tmp_path / "pipe"))

    assert told.code == 1
    assert "pipe" in told.err
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_link_stays_a_link_and_the_file_behind_it_is_written(discador: Any, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "there")

    discador("optout", "export", str(tmp_path / "link"))

    assert (tmp_path / "link").is_symlink()
    assert len(rows((tmp_path / "there").read_text())) == 2


def test_a_place_where_nothing_can_be_written_is_told(discador: Any, tmp_path: Path) -> None:
    told = discador("optout", "export", str(tmp_path / "nowhere" / "optouts.csv"))

    assert (told.code, told.out) == (1, "")
    assert "cannot be written" in told.err


def test_a_since_that_is_no_instant_is_told(discador: Any) -> None:
    assert discador("optout", "export", "-", "--since", "yesterday").code == 2


def test_it_is_read_page_after_page(discador: Any, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optouts, "PAGE", 7)
    monkeypatch.setattr(optouts.page, "__kwdefaults__", {"after": 0, "limit": 7})
    with database.begin() as conn:
        for n in range(40):
            optouts.add(conn, OptOut(number=f"+5255{n:08}", at=1.0, source="import"))

    assert len(rows(discador("optout", "export", "-").out)) == 42


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_people_wrote_is_one_row_that_no_spreadsheet_runs(who: str, why: str) -> None:
    entry = OptOut(number="+525550001003", at=1.0, source="operator", who=who, why=why)
    (row,) = csv.reader(io.StringIO(_table([entry]), newline=""))
    told = dict(zip(COLUMNS, row, strict=True))
    assert told["number"] == "+525550001003"
    for cell in (told["who"], told["why"]):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_what_begins_harmlessly_stays_as_it_is() -> None:
    assert _inert("asked by mail") == "asked by mail"
