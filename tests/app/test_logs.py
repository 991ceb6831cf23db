"""What happens is told in the file where an operator looks for it, with the call's id."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fastagi_server.app.journal import File
from fastagi_server.app.logs import Logs, open_logs
from fastagi_server.callerid.choice import Choice
from fastagi_server.config.logs import Logs as LogSettings
from fastagi_server.config.settings import LogLevel, Settings
from fastagi_server.dialer.pools import Exhausted
from fastagi_server.dialer.prepare import Prepared
from fastagi_server.dialer.runner import Progress
from fastagi_server.ivr.answers import Lent
from fastagi_server.pacing.change import Change, Move
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.campaign import Campaign, CampaignState
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.orders import FIRST, PlaceCall
from fastagi_server.telephony.record import Begin, Record, State, changed

CAMPAIGN = Campaign(
    name="spring",
    trunk="carrier",
    cps=10.0,
    concurrency=0,
    retries=0,
    retry_seconds=0,
    lab=True,
    state=CampaignState.RUNNING,
    created_at=1.0,
)


def call(number: int) -> CallId:
    return mint(float(number), b"0123456789")


def record(number: int, **changes: Any) -> Record:
    made = Record(
        call=call(number),
        number="+525550001003",
        country="mexico",
        callerid="+525550009000",
        trunk="carrier",
        campaign="spring",
        state=State.ORDERED,
        planned_at=10.0,
        begun_at=9.0,
        ordered_at=10.002,
    )
    return changed(made, changes)


class Told:
    def __init__(self) -> None:
        self.lines: list[tuple[File, str, dict[str, Any]]] = []

    def __call__(
        self,
        file: File,
        event: str,
        fields: Any,
        *,
        call: str | None = None,
        level: int = logging.INFO,
    ) -> None:
        extra = {"call_id": call} if call else {}
        self.lines.append((file, event, {**extra, **fields}))

    def of(self, event: str) -> list[dict[str, Any]]:
        return [fields for _, name, fields in self.lines if name == event]


@pytest.fixture
def told() -> Told:
    return Told()


def lives(logs: Logs, number: int, disposition: Disposition, *, at: float, answered: bool) -> None:
    ordered = record(number, ordered_at=at)
    logs.watch(ordered, facts.Ordered(call=ordered.call, at=at))
    instants = {"answered_at": at + 2.5, "ringing_at": at + 0.5} if answered else {}
    ended = changed(
        ordered, {**instants, "state": State.ENDED, "disposition": disposition, "ended_at": at + 7.0}
    )
    logs.watch(ended, facts.Ended(call=ended.call, at=at + 7.0, cause=16))


def test_the_end_of_a_call_has_its_timings(told: Told) -> None:
    lives(Logs(tell=told), 1, Disposition.CONNECTED, at=10.002, answered=True)

    (file, event, line) = told.lines[0]
    assert (file, event, line["call_id"]) == (File.PERFORMANCE, "call_ended", call(1))
    assert (line["late"], line["pdd"], line["setup"], line["talk"]) == (0.002, 0.5, 2.5, 4.5)
    assert (line["number"], line["disposition"], line["trunk"]) == ("+525550001003", "connected", "carrier")


def test_what_is_not_known_of_a_call_is_null(told: Told) -> None:
    lives(Logs(tell=told), 1, Disposition.FAILED, at=1.0, answered=False)

    (line,) = told.of("call_ended")
    assert (line["pdd"], line["setup"], line["talk"]) == (None, None, None)


def test_every_ten_seconds_it_is_told_how_fast_and_how_well_it_goes(told: Told) -> None:
    logs, engine = Logs(tell=told), SimpleNamespace(up=3, drift=0)
    for number in range(20):
        lives(
            logs,
            number,
            Disposition.BUSY if number % 4 else Disposition.CONNECTED,
            at=number,
            answered=not number % 4,
        )
    logs.tick(engine)
    logs.tick(engine)
    logs.tick(SimpleNamespace(up=0, drift=0))

    first, second = told.of("figures")
    assert (first["cps"], first["up"], first["originated"], first["asr"], first["ner"]) == (
        2.0,
        3,
        20,
        0.25,
        1.0,
    )
    assert second["cps"] == 0.0


def test_what_never_left_is_no_attempt(told: Told) -> None:
    logs = Logs(tell=told)
    taken_back = record(1, state=State.ENDED, disposition=Disposition.CANCELLED, ordered_at=None)
    logs.watch(taken_back, facts.OrderCancelled(call=taken_back.call, at=1.0, why="stopped"))
    lives(logs, 2, Disposition.CONNECTED, at=1.0, answered=True)
    logs.tick(SimpleNamespace(up=0, drift=0))

    (figures,) = told.of("figures")
    assert (figures["originated"], figures["ended"], figures["asr"]) == (1, 1, 1.0)


def test_the_link_is_told_up_and_down(told: Told) -> None:
    logs = Logs(tell=told)
    logs.link(FIRST)
    logs.link(FIRST, "it went")

    assert [(file, event, fields.get("why")) for file, event, fields in told.lines] == [
        (File.PERFORMANCE, "link_up", None),
        (File.PERFORMANCE, "link_down", "it went"),
    ]


SAYS = {"resolved": 80, "succeeded": 4, "share": 0.05, "usual": 0.4, "threshold": 0.1}


def test_a_pace_and_a_brake_are_told_with_their_numbers(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    logs = Logs(tell=told)
    logs.paced(
        "trunk:carrier",
        Change(move=Move.REFUSED, at=1.0, before=21.0, after=19.75, sent=198, refused=4, success=None),
    )
    logs.paced(
        "country:mexico",
        Why(standing=Standing.STOPPED, reason=Reason.SUCCESS, at=2.0, says=SAYS),
    )
    logs.released("country:mexico", who="ana", why="mended")

    (pace,), (brake,) = told.of("pace"), told.of("brake")
    assert (pace["scope"], pace["after"], pace["refused"]) == ("trunk:carrier", 19.75, 4)
    assert (brake["scope"], brake["standing"], brake["succeeded"]) == ("country:mexico", "stopped", 4)
    assert told.of("brake_released") == [{"scope": "country:mexico", "who": "ana", "why": "mended"}]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 3


def test_how_much_of_a_shared_limit_is_ours_is_told(told: Told) -> None:
    says = {"scope": "cluster", "share": 15, "limit": 30.0, "others": 1}

    Logs(tell=told).shared(says)

    assert told.of("share") == [says]


def test_without_performance_monitoring_the_other_two_are_written(told: Told) -> None:
    logs = Logs(tell=told, performance=False)
    logs.running(CAMPAIGN, 10.0)
    lives(logs, 1, Disposition.CONNECTED, at=1.0, answered=True)
    logs.tick(SimpleNamespace(up=1, drift=0))
    logs.link(FIRST)
    logs.changed("reset", {"who": "ana"})

    assert {file for file, _, _ in told.lines} == {File.LOAD_TEST, File.CLI_MANAGER}


def prepared(number: int) -> Prepared:
    known = record(number)
    names = ("call", "number", "country", "callerid", "trunk", "campaign", "planned_at", "begun_at")
    begin = Begin(**{name: getattr(known, name) for name in names})
    choice = Choice(number=known.callerid, uses=3, last_at=5.0, of=50)
    order = PlaceCall.__new__(PlaceCall)
    return Prepared(begin=begin, order=order, choice=choice)


def test_a_choice_says_which_caller_id_and_why(told: Told) -> None:
    Logs(tell=told).prepared(prepared(1))

    assert told.lines == [
        (
            File.CLI_MANAGER,
            "chosen",
            {
                "call_id": call(1),
                "country": "mexico",
                "callerid": "+525550009000",
                "campaign": "spring",
                "why": "least used, idle longest: 3 uses in -, 50 could be chosen",
            },
        )
    ]


def test_a_pause_is_told_once_until_something_changes(told: Told) -> None:
    logs, why = Logs(tell=told), Exhausted(country="mexico", why="all at their cap", until=5.0)
    for _ in range(3):
        logs.prepared(why)
    assert told.of("paused") == [{"country": "mexico", "why": "all at their cap"}]
    logs.changed("limit", {"who": "ana", "country": "mexico", "cap": 200})
    logs.prepared(why)
    logs.prepared(replace(why, until=6.0))
    assert len(told.of("paused")) == 3
    assert told.of("limit") == [{"who": "ana", "country": "mexico", "cap": 200}]


def test_a_caller_id_lent_to_another_dialplan_is_told_with_its_channel(told: Told) -> None:
    logs = Logs(tell=told)
    logs.lent(Lent(callerid="+525550009000", why="least used", country="mexico"), "1795.1")
    logs.lent(Lent(callerid="", why="opted_out", country="mexico"), "1795.2")

    assert [(event, fields["call_id"], fields["why"]) for _, event, fields in told.lines] == [
        ("lent", "1795.1", "least used"),
        ("not_lent", "1795.2", "opted_out"),
    ]


def test_a_load_test_is_told_from_its_start_to_its_figures(told: Told) -> None:
    logs, engine = Logs(tell=told, performance=False), SimpleNamespace(up=1, drift=0)
    logs.running(CAMPAIGN, 10.0)
    for number in range(11):
        lives(
            logs,
            number,
            Disposition.CONNECTED if number else Disposition.FAILED,
            at=number / 10,
            answered=bool(number),
        )
    logs.tick(engine)
    logs.tick(engine)
    logs.stopped(Progress(name="spring", state=CampaignState.STOPPED, sent=11, waiting=0, skipped={}))
    logs.running(CAMPAIGN, 10.0)
    logs.done(CAMPAIGN)

    events = [event for _, event, _ in told.lines]
    assert events == [
        "campaign_running",
        "campaign_progress",
        "campaign_stopped",
        "campaign_running",
        "campaign_done",
    ]
    (done,) = told.of("campaign_done")
    assert (done["campaign"], done["originated"], done["ended"], done["answered"]) == ("spring", 11, 11, 10)
    assert (done["mean_cps"], done["asr"], done["dispositions"]) == (
        10.0,
        0.909,
        {"failed": 1, "connected": 10},
    )


def test_a_campaign_of_people_is_no_load_test(told: Told) -> None:
    logs = Logs(tell=told)
    logs.running(replace(CAMPAIGN, lab=False), 10.0)
    lives(logs, 1, Disposition.CONNECTED, at=1.0, answered=True)
    logs.tick(SimpleNamespace(up=0, drift=0))
    logs.stopped(Progress(name="spring", state=CampaignState.STOPPED, sent=1, waiting=0, skipped={}))
    logs.done(replace(CAMPAIGN, lab=False))

    assert {file for file, _, _ in told.lines} == {File.PERFORMANCE}


def test_without_a_folder_nothing_is_written_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    logs, close = open_logs(Settings(), lambda: 1.0)
    logs.link(FIRST)
    close()

    assert list(tmp_path.iterdir()) == []


def test_the_settings_decide_on_files_levels_and_performance(tmp_path: Path) -> None:
    settings = Settings(logs=LogSettings(folder=tmp_path / "logs"), log_level=LogLevel.WARNING)
    for each in (settings, replace(settings, enable_performance_monitoring=False)):
        logs, close = open_logs(each, lambda: 1.0)
        logs.link(FIRST, "gone")
        logs.changed("reset", {"who": "ana"})
        close()

    (line,) = (tmp_path / "logs/performance.log").read_text().splitlines()
    assert json.loads(line)["why"] == "gone"
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["performance.log"]


def test_a_service_writes_them_and_serves_without_them_too(program: Any) -> None:
    written = program.folder / "logs"
    in_the_way = program.folder / "in_the_way"
    in_the_way.write_text("no folder")
    for folder in (written, in_the_way):
        program.env["DISCADOR_LOGS_FOLDER"] = str(folder)
        service = program.serve()
        program.run("did", "limit", "mexico", "5", "--who", "ana")
        service.terminate()
        _, err = service.communicate(timeout=20)
        assert service.returncode == 0
        assert err.count("cli_manager.log cannot be written, calls go on") == (folder == in_the_way)

    (line,) = [json.loads(each) for each in (written / "cli_manager.log").read_text().splitlines()]
    assert (line["event"], line["who"], line["country"], line["cap"]) == ("limit", "ana", "mexico", 5)
