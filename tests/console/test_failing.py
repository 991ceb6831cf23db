from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.app.errors import NotDialableError
from fastagi_server.console.failing import plain, wants_json
from fastagi_server.telephony import frames
from fastagi_server.telephony.did import Limit


def test_a_program_is_told_the_error_by_its_name_on_standard_error(discador: Any) -> None:
    told = discador("--lang", "es", "campaign", "report", "pager", "--json")

    assert told.code == discador("campaign", "report", "pager").code == 2
    assert told.out == ""
    assert json.loads(told.err) == {
        "error": "UnknownCampaignError",
        "message": "El almacén no tiene la campaña 'pager'; discador campaign list muestra las que hay.",
        "details": {"name": "pager"},
    }


def test_a_wrong_command_line_is_told_so_too(discador: Any) -> None:
    told = discador("--lang", "pt", "calls", "--limit", "0", "--json")

    assert told.code == 2
    assert told.out == ""
    error = json.loads(told.err)
    assert (error["error"], error["details"]) == ("UsageError", {})
    assert error["message"].startswith("Valor inválido de '--limit'")


def test_a_broken_configuration_is_told_mistake_by_mistake(discador: Any) -> None:
    discador.write("desc: x\nfastagi: {port: 0}\n")

    error = json.loads(discador("calls", "--json").err)

    assert error["error"] == "SettingError"
    assert "fastagi.port" in error["message"]


def test_what_the_service_refuses_is_told_in_the_same_form(discador: Any, desk: Any) -> None:
    desk(frames.Failed(code="CampaignIsUpError", message="it is up", details={"name": "spring"}))

    told = discador("campaign", "start", "spring", "--json")

    assert told.code == 1
    assert json.loads(told.err)["error"] == "CampaignIsUpError"
    assert json.loads(told.err)["details"] == {"name": "spring"}


def test_a_call_that_could_not_be_is_a_frame_and_an_error(discador: Any, desk: Any) -> None:
    no = NotDialableError(number="12", why="short code")
    desk(frames.failed(no))

    told = discador("call", "12", "--json")

    assert told.code == 2
    assert frames.decode(told.out.encode()) == frames.failed(no)
    assert json.loads(told.err)["error"] == "NotDialableError"


@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        (("calls", "--json"), True),
        (("calls",), False),
        (("number", "--", "--json"), False),
        (("number", "--json", "--", "-1"), True),
    ],
)
def test_whether_a_program_asks(argv: tuple[str, ...], asked: bool) -> None:
    assert wants_json(argv) is asked


def test_what_json_does_not_know() -> None:
    assert plain(Path("/x")) == "/x"
    assert plain(Limit(country="usa", cap=5, who="ana", at=1.0)) == {
        "country": "usa",
        "cap": 5,
        "who": "ana",
        "at": 1.0,
    }


def test_a_list_of_which_nobody_may_be_called_is_one_object_on_standard_error(
    discador: Any, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("number\n12\n")

    told = discador("campaign", "create", "spring", "--list", str(tmp_path / "people.csv"), "--json")

    error = json.loads(told.err)
    assert (told.code, told.out, error["error"]) == (2, "", "NobodyToCallError")
    assert error["details"]["first_refused"] == [{"line": 2, "raw": "12", "why": "not_dialable: short_code"}]


def test_bad_rows_are_told_to_programs_and_the_error_beside_them(discador: Any, tmp_path: Path) -> None:
    (tmp_path / "dids.csv").write_text("number\n12\n")

    told = discador("did", "import", str(tmp_path / "dids.csv"), "--json")

    assert told.code == 2
    assert [each["line"] for each in json.loads(told.out)["bad"]] == [2]
    assert json.loads(told.err)["error"] == "BadRowsError"
