from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from fastagi_server.store import brakes, notices, tidings
from fastagi_server.telephony import notice, tiding
from fastagi_server.telephony.brake import KeptBrake

NUMBERS = {"count": 20, "of": 100, "share": 0.2}
BRAKE = KeptBrake(scope="country:usa", reason="blocked", at=10.5, says=NUMBERS, operator=True)
OWN = replace(BRAKE, scope="trunk:carrier", reason="success", operator=False, engine="one")


def test_what_stands_is_given_to_whom_it_is_for(conn: Connection) -> None:
    assert brakes.put(conn, BRAKE)
    assert brakes.put(conn, OWN)

    assert brakes.standing(conn, "one") == [BRAKE, OWN]
    assert brakes.standing(conn, "two") == [BRAKE]


def test_what_stands_already_is_not_told_again(conn: Connection) -> None:
    brakes.put(conn, BRAKE)

    assert not brakes.put(conn, replace(BRAKE, at=20.0))
    assert [each.at for each in brakes.standing(conn, "one")] == [10.5]
    assert len(notices.recent(conn, 10)) == 1


def test_a_second_press_is_kept_and_told_with_its_own_who_and_why(conn: Connection) -> None:
    ana = replace(BRAKE, reason="operator", says={"who": "ana", "text": "wrong prompt"})
    eva = replace(ana, at=20.0, says={"who": "eva", "text": "old list"})
    both = {"who": "ana", "text": "wrong prompt; eva: old list"}
    brakes.put(conn, ana)

    assert brakes.put(conn, eva)
    assert not brakes.put(conn, eva)

    assert [each.says for each in brakes.standing(conn, "one")] == [both]
    assert [each.says["says"] for each in notices.recent(conn, 10)] == [both, ana.says]
    assert len(tidings.since(conn, 0)) == 2


def test_it_is_let_go_of_once_with_who_and_why(conn: Connection) -> None:
    brakes.put(conn, BRAKE)

    assert brakes.drop(conn, BRAKE, at=20.0, who="ana", why="mended")
    assert not brakes.drop(conn, BRAKE, at=21.0, who="ana", why="mended")

    assert brakes.standing(conn, "one") == []
    let_go, stopped = notices.recent(conn, 10)
    assert (let_go.kind, stopped.kind) == (notice.Kind.LET_GO, notice.Kind.STOPPED)
    assert let_go.says == {
        "scope": "country:usa",
        "reason": "blocked",
        "says": NUMBERS,
        "operator": True,
        "who": "ana",
        "why": "mended",
    }


def test_what_is_every_engines_is_heard_of_and_ones_own_is_not(conn: Connection) -> None:
    brakes.put(conn, OWN)
    assert tidings.since(conn, 0) == []

    brakes.put(conn, BRAKE)
    brakes.drop(conn, BRAKE, at=20.0)
    assert [each.kind for each in tidings.since(conn, 0)] == [tiding.Kind.BRAKES] * 2
