from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from fastagi_server.app.logs import Logs
from fastagi_server.app.pacing_desk import KEPT_SECONDS, PacingDesk
from fastagi_server.app.standing_brakes import StandingBrakes
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing.why import Reason, Why
from fastagi_server.telephony import frames
from fastagi_server.telephony.record import Record

FREE = {
    "limit": 20.0,
    "share": None,
    "pace": None,
    "standing": "free",
    "why": "",
    "whys": [],
    "change": None,
    "figures": {},
}


class Desk:
    def __init__(self, clock: Any) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self.meant: list[Callable[[Record], bool]] = []
        self.reactor = Clock()
        self.keeping: Deferred[None] | None = None
        self.pacer = Pacer(clock=clock)
        self.pacer.limit("trunk:carrier", 20.0)
        self.desk = PacingDesk(
            pacer=self.pacer,
            brakes=cast("StandingBrakes", self),
            end_all=self.end_all,
            logs=Logs(tell=lambda *line, **_: self.lines.append(line)),
            trunks=["carrier", "other"],
            routes={"wholesale": ["carrier"]},
            countries=["usa"],
            reactor=self.reactor,
        )
        self.told: list[frames.Frame] = []

    def stop(self, scope: str, says: dict[str, str]) -> Why:
        return self.pacer.stop(scope, Reason.OPERATOR, says)

    def release(self, scope: str, *, who: str, why: str) -> list[Why]:
        return self.pacer.release(scope)

    def kept(self, scope: str) -> Deferred[None]:
        return self.keeping or succeed(None)

    def end_all(self, which: Callable[[Record], bool]) -> int:
        self.meant.append(which)
        return 7

    def asks(self, **order: Any) -> frames.Frame:
        self.desk(frames.Pacing(**order), self.told.append)
        return self.told[-1]


@pytest.fixture
def desk(clock: Any) -> Desk:
    return Desk(clock)


def test_how_fast_calls_may_go_is_told(desk: Desk) -> None:
    told = desk.asks()

    assert told == frames.PacingStanding(scopes={"trunk:carrier": FREE})
    assert frames.decode(frames.encode(told)) == told


def test_the_red_button_holds_from_the_answer_on_and_is_let_go_with_who_and_why(desk: Desk) -> None:
    told = desk.asks(do="stop", scope="cluster", who="ana", why="wrong prompt")

    assert desk.pacer.earliest(("cluster",), 1.0) == float("inf")
    assert isinstance(told, frames.PacingStanding)
    assert told.scopes["cluster"]["why"] == (
        "stopped: ana stopped it: wrong prompt; only an operator releases it"
    )
    assert told.scopes["cluster"]["whys"][0]["says"] == {"who": "ana", "text": "wrong prompt"}
    assert frames.decode(frames.encode(told)) == told
    assert (told.ended, desk.meant) == (0, [])

    told = desk.asks(do="release", scope="cluster", who="eva", why="mended")
    assert isinstance(told, frames.PacingStanding)
    assert told.freed["operator"]["says"] == {"who": "ana", "text": "wrong prompt"}
    assert frames.decode(frames.encode(told)) == told
    assert desk.pacer.earliest(("cluster",), 1.0) == 1.0
    assert desk.lines[-1][1:] == ("brake_released", {"scope": "cluster", "who": "eva", "why": "mended"})


def test_a_stop_holds_at_once_and_is_answered_when_it_is_kept(desk: Desk) -> None:
    desk.keeping = keeping = Deferred()
    desk.desk(frames.Pacing(do="stop", scope="cluster", who="ana", why="x"), desk.told.append)
    assert desk.pacer.earliest(("cluster",), 1.0) == float("inf")
    assert desk.told == []

    keeping.callback(None)
    (told,) = desk.told
    assert isinstance(told, frames.PacingStanding)
    assert told.kept


