from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.console.importing import SHOWN
from fastagi_server.store import dids
from fastagi_server.telephony.did import Did

GOOD = "number,country,note\n+525550009000,,main\n+12125551234,mexico,\n"
BAD = GOOD + "12,,\n+33142685300,,\n+525550009001,atlantis,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dids.csv"
    path.write_text(GOOD)
    return path


def lab(discador: Any) -> None:
    discador.write((discador.folder / "discador.yml").read_text() + "lab: true\n")


def owned(database: Engine) -> list[Did]:
    with database.connect() as conn:
        return dids.owned(conn)


def test_a_list_is_imported_by_its_column_or_by_the_numbers_own_country(
    discador: Any, file: Path, database: Engine
) -> None:
    told = discador("did", "import", str(file))

    assert (told.code, told.out, told.err) == (0, "Imported: 2 new, 0 owned already.\n  mexico  2\n", "")
    assert owned(database) == [
        Did(number="+12125551234", country="mexico"),
        Did(number="+525550009000", country="mexico", note="main"),
    ]


def test_the_same_list_again_is_owned_already(discador: Any, file: Path) -> None:
    discador("did", "import", str(file))

    assert discador("did", "import", str(file)).out.startswith("Imported: 0 new, 2 owned already.\n")


@pytest.mark.parametrize("name", ["usa", "US"])
def test_one_country_for_all(discador: Any, file: Path, database: Engine, name: str) -> None:
    discador("did", "import", str(file), "--country", name)

    assert {did.country for did in owned(database)} == {"usa"}


def test_bad_rows_keep_everything_out_and_are_told_by_line(
    discador: Any, file: Path, database: Engine
) -> None:
    file.write_text(BAD)

    told = discador("did", "import", str(file))

    assert (told.code, told.out) == (2, "")
    assert told.err.splitlines() == [
        "line 4: '12': short code",
        "line 5: '+33142685300': outside the Americas",
        "line 6: '+525550009001': no country of the configuration is atlantis",
        "discador: bad rows: 3; nothing was imported. Mend them, or pass over them with --skip-bad.",
    ]
    assert owned(database) == []


def test_good_rows_alone_may_be_taken(discador: Any, file: Path, database: Engine) -> None:
    file.write_text(BAD)

    told = discador("did", "import", str(file), "--skip-bad", "--json")

    assert told.code == 0
    assert json.loads(told.out)["new"] == len(owned(database)) == 2
    assert [each["line"] for each in json.loads(told.out)["bad"]] == [4, 5, 6]


def test_many_bad_rows_are_not_all_told(discador: Any, file: Path) -> None:
    file.write_text("number\n" + "12\n" * (SHOWN + 5))

    told = discador("did", "import", str(file))

    assert told.err.count("short code") == SHOWN
    assert "and 5 more." in told.err


def test_numbers_of_nobody_need_a_lab(discador: Any, file: Path, database: Engine) -> None:
    file.write_text("number\n+12125550123\n")

    assert discador("did", "import", str(file)).code == 2
    told = discador("did", "import", str(file), "--lab")
    assert (told.code, owned(database)) == (2, [])
    assert "lab: true" in told.err

    lab(discador)
    assert discador("did", "import", str(file), "--lab").code == 0
    assert owned(database) == [Did(number="+12125550123", country="usa", lab=True)]


def test_a_file_that_cannot_be_read_is_told(discador: Any, tmp_path: Path) -> None:
    told = discador("did", "import", str(tmp_path / "none.csv"))

    assert told.code == 2
    assert "none.csv cannot be read: No such file or directory" in told.err


@pytest.mark.parametrize("rows", ["", "number\n", "12\n"])
def test_nothing_to_show_is_not_done_well(discador: Any, file: Path, rows: str) -> None:
    file.write_text(rows or "\n")

    assert discador("did", "import", str(file)).code == 2
    assert discador("did", "import", str(file), "--skip-bad").code == 2


def test_digits_without_plus_are_the_named_countrys(discador: Any, file: Path, database: Engine) -> None:
    file.write_text("number,country\n5072891234,us\n55 5000 9000,México\n525550009001,\n")

    assert discador("did", "import", str(file)).code == 0
    assert [(did.number, did.country) for did in owned(database)] == [
        ("+525550009000", "mexico"),
        ("+525550009001", "mexico"),
        ("+15072891234", "usa"),
    ]


@pytest.mark.parametrize(
    ("first", "then", "why"),
    [
        ((), ("--lab",), "ours already, and not marked as a lab's"),
        (("--lab",), (), "ours already, marked as a lab's"),
    ],
)
def test_a_lab_mark_is_never_turned_by_a_list(
    discador: Any, file: Path, database: Engine, first: Any, then: Any, why: str
) -> None:
    lab(discador)
    discador("did", "import", str(file), *first)
    before = owned(database)

    told = discador("did", "import", str(file), *then)

    assert (told.code, owned(database)) == (2, before)
    assert f"line 2: '+525550009000': {why}" in told.err


def test_a_retired_number_stays_retired_and_that_is_told(discador: Any, file: Path, database: Engine) -> None:
    discador("did", "import", str(file))
    discador("did", "retire", "+525550009000")

    told = discador("did", "import", str(file))

    assert told.code == 0
    assert "Retired, and left so (discador did restore brings them back): 1." in told.out
    assert [did.number for did in owned(database)] == ["+12125551234"]
