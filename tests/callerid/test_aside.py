from __future__ import annotations

from fastagi_server.callerid.aside import Aside
from fastagi_server.callerid.choice import Passed
from fastagi_server.telephony.did import Rest, RestKind


def rest(since: float, until: float | None, kind: RestKind = RestKind.REST) -> Rest:
    return Rest(number="+1", country="usa", kind=kind, since=since, until=until, who="ana", why="x")


def moves(aside: Aside, now: float) -> list[tuple[int, Passed | None]]:
    found = []
    for member, why in aside.moves(now):
        found.append((member, why))
        if why is not None:
            aside.put(member, why)
    return found


def test_each_goes_when_its_rest_begins_and_comes_back_at_its_end() -> None:
    aside = Aside([(1, rest(10.0, 20.0)), (2, rest(5.0, None, RestKind.QUARANTINE))])

    assert moves(aside, 4.0) == []
    assert moves(aside, 10.0) == [(2, Passed.QUARANTINE), (1, Passed.RESTING)]
    assert aside.counts == {Passed.QUARANTINE: 1, Passed.RESTING: 1}
    assert (1 in aside, 3 in aside) == (True, False)
    assert moves(aside, 20.0) == [(1, None)]
    assert aside.counts == {Passed.QUARANTINE: 1, Passed.RESTING: 0}


def test_a_rest_that_is_over_before_anybody_looks_leaves_nobody_aside() -> None:
    aside = Aside([(1, rest(10.0, 20.0))])

    assert moves(aside, 30.0) == [(1, Passed.RESTING), (1, None)]
    assert 1 not in aside


def test_who_is_gone_stays_gone() -> None:
    aside = Aside([(1, rest(10.0, 20.0))])
    moves(aside, 10.0)

    aside.put(1, None)

    assert moves(aside, 20.0) == []
    assert (1 in aside, aside.counts) == (True, {Passed.RESTING: 0})
