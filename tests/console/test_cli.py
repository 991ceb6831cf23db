from __future__ import annotations

import errno
import io
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app.errors import NotDialableError
from fastagi_server.config import load
from fastagi_server.console.actions import Finding, Level
from fastagi_server.store import calls, optouts, revision
from fastagi_server.store.connect import open_database
from fastagi_server.telephony import frames
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.record import Begin, OptOut

CALL = mint(1.0, b"0123456789")
COMMANDS = [
    "serve",
    "call",
    "render",
    "apply",
    "check",
    "db",
    "calls",
    "optouts",
    "number",
    "did",
    "campaign",
]


def test_help_is_good_and_names_every_command(discador: Any) -> None:
    told = discador("--help")

    assert told.code == 0
    assert all(f"  {command} " in told.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(discador: Any, command: str) -> None:
    assert discador(command, "--help").code == 0


@pytest.mark.parametrize(
    ("argv", "env", "word"),
    [
        ((), {}, "Print the newest calls."),
        (("--lang", "es"), {}, "Imprime las llamadas más recientes."),
        (("--lang=pt",), {"LANG": "es_MX.UTF-8"}, "Imprime as chamadas mais recentes."),
        ((), {"LANG": "pt_BR.UTF-8"}, "Imprime as chamadas mais recentes."),
        ((), {"LANG": "de_DE.UTF-8"}, "Print the newest calls."),
    ],
)
def test_help_speaks_the_readers_language(
    discador: Any, argv: tuple[str, ...], env: dict[str, str], word: str
) -> None:
    assert word in discador(*argv, "--help", **env).out


@pytest.mark.parametrize(
    "argv",
    [("ring",), ("call",), ("calls", "--limit", "0"), ("calls", "--limit", "x"), ("--lang", "de", "calls")],
)
def test_a_wrong_command_line_is_2(discador: Any, argv: tuple[str, ...]) -> None:
    told = discador(*argv)

    assert told.code == 2
    assert told.out == ""
    assert "Error:" in told.err


@pytest.mark.parametrize(
    ("env", "head"),
    [
        ({}, "discador: Mistakes in the configuration: 2."),
        ({"LANG": "es_MX.UTF-8"}, "discador: Errores en la configuración: 2."),
        ({"LANG": "pt_BR.UTF-8"}, "discador: Erros na configuração: 2."),
    ],
)
def test_a_broken_configuration_is_told_whole_in_the_readers_language(
    discador: Any, env: dict[str, str], head: str
) -> None:
    discador.write("desc: x\nfastagi: {port: 0}\n")

    told = discador("calls", **env)

    assert told.code == 2
    assert told.err.splitlines()[0] == head
    assert "discador.yml:1: " in told.err
    assert "fastagi.port" in told.err


def test_the_chosen_language_goes_before_the_environments_in_errors_too(discador: Any) -> None:
    told = discador("--lang", "es", "calls", config="none.yml", LANG="pt_BR.UTF-8")

    assert told.code == 2
    assert "este archivo no se puede usar: No such file or directory" in told.err


def test_a_folder_for_a_configuration_is_told_by_us(discador: Any) -> None:
    told = discador("calls", config=".")

    assert told.code == 2
    assert "this file cannot be used: Is a directory" in told.err


def test_the_configurations_language_is_spoken(discador: Any) -> None:
    discador.write((discador.folder / "discador.yml").read_text() + "language: es\n")

    assert discador("calls", LANG="pt_BR.UTF-8").out == "Todavía no hay llamadas.\n"
    assert "Imprime las" in discador("calls", "--help", LANG="pt_BR.UTF-8").out
    assert "Imprime as" in discador("--lang", "pt", "calls", "--help").out


def test_the_configuration_is_read_once(discador: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[object] = []
    read = load.read
    monkeypatch.setattr(load, "read", lambda *asked: reads.append(asked) or read(*asked))

    assert discador("--lang", "es", "calls").code == 0
    assert len(reads) == 1
    assert discador("calls").code == 0
    assert len(reads) == 2


def test_an_action_that_fails_is_1_and_what_was_asked_wrongly_is_2(discador: Any, broken: Exception) -> None:
    discador.actions.raises = broken
    assert (discador("apply").code, discador("apply").err) == (1, "discador: the lamp broke.\n")

    discador.actions.raises = NotDialableError(number="12", why="too short")
    assert discador("apply").code == 2


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "standard output cannot be written: No space left on device"),
        ("es", "salida estándar"),
        ("pt", "saída padrão"),
    ],
)
def test_a_full_device_is_told_and_not_traced(
    discador: Any, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    full = io.TextIOWrapper(io.BufferedWriter(io.FileIO("/dev/full", "w")))
    monkeypatch.setattr(sys, "stdout", full)

    answer = discador("--lang", language, "optouts")

    assert answer.code == 1
    assert told in answer.err
    with pytest.raises(OSError, match="No space"):
        full.close()


def test_a_mistake_of_ours_with_a_file_is_not_taken_for_a_full_device(discador: Any) -> None:
    discador.actions.raises = OSError(errno.EIO, "Input/output error", "/some/where")

    with pytest.raises(OSError, match="some/where"):
        discador("apply")


def test_an_interrupt_anywhere_is_130(discador: Any) -> None:
    discador.actions.raises = KeyboardInterrupt()

    assert discador("apply").code == 130


def test_serve_says_when_the_doors_are_open(discador: Any) -> None:
    told = discador("serve")

    assert told.code == 0
    assert told.out.startswith("Discador is ready: FastAGI at agi://127.0.0.1:")


def test_a_new_store_is_made_for_its_owner_and_group_alone(discador: Any, tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    url = f"sqlite:///{file}"

    before = discador("calls", DATABASE_URL=url)
    made = discador("db", "upgrade", DATABASE_URL=url)
    again = discador("db", "upgrade", DATABASE_URL=url)

    assert before.code == 1
    assert "run: discador db upgrade" in before.err
    assert made.code == again.code == 0
    assert made.out.startswith("The store is at revision 0")
    assert stat.S_IMODE(file.stat().st_mode) & 0o027 == 0
    assert discador("calls", DATABASE_URL=url).out == "No calls yet.\n"


def fill(discador: Any) -> None:
    database = open_database(f"sqlite:///{discador.folder}/discador.db")
    begin = Begin(
        call=CALL,
        number="+525550001003",
        country="mexico",
        callerid="+525550009000",
        trunk="carrier",
        campaign="spring",
        planned_at=1.0,
        begun_at=1_800_000_000.0,
    )
    entry = OptOut(number="+525550001009", at=1_800_000_001.0, source="key", call=CALL, digit="9")
    with database.begin() as conn:
        calls.begin(conn, begin)
        optouts.add(conn, entry)
    database.dispose()


def test_calls_and_optouts_for_people(discador: Any) -> None:
    fill(discador)

    assert discador("calls").out.splitlines()[1].split() == [
        "2027-01-15",
        "08:00:00Z",
        "+525550001003",
        "mexico",
        "spring",
        "+525550009000",
        "begun",
    ]
    assert discador("optouts").out.split() == ["2027-01-15", "08:00:01Z", "+525550001009", "key", CALL]


def test_calls_and_optouts_for_programs(discador: Any) -> None:
    assert json.loads(discador("calls", "--json").out) == []
    assert json.loads(discador("optouts", "--json").out) == []
    fill(discador)

    assert [record["call"] for record in json.loads(discador("calls", "--json").out)] == [CALL]
    (entry,) = json.loads(discador("optouts", "--json").out)
    assert entry == {
        "number": "+525550001009",
        "at": 1_800_000_001.0,
        "source": "key",
        "call": CALL,
        "digit": "9",
        "who": "",
        "why": "",
    }


def test_check_is_1_when_anything_is_bad_with_its_remedy(discador: Any) -> None:
    discador.actions.findings = [
        Finding(key="asterisk", level=Level.BAD, says={"where": "127.0.0.1:5038", "why": "refused"}),
        Finding(key="cdr", level=Level.NOTE, says={"hourly": 3600}),
        Finding(key="trunk", level=Level.GOOD),
    ]

    told = discador("check")

    assert told.code == 1
    assert "bad   Asterisk's manager answers: 127.0.0.1:5038\n      remedy: look at its host:" in told.out
    assert told.out.endswith("1 of 3 findings are bad, 1 are notes.\n")


def test_check_is_0_when_there_are_notes_only(discador: Any) -> None:
    discador.actions.findings = [Finding(key="cdr", level=Level.NOTE, says={"hourly": 3600})]

    assert discador("check").code == 0


def test_check_for_programs(discador: Any) -> None:
    failed = frames.Failed(code="NoLinkError", message="no", details={"where": "x", "action": "y"})
    says = {"where": Path("x"), "why": failed}
    discador.actions.findings = [Finding(key="asterisk", level=Level.BAD, says=says)]

    (told,) = json.loads(discador("check", "--json").out)

    assert (told["key"], told["good"], told["level"]) == ("asterisk", False, "bad")
    assert told["says"] == {
        "where": "x",
        "why": {"code": "NoLinkError", "message": "no", "details": {"where": "x", "action": "y"}},
    }
    assert told["remedy"].startswith("look at its host:")


def test_without_a_command_the_help_is_shown_and_it_is_2(discador: Any) -> None:
    told = discador()

    assert told.code == 2
    assert "Usage: discador" in told.out + told.err


def test_the_options_of_a_call_reach_the_order(discador: Any) -> None:
    discador("call", "+52", "--country", "mexico", "--trunk", "t", "--callerid", "c", "--campaign", "spring")

    assert discador.actions.dials == [
        frames.Dial(number="+52", country="mexico", trunk="t", callerid="c", campaign="spring")
    ]


def test_an_upgrade_shows_on_a_terminal_where_it_is(
    discador: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)

    told = discador("db", "upgrade", "--json", DATABASE_URL=f"sqlite:///{tmp_path}/new.db")

    assert json.loads(told.out) == {"revision": revision.HEAD}
    assert f"At revision 0001 of {revision.HEAD}" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_call_whose_campaign_could_be_no_cdrs_account_is_asked_wrongly(discador: Any) -> None:
    told = discador("call", "+525550001003", "--campaign", "../x\r\n")

    assert told.code == 2
    assert "campaign is" in told.err
    assert discador.actions.dials == []
