from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fastagi_server.console import book
from fastagi_server.store.errors import NotReadableError
from fastagi_server.telephony import frames

WHY = "stopped: 4 of 80 resolved calls in a row succeeded (5.0%), 40.0% was usual, 10% is the least"
STANDING = frames.PacingStanding(
    scopes={
        "cluster": {"limit": 30.0, "share": 14.0, "pace": None, "standing": "free", "why": ""},
        "campaign:spring": {"limit": 20.0, "share": 20.0, "pace": None, "standing": "free", "why": ""},
        "trunk:carrier": {"limit": None, "share": None, "pace": 19.75, "standing": "stopped", "why": WHY},
    }
)


def test_paces_and_brakes_are_shown(discador: Any, desk: Any) -> None:
    heard = desk(STANDING)

    told = discador("pacing", "show")

    assert heard == [frames.Pacing()]
    assert told.code == 0
    assert told.out == (
        "cluster: limit 30.00 (here 14.00), pace none, brake off\n"
        "campaign:spring: limit 20.00, pace none, brake off\n"
        "trunk:carrier: limit none, pace 19.75, brake on\n"
        f"  {WHY}\n"
    )


def test_queues_are_shown_with_why_nothing_leaves_for_them(discador: Any, desk: Any) -> None:
    ventas = {"free": 0, "waiting": 0, "coming": 0, "why": "Asterisk has no queue ventas"}
    standing = frames.PacingStanding(scopes={}, queues={"ventas": ventas})
    desk([standing], [standing])

    assert discador("pacing", "show").out == (
        "queue ventas: agents free 0, callers waiting 0, calls on their way 0\n"
        "  Asterisk has no queue ventas\n"
    )
    assert json.loads(discador("pacing", "show", "--json").out) == {"queue:ventas": ventas}


def test_they_are_json_for_programs(discador: Any, desk: Any) -> None:
    desk(STANDING)

    assert json.loads(discador("pacing", "show", "--json").out) == STANDING.scopes


def test_a_brake_is_released_by_whom_and_why(discador: Any, desk: Any) -> None:
    heard = desk(STANDING)

    told = discador("pacing", "release", "trunk:carrier", "--why", "mended")

    assert told.out == "The brake of trunk:carrier is released.\n"
    (order,) = heard
    assert (order.do, order.scope, order.why) == ("release", "trunk:carrier", "mended")
    assert order.who


def test_what_holds_all_the_same_is_said_with_the_release(discador: Any, desk: Any) -> None:
    lags = {"standing": "stopped", "reason": "store_lags", "says": {"seconds": 6.0, "most": 5.0}, "at": 1.0}
    standing = frames.PacingStanding(scopes={"cluster": {"why": "in English", "whys": [lags]}})
    desk([standing], [standing])

    assert discador("pacing", "release", "cluster", "--why", "mended").out == (
        "The brake of cluster is released.\n"
        "It is held all the same, until that is over: "
        "stopped: something waits to be written for 6.0 s, 5 s is the most\n"
    )
    told = json.loads(discador("pacing", "release", "cluster", "--why", "mended", "--json").out)
    assert told == {"released": "cluster", "freed": [], "holds": [lags], "kept": True}


def test_what_the_store_does_not_have_yet_is_said_and_whose_stop_was_released(
    discador: Any, desk: Any
) -> None:
    ana = {"standing": "free", "reason": "operator", "says": {"who": "ana", "text": "wrong prompt"}}
    stopped, free = (frames.PacingStanding(scopes={}, kept=False, freed=f) for f in ({}, {"operator": ana}))
    desk([stopped], [stopped], [free], [free])

    assert (
        discador("pacing", "stop", "--why", "x").out.splitlines()[1].startswith("Stopped here, and not kept")
    )
    assert not json.loads(discador("pacing", "stop", "--why", "x", "--json").out)["kept"]
    _, whose, not_kept = discador(
        "--lang", "es", "pacing", "release", "cluster", "--why", "x"
    ).out.splitlines()
    assert whose == "Lo detenía: lo detuvo ana: wrong prompt"
    assert not_kept.startswith("Suelto aquí, y aún sin guardar: el almacén no responde.")
    told = json.loads(discador("pacing", "release", "cluster", "--why", "x", "--json").out)
    assert told == {"released": "cluster", "freed": [ana], "holds": [], "kept": False}


def test_one_that_does_not_hold_is_an_error_that_says_which_do(discador: Any, desk: Any) -> None:
    desk(
        frames.Failed(
            code="NoBrakeError",
            message="No brake holds 'x'; those that hold now: none.",
            details={"scope": "x", "known": "none"},
        )
    )

    told = discador("pacing", "release", "x", "--why", "mended")

    assert told.code == 2
    assert "No brake holds 'x'" in told.err