def test_while_the_store_is_away_the_operator_is_told_that_it_is_not_kept(desk: Desk) -> None:
    desk.keeping = Deferred()
    desk.desk(frames.Pacing(do="stop", scope="cluster", who="ana", why="x"), desk.told.append)
    desk.reactor.advance(KEPT_SECONDS)

    (told,) = desk.told
    assert isinstance(told, frames.PacingStanding)
    assert not told.kept
    assert told.scopes["cluster"]["standing"] == "stopped"
    # How it stands is asked of the pacer alone.
    assert isinstance(desk.asks(), frames.PacingStanding)


def test_a_why_makes_no_line_of_its_own(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.asks(do="stop", scope="cluster", who="ana\n", why="ok\n2026-11-27 12:00:00 WARNING all fine")
    desk.asks(do="release", scope="cluster", who="ana\n", why="ok\n2026-11-27 12:00:00 WARNING all fine")

    assert caplog.messages[-1].endswith("released by ana: ok 2026-11-27 12:00:00 WARNING all fine")
    assert not [each for each in caplog.messages if "\n" in each]


def test_with_hang_up_the_calls_of_the_scope_are_ended_and_no_others(desk: Desk) -> None:
    told = desk.asks(do="stop", scope="country:usa", who="ana", why="x", hang_up=True)

    assert isinstance(told, frames.PacingStanding)
    assert told.ended == 7
    (which,) = desk.meant
    parts = {"trunk": "carrier", "campaign": "spring"}
    assert which(cast("Record", SimpleNamespace(country="usa", **parts)))
    assert not which(cast("Record", SimpleNamespace(country="mexico", **parts)))


def test_a_call_of_which_only_the_route_is_known_may_be_over_a_trunk_that_is_stopped(desk: Desk) -> None:
    desk.asks(do="stop", scope="trunk:carrier", who="ana", why="x", hang_up=True)
    desk.asks(do="stop", scope="trunk:other", who="ana", why="x", hang_up=True)

    over = cast("Record", SimpleNamespace(country="usa", campaign="spring", trunk="wholesale"))
    assert [which(over) for which in desk.meant] == [True, False]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"do": "release", "scope": "country:mexico"}, "NoBrakeError"),
        ({"do": "faster"}, "BadInputError"),
        ({"do": "stop", "scope": "trunk:carier"}, "BadInputError"),
        ({"do": "stop", "scope": "campaign:"}, "BadInputError"),
        ({"do": "stop", "scope": "campaign: "}, "BadInputError"),
        ({"do": "stop", "scope": "campaign:a\nb"}, "BadInputError"),
        ({"do": "stop", "scope": "campaign:" + "x" * 60_000}, "BadInputError"),
        ({"do": "stop"}, "BadInputError"),
    ],
)
def test_what_cannot_be_is_refused_and_stops_nothing(desk: Desk, order: dict[str, str], code: str) -> None:
    failed = desk.asks(**order)

    assert isinstance(failed, frames.Failed)
    assert failed.code == code
    assert desk.asks() == frames.PacingStanding(scopes={"trunk:carrier": FREE})


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ("trunk:carier", "trunk:carrier, or another scope of discador pacing show"),
        ("asterisk:b", "stopped as it is drained: discador asterisk drain"),
        ("everything", "cluster, trunk:carrier, trunk:other, country:SLUG or campaign:NAME"),
    ],
)
def test_whoever_mistypes_a_scope_is_told_in_one_line_what_was_meant(
    desk: Desk, scope: str, meant: str
) -> None:
    told = desk.asks(do="stop", scope=scope, who="ana", why="x")

    assert isinstance(told, frames.Failed)
    assert told.details["expected"] == meant


def test_a_campaign_is_stopped_by_its_name(desk: Desk) -> None:
    desk.asks(do="stop", scope="campaign:spring", who="ana", why="x")

    assert desk.pacer.earliest(("campaign:spring",), 1.0) == float("inf")
