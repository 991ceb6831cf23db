from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from fastagi_server.console import reporting
from fastagi_server.store import calls, dids
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.did import Did
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Begin, State

BEGAN = 1_795_000_000.0


@pytest.fixture(autouse=True)
def spring(discador: Any, tmp_path: Path, database: Engine) -> None:
    file = tmp_path / "list.csv"
    file.write_text("+525550001003\n+12125551234\n12\n")
    discador("campaign", "create", "spring", "--list", str(file), "--cps", "25")
    owned = [Did(number=f"+52555000900{n}", country="mexico") for n in range(3)]
    with database.begin() as conn:
        dids.add(conn, [*owned, Did(number="+5511955552001", country="brasil")], BEGAN)


def ring(
    database: Engine, n: int, disposition: Disposition, *, country: str = "mexico", sent: bool = True
) -> None:
    """Keep an ended call: ordered 2 ms after its slot, ringing 50 ms later, ended after 8 s."""
    at = BEGAN + n / 20
    begin = Begin(
        call=mint(at, n.to_bytes(10, "big")),
        number=f"+5255{n:08}",
        country=country,
        callerid="+525550009000",
        trunk="carrier",
        campaign="spring",
        planned_at=at,
        begun_at=at - 0.2,
    )
    with database.begin() as conn:
        calls.begin(conn, begin)
        record = calls.get(conn, begin.call)
        assert record is not None
        when = {"ordered_at": at + 0.002, "ringing_at": at + 0.052} if sent else {}
        ended = {"state": State.ENDED, "ended_at": at + 8.0, "disposition": disposition, "why": "x"}
        calls.keep(conn, replace(record, **when, **ended))


def told(discador: Any, *argv: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(discador("campaign", "report", "spring", "--json", *argv).out)
    return made


def test_the_figures_are_made_of_the_calls(
    discador: Any, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting.reports.timings, "__kwdefaults__", {"after": "", "limit": 3})
    for n in range(8):
        ring(database, n, Disposition.CONNECTED)
    ring(database, 8, Disposition.BUSY, country="usa")
    ring(database, 9, Disposition.CONGESTED, country="usa")
    ring(database, 10, Disposition.CANCELLED, sent=False)

    made = told(discador)

    assert made["totals"] == {
        "attempted": 10,
        "succeeded": 9,
        "failed": 1,
        "success_rate": 0.9,
        "answered": 0,
        "answer_rate": 0.0,
        "not_sent": 1,
    }
    assert made["performance"] == {
        "mean_cps": 20.0,
        "max_cps": 10,
        "efficiency": 0.8,
        "setup_mean_seconds": 0.05,
        "setup_p95_seconds": 0.05,
        "setup_p99_seconds": 0.05,
        "max_concurrent": 10,
        "late_p50_seconds": 0.002,
        "late_p99_seconds": 0.002,
    }
    assert made["countries"]["usa"]["success_rate"] == 0.5
    assert (made["countries"]["mexico"]["connect_key"], made["countries"]["usa"]["connect_key"]) == ("3", "1")
    assert made["dispositions"] == {"connected": 8, "busy": 1, "congested": 1}
    assert (made["began_at"], made["seconds"]) == (BEGAN + 0.002, 8.448)


def test_the_configuration_and_the_contacts_are_told(discador: Any) -> None:
    made = told(discador)

    assert made["config"] == {
        "trunk": "carrier",
        "target_cps": 25.0,
        "concurrency": 0,
        "retries": 0,
        "retry_seconds": 3600,
        "countries": ["mexico", "usa"],
        "callerids": 3,
    }
    assert made["contacts"] == {"queued": 2, "dialing": 0, "done": 0, "refused": 1}
    assert made["refusals"] == {"not_dialable: short_code": 1}
    assert (made["campaign"], made["state"], made["began_at"], made["seconds"]) == (
        "spring",
        "ready",
        None,
        0,
    )


@pytest.mark.parametrize(
    ("cps", "most", "target"), [(25, 10, 10.0), (25, 0, 25.0), (0, 30, 30.0), (0, 0, None)]
)
def test_the_target_is_the_least_of_the_limits(
    discador: Any, tmp_path: Path, cps: int, most: int, target: float | None
) -> None:
    discador.write((discador.folder / "discador.yml").read_text() + f"max_cps: {most}\n")
    discador("campaign", "create", "other", "--list", str(tmp_path / "list.csv"), "--cps", str(cps))

    made = json.loads(discador("campaign", "report", "other", "--json").out)

    assert made["config"]["target_cps"] == target
    assert made["performance"]["efficiency"] == (None if target is None else 0.0)


def test_the_report_for_people_is_in_their_language(discador: Any, database: Engine) -> None:
    ring(database, 0, Disposition.CONNECTED)

    lines = discador("--lang", "pt", "campaign", "report", "spring").out.splitlines()

    assert lines[0] == "RELATÓRIO DE CAMPANHA"
    assert "MEXICO: 1 chamadas, 100.0% sucesso (DTMF tecla 3)" in lines


def test_the_report_goes_into_a_file(discador: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.json"

    out = discador("campaign", "report", "spring", "--json", "--output", str(file)).out

    assert out == f"The report is in {file}.\n"
    assert json.loads(file.read_text()) == told(discador)


def test_a_file_that_cannot_be_written_is_told(discador: Any, tmp_path: Path) -> None:
    answer = discador("campaign", "report", "spring", "--output", str(tmp_path))

    assert answer.code == 1
    assert "cannot be written" in answer.err


def test_a_campaign_that_is_not_there_is_2(discador: Any) -> None:
    assert discador("campaign", "report", "autumn").code == 2


def test_a_rate_of_no_calls_is_null(discador: Any) -> None:
    made = json.loads(discador("campaign", "report", "spring", "--json").out)

    assert made["totals"]["attempted"] == 0
    assert (made["totals"]["success_rate"], made["totals"]["answer_rate"]) == (None, None)


def test_the_calls_that_were_read_are_counted_on_a_terminal(
    discador: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(reporting, "watched", lambda rows, doing: seen.append(doing) or rows)

    assert discador("--lang", "pt", "campaign", "report", "spring").code == 0
    assert seen == ["Chamadas lidas"]