def test_nobody_serves(discador: Any) -> None:
    assert discador("pacing", "show").code == 1


BLOCKED = {"count": 20, "of": 100, "share": 0.2, "most": 0.05, "seconds": 300.0}
STOPPED = {
    "limit": None,
    "pace": 10.0,
    "standing": "stopped",
    "why": "in English",
    "whys": [
        {"standing": "stopped", "reason": "blocked", "says": BLOCKED, "operator": True, "at": 1.0},
        {"standing": "probing", "reason": "of a newer engine", "says": {}, "operator": False, "at": 1.0},
    ],
    "change": {
        "move": "pdd",
        "parts": [["pace", {"before": 20.0, "after": 14.0}], ["pdd", {"p95": 9.0, "usual": 3.0}]],
    },
    "figures": {"pdd_usual": 3.0, "originate_p95": 0.004, "load": None},
}


def test_all_that_holds_a_scope_is_said_in_the_readers_language(discador: Any, desk: Any) -> None:
    desk(frames.PacingStanding(scopes={"country:mexico": STOPPED}))

    assert discador("--lang", "pt", "pacing", "show").out == (
        "country:mexico: limite nenhum, ritmo 10.00, freio puxado\n"
        "  detido: 20 de 100 chamadas em 300 s foram bloqueadas com 603+, 607 ou 608 (20.0%); "
        "o máximo é 5%; só um operador o solta\n"
        "  in English\n"
        "  última mudança: PDD lento: de 20.00 a 14.00 chamadas por segundo; "
        "o outro lado toca após 9.0 s (p95); o habitual era 3.0 s\n"
        "  PDD habitual p95 3.00 s, Originate p95 0.00 s, carga nenhum\n"
    )


def test_the_red_button_stops_everything_or_a_scope(discador: Any, desk: Any) -> None:
    heard = desk(frames.PacingStanding(scopes={}, ended=7))

    told = discador("pacing", "stop", "--why", "wrong prompt", "--hang-up")

    assert told.out == (
        "Stopped: cluster. Nothing more leaves until: discador pacing release cluster --why WHY\n"
        "7 calls were hung up.\n"
    )
    (order,) = heard
    assert (order.do, order.scope, order.why, order.hang_up) == ("stop", "cluster", "wrong prompt", True)
    assert order.who


@pytest.mark.parametrize(("words", "why"), [(("--why", ""), ""), (("--why", "  "), "  "), ((), "")])
def test_the_red_button_is_never_refused_for_its_words(
    words: tuple[str, ...], why: str, discador: Any, desk: Any
) -> None:
    asked = desk(frames.PacingStanding(scopes={}))

    assert discador("pacing", "stop", *words).code == 0
    assert [(order.do, order.why) for order in asked] == [("stop", why)]


def test_what_was_stopped_is_told_to_programs(discador: Any, desk: Any) -> None:
    desk(frames.PacingStanding(scopes={}))

    told = discador("pacing", "stop", "trunk:carrier", "--why", "x", "--json")

    assert json.loads(told.out) == {"stopped": "trunk:carrier", "ended": 0, "kept": True}


def test_a_scope_that_there_is_not_stops_nothing(discador: Any, desk: Any) -> None:
    details = {"field": "scope", "value": "'trunk:x'", "expected": "cluster"}
    desk(frames.Failed(code="BadInputError", message="scope is wrong.", details=details))

    assert discador("pacing", "stop", "trunk:x", "--why", "x").code == 2


def test_a_campaign_that_nobody_has_stops_nothing(discador: Any, desk: Any) -> None:
    heard = desk(frames.PacingStanding(scopes={}))

    told = discador("pacing", "stop", "campaign:sprong", "--why", "x")

    assert (told.code, heard) == (2, [])
    assert "'sprong'" in told.err


def test_a_campaign_is_stopped_by_name(discador: Any, desk: Any, tmp_path: Path) -> None:
    heard = desk(frames.PacingStanding(scopes={}))
    people = tmp_path / "people.csv"
    people.write_text("number\n+525512345678\n")
    discador("campaign", "create", "spring", "--list", str(people))

    assert discador("pacing", "stop", "campaign:spring", "--why", "x").code == 0
    assert [order.scope for order in heard] == ["campaign:spring"]


def test_a_store_that_is_away_keeps_nobody_from_stopping_a_campaign(
    discador: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(frames.PacingStanding(scopes={}))

    def away(*_: object) -> None:
        raise NotReadableError(why="it is away")

    monkeypatch.setattr(book, "read", away)

    assert discador("pacing", "stop", "campaign:spring", "--why", "x").code == 0
