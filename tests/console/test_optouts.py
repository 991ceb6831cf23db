from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.console import book
from fastagi_server.store import optouts, tidings
from fastagi_server.telephony import frames
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.tiding import Kind

NUMBER = "+525550001003"


def listed(database: Engine) -> list[tuple[str, str, str, str]]:
    with database.connect() as conn:
        return [(each.number, each.source, each.who, each.why) for each in optouts.entries(conn)]


def test_without_a_service_it_goes_straight_into_the_store_and_every_engine_hears(
    discador: Any, database: Engine
) -> None:
    told = discador("optout", "add", "52 55 5000 1003", "--why", "asked by mail")

    assert (told.code, told.out) == (0, f"{NUMBER} is on the opt-out list.\n")
    assert listed(database) == [(NUMBER, "operator", book.user(), "asked by mail")]
    with database.connect() as conn:
        assert [(each.kind, each.value) for each in tidings.since(conn, 0)] == [(Kind.OPTOUT, NUMBER)]


def test_a_second_evidence_is_kept_beside_the_first(discador: Any, database: Engine) -> None:
    discador("optout", "add", NUMBER, "--why", "asked by mail")
    discador.clock.at += 1
    told = discador("optout", "add", NUMBER, "--why", "asked again", "--json")

    assert json.loads(told.out) == {"number": NUMBER, "new": False, "who": book.user(), "why": "asked again"}
    assert [why for *_, why in listed(database)] == ["asked by mail", "asked again"]


def test_a_service_that_runs_is_asked_to_do_it(
    discador: Any, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[frames.Frame] = []

    def ask(path: Path, order: frames.Frame, *, patience: float | None = None) -> Iterator[frames.Frame]:
        asked.append(order)
        yield frames.Done()

    monkeypatch.setattr(book, "ask", ask)
    assert discador("optout", "add", NUMBER, "--why", "asked by mail").code == 0
    assert asked == [frames.Leave(number=NUMBER, who=book.user(), why="asked by mail")]
    assert listed(database) == []


def test_a_service_that_could_not_is_told_as_its_error(
    discador: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object, **__: object) -> Iterator[frames.Frame]:
        yield frames.failed(BadInputError(field="number", value="x", expected="E.164"))

    monkeypatch.setattr(book, "ask", ask)
    told = discador("optout", "add", NUMBER, "--why", "asked by mail")
    assert (told.code, told.out) == (2, "")
    assert "E.164" in told.err


@pytest.mark.parametrize(
    "argv", [("12", "--why", "x"), (NUMBER, "--why", " "), (NUMBER,), ("abc", "--why", "x")]
)
def test_what_is_no_number_or_has_no_reason_is_refused(
    discador: Any, database: Engine, argv: Sequence[str]
) -> None:
    told = discador("optout", "add", *argv)

    assert (told.code, told.out) == (2, "")
    assert listed(database) == []


def write(discador: Any, text: str) -> str:
    file: Path = discador.folder / "people.csv"
    file.write_text(text)
    return str(file)


def test_a_list_is_imported_each_number_once_and_again_it_is_known(discador: Any, database: Engine) -> None:
    file = write(discador, "number\n+525550001003\n52 55 5000 1003\n+33142685300\n+18005551234\n")

    told = discador("optout", "import", file)
    assert (told.code, told.out) == (0, "Imported: 3 new, 0 on the opt-out list already.\n")
    assert [entry[:2] for entry in listed(database)] == [
        (NUMBER, "import"),
        ("+33142685300", "import"),
        ("+18005551234", "import"),
    ]
    assert {why for *_, why in listed(database)} == {"imported from people.csv"}
    again = discador("optout", "import", file, "--why", "once more", "--json")
    assert json.loads(again.out) == {"new": 0, "known": 3, "bad": []}
    with database.connect() as conn:
        assert len(tidings.since(conn, 0)) == 3


def test_one_bad_row_and_nothing_is_done(discador: Any, database: Engine) -> None:
    file = write(discador, "number\n+525550001003\n12\nnobody\n")

    told = discador("optout", "import", file)
    assert (told.code, told.out) == (2, "")
    assert told.err.splitlines() == [
        "line 3: '12': short code",
        "line 4: 'nobody': letter",
        "discador: bad rows: 2; nothing was put on the opt-out list. Mend them or take them out.",
    ]
    assert listed(database) == []


def test_bad_rows_for_programs_and_at_most_a_screen_of_them_for_people(discador: Any) -> None:
    file = write(discador, "number\n" + "12\n" * 30)

    told = json.loads(discador("optout", "import", file, "--json").out)
    assert (told["new"], len(told["bad"]), told["bad"][0]["line"]) == (0, 30, 2)
    assert "and 10 more." in discador("optout", "import", file).err


def test_a_list_without_a_row_is_no_list(discador: Any) -> None:
    assert discador("optout", "import", write(discador, "number\n")).code == 2


def test_a_long_list_is_written_in_chunks(
    discador: Any, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastagi_server.console.optouts.CHUNK", 10)
    file = write(discador, "number\n" + "".join(f"+5255500{n:05}\n" for n in range(25)))

    assert discador("optout", "import", file).out.startswith("Imported: 25 new")
    assert len(listed(database)) == 25


def test_a_terminal_and_a_file_name_of_another_encoding_are_taken_as_text(
    discador: Any, database: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "n\udcfameros.csv"
    file.write_text("+525550001004\n")

    assert discador("optout", "add", NUMBER, "--why", "el se\udcf1or lo pidi\udcf3").code == 0
    assert discador("optout", "import", str(file)).code == 0

    assert [why for *_, why in listed(database)] == ["el señor lo pidió", "imported from n\ufffdmeros.csv"]
