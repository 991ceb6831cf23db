from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def spring(discador: Any, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("number\n+525550001003\n12\n+525550001003\n=1+1\n")
    assert discador("campaign", "create", "spring", "--list", str(file)).code == 0


def test_refused_rows_are_told_with_line_and_reason(discador: Any) -> None:
    assert discador("campaign", "refused", "spring").out.splitlines() == [
        "line 3: '12': short code",
        "line 4: '+525550001003': on the list already",
        "line 5: '=1+1': character",
    ]


def test_refused_rows_for_programs(discador: Any) -> None:
    told = json.loads(discador("campaign", "refused", "spring", "--json").out)

    assert told[:2] == [
        {"line": 3, "raw": "12", "why": "not_dialable: short_code"},
        {"line": 4, "raw": "+525550001003", "why": "duplicate"},
    ]


def test_refused_rows_for_a_spreadsheet_that_reads_no_formula(discador: Any) -> None:
    rows = list(
        csv.reader(io.StringIO(discador("--lang", "pt", "campaign", "refused", "spring", "--csv").out))
    )

    assert rows == [
        ["line", "number", "code", "why"],
        ["3", "12", "not_dialable: short_code", "é um código curto"],
        ["4", "+525550001003", "duplicate", "já está na lista"],
        ["5", "'=1+1", "not_dialable: character", rows[3][3]],
    ]


def test_a_campaign_without_refused_rows_and_none_at_all(discador: Any, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("+525550001003\n")
    discador("campaign", "create", "autumn", "--list", str(tmp_path / "good.csv"))

    assert discador("campaign", "refused", "autumn").out == "Campaign autumn has no refused row.\n"
    assert discador("campaign", "refused", "winter").code == 2
