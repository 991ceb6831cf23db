from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.store import dids
from fastagi_server.telephony import frames
from fastagi_server.telephony.did import Did

ONE, TWO = "+525550009000", "+525550009001"


@pytest.fixture(autouse=True)
def inventory(database: Engine) -> None:
    with database.begin() as conn:
        dids.add(conn, [Did(number=ONE, country=slug) for slug in ("mexico", "usa")], at=1.0)
        dids.add(conn, [Did(number=TWO, country="mexico")], at=1.0)


def owned(database: Engine) -> list[tuple[str, str]]:
    with database.connect() as conn:
        return [(did.number, did.country) for did in dids.owned(conn)]


def test_a_retired_number_is_shown_nowhere_and_a_running_engine_knows(
    discador: Any, database: Engine, desk: Any
) -> None:
    heard = desk([frames.Done()], [frames.Done()])

    assert discador("did", "retire", "52 5550 009000").out == "Retired: 1.\n"
    assert owned(database) == [(TWO, "mexico")]
    assert discador("did", "restore", ONE, "--json").out == '{"restored": ["+525550009000"]}\n'
    assert owned(database) == [(ONE, "mexico"), (TWO, "mexico"), (ONE, "usa")]
    assert [each.what for each in heard] == ["retired", "restored"]


def test_in_one_country_only_and_from_a_list(discador: Any, database: Engine, tmp_path: Path) -> None:
    file = tmp_path / "spam.csv"
    file.write_text("número;nota\n55 5000 9000;spam\n")

    assert discador("did", "retire", TWO, "--file", str(file), "--country", "MX").code == 0

    assert owned(database) == [(ONE, "usa")]
    told = discador("did", "list", "--retired", "--json").out
    assert [did["number"] for did in json.loads(told)] == [ONE, TWO]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("retire", ONE, "+525550009009"), "+525550009009: not among our caller IDs"),
        (("retire", ONE, "nonsense"), "nonsense: not among"),
        (("restore", TWO), f"{TWO}: not among our caller IDs, or so already"),
        (("retire",), "has no row"),
        (("restore", TWO, "--lab"), "lab: true"),
    ],
)
def test_what_is_not_so_changes_nothing(
    discador: Any, database: Engine, argv: tuple[str, ...], told: str
) -> None:
    before = owned(database)

    answer = discador("did", *argv)

    assert answer.code == 2
    assert told in answer.err
    assert owned(database) == before


def test_a_restored_number_may_change_its_mark(discador: Any, database: Engine) -> None:
    discador.write((discador.folder / "discador.yml").read_text() + "lab: true\n")
    discador("did", "retire", TWO)

    assert discador("did", "restore", TWO, "--lab").code == 0

    with database.connect() as conn:
        assert Did(number=TWO, country="mexico", lab=True) in dids.owned(conn)


def test_nothing_is_retired_at_first(discador: Any) -> None:
    assert discador("did", "list", "--retired").out == "No caller ID is retired.\n"
