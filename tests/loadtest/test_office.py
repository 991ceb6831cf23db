"""What can be tried without a lab; tests/calls/test_campaign.py tries the rest for real."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from fastagi_server.loadtest.errors import NotReadyError
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.office import Kill, NoStandingError, Office
from fastagi_server.loadtest.paths import Paths
from fastagi_server.loadtest.ports import of_block
from fastagi_server.loadtest.service import Service
from fastagi_server.telephony import frames
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.errors import BadInputError


class Clock:
    """A clock that goes on by a second whenever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def wall(self) -> float:
        self.now += 1
        return self.now

    steady = wall


@pytest.fixture
def office(tmp_path: Path) -> Office:
    paths = Paths(name="x", root=tmp_path)
    for file in (paths.calls, paths.data / "x"):
        file.parent.mkdir(parents=True)
    paths.calls.touch()
    where = Lab(name="x", paths=paths, ports=of_block(15000))
    return Office(lab=where, command=Path("/opt/discador"), clock=Clock())


def ring(office: Office, n: int, begun: float, number: str = "12125551240") -> None:
    line = {"what": "invited", "id": str(n), "at": begun + 0.5, "number": number, "callerid": "+1"}
    with office.lab.paths.calls.open("a") as file:
        file.write(json.dumps(line | {"call": mint(begun, bytes(10))}) + "\n")


def test_a_list_is_written_as_people_have_it(office: Office) -> None:
    path = Path(office.write("people.csv", ["+12125551240", "+525550001003"]))

    assert path.read_text() == "number\n+12125551240\n+525550001003\n"


def test_words_of_the_configuration_are_changed_and_words_that_are_not_there_are_told(office: Office) -> None:
    office.service.config.write_text("a: 1\nb: 2\n")

    office.configure(("a: 1", "a: 3"), ("b: 2", "b: 4"))

    assert office.service.config.read_text() == "a: 3\nb: 4\n"
    with pytest.raises(BadInputError, match="c: 1"):
        office.configure(("a: 3", "a: 5"), ("c: 1", "c: 2"))
    assert office.service.config.read_text() == "a: 3\nb: 4\n"


def test_the_calls_to_some_numbers(office: Office) -> None:
    ring(office, 1, 990.0)
    ring(office, 2, 991.0, "525550001003")
    ring(office, 3, 992.0, "agent")

    assert [call.id for call in office.calls()] == ["1", "2"]
    assert [call.id for call in office.rung(["+525550001003"])] == ["2"]


def test_what_never_comes_is_an_error_with_the_logs_end(office: Office) -> None:
    office.service.log.write_text("one\ntwo\n")

    with pytest.raises(NotReadyError, match=r"dawn did not come up in 3 s; its log ends with: one / two"):
        office.wait_until(lambda: False, 3.0, "dawn")


def test_a_kill_is_over_with_the_first_call_of_the_new_engine(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    deeds: list[object] = []

    def start(_: Service) -> int:
        deeds.append("start")
        ring(office, 2, 1_001.5)  # the killed engine's, which Asterisk was slow to place
        ring(office, 3, 1_010.0)
        ring(office, 4, 1_011.0)
        return 7

    ring(office, 1, 990.0)
    monkeypatch.setattr(Service, "send", lambda _, what: deeds.append(what))
    monkeypatch.setattr(Service, "start", start)

    kill = office.kill(patience=5.0)

    assert deeds == [signal.SIGKILL, "start"]
    assert kill == Kill(at=1_001.0, started_at=1_003.0, first_call_at=1_010.5)
    assert (kill.away, kill.coming_back) == (9.5, 7.5)


STANDING = frames.CampaignStanding(
    campaign="x", state="running", sent=1, up=0, waiting=0, paused={"usa": "all at their cap"}, skipped={}
)


@pytest.mark.parametrize(
    ("waiting", "over"),
    [
        (({"usa": 3}, 0), True),
        (({}, 0), True),
        (({"usa": 3}, 1), False),
        (({"usa": 3, "mexico": 1}, 0), False),
    ],
)
def test_it_is_over_when_only_paused_countries_wait(
    office: Office, monkeypatch: pytest.MonkeyPatch, waiting: tuple[dict[str, int], int], over: bool
) -> None:
    monkeypatch.setattr("fastagi_server.loadtest.office.books.waiting", lambda *_: waiting)
    monkeypatch.setattr("fastagi_server.loadtest.office.ask", lambda *_, **__: iter([STANDING]))

    assert office.over("x") is over


def test_an_engine_that_does_not_know_the_campaign_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = frames.Failed(code="NoCampaignError", message="there is none")
    monkeypatch.setattr("fastagi_server.loadtest.office.ask", lambda *_, **__: iter([no]))

    with pytest.raises(NoStandingError, match=r"'x' stands: .*there is none"):
        office.standing("x")


def test_serving_waits_for_the_link(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])
    standing = frames.Standing(ready=False, live=0, fastagi="")
    monkeypatch.setattr(Service, "start", lambda _: 7)
    monkeypatch.setattr(
        "fastagi_server.loadtest.office.ask", lambda *_, **__: iter([replace(standing, ready=next(answers))])
    )

    office.serve()

    assert next(answers, None) is None
