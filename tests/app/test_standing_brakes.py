from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.app.presence import Presence
from fastagi_server.app.promises import Promises
from fastagi_server.app.standing_brakes import StandingBrakes
from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.errors import NoBrakeError
from fastagi_server.dialer.pacer import Pacer, Policy
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.store import brakes, notices, reader
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.notice import Kind

ORDER = {"who": "ana", "text": "wrong prompt"}


class Engine:
    """One engine on the store: its pacer, and what it keeps."""

    def __init__(self, name: str, writer: Writer, reactor: Any, clock: Any) -> None:
        self.reactor = reactor
        self.failures: list[Any] = []
        self.going = 0
        policy = Policy(rules=Rules(threshold=0.1))
        self.pacer = Pacer(clock=clock, policy=policy, told=self.told)
        promises = Promises(writer=writer, threads=reactor, presence=Presence(clock=clock))
        self.brakes = StandingBrakes(
            pacer=self.pacer, promises=promises, clock=clock, spawn=self.spawn, engine=name
        )

    def told(self, scope: str, why: Any) -> None:
        assert isinstance(why, Why)
        self.brakes.told(scope, why)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self.going += 1

        def over(failure: Any) -> None:
            self.going -= 1
            if failure is not None:
                self.failures.append(failure)

        ensureDeferred(work).addBoth(over)

    def takes_up(self) -> None:
        self.spawn(self.brakes.take_up())
        self.rests()

    def rests(self) -> None:
        self.reactor.until(lambda: not self.going)
        assert not self.failures

    def may_send(self, scope: str) -> bool:
        return self.pacer.earliest((scope,), 1.0) < float("inf")


@pytest.fixture
def database(url: str) -> Iterator[Any]:
    database = open_database(url)
    yield database
    database.dispose()


@pytest.fixture
def make(database: Any, reactor: Any, clock: Any) -> Iterator[Callable[[str], Engine]]:
    writer = Writer(database)
    yield lambda name: Engine(name, writer, reactor, clock)
    writer.close()


def test_what_an_operator_stopped_stands_in_the_next_engine_before_it_dials(
    make: Callable[[str], Engine], database: Any
) -> None:
    one = make("one")
    one.brakes.stop("cluster", ORDER)
    assert not one.may_send("cluster")
    one.rests()

    again = make("one")
    again.takes_up()
    assert not again.may_send("cluster")
    (why,) = again.pacer.braked("carrier", "c").values()
    assert why.sentence() == "stopped: ana stopped it: wrong prompt; only an operator releases it"

    again.brakes.release("cluster", who="eva", why="mended")
    again.rests()
    assert again.may_send("cluster")
    last = make("one")
    last.takes_up()
    assert last.may_send("cluster")
    let_go, stopped = reader.read(database, lambda conn: notices.recent(conn, 10))
    assert (let_go.kind, let_go.says["who"], let_go.says["why"]) == (Kind.LET_GO, "eva", "mended")
    assert (stopped.kind, stopped.says["says"]) == (Kind.STOPPED, ORDER)


def test_it_stands_for_every_engine_until_it_is_released_at_any(make: Callable[[str], Engine]) -> None:
    one, two = make("one"), make("two")
    one.brakes.stop("trunk:carrier", ORDER)
    one.rests()

    two.takes_up()
    assert not two.may_send("trunk:carrier")
    two.brakes.release("trunk:carrier", who="eva", why="mended")
    two.rests()
    one.takes_up()

    assert one.may_send("trunk:carrier")
    with pytest.raises(NoBrakeError):
        one.brakes.release("trunk:carrier", who="eva", why="mended")


def test_a_second_operators_stop_is_kept_and_a_release_says_whose_it_frees(
    make: Callable[[str], Engine], database: Any, clock: Any
) -> None:
    one, two = make("one"), make("two")
    one.brakes.stop("cluster", ORDER)
    one.rests()
    clock.now += 1.0
    two.takes_up()
    two.brakes.stop("cluster", {"who": "eva", "text": "old list"})
    two.rests()
    one.takes_up()

    (freed,) = one.brakes.release("cluster", who="luz", why="mended")
    one.rests()
    assert freed.says == {"who": "ana", "text": "wrong prompt; eva: old list"}
    told = reader.read(database, lambda conn: notices.recent(conn, 10))
    assert [each.kind for each in told] == [Kind.LET_GO, Kind.STOPPED, Kind.STOPPED]
    assert all(each.says["says"] == freed.says for each in told[:2])


def test_it_is_told_when_the_store_has_it(make: Callable[[str], Engine]) -> None:
    one, told = make("one"), []
    one.brakes.stop("cluster", ORDER)
    one.brakes.kept("cluster").addCallback(told.append)
    given_up = one.brakes.kept("cluster")
    given_up.addErrback(lambda _: None)
    given_up.cancel()
    assert told == []

    one.rests()
    assert told == [None]
    one.brakes.kept("cluster").addCallback(told.append)
    assert told == [None, None]


def test_what_lets_go_by_itself_is_its_own_engines_and_probes_after_a_restart(
    make: Callable[[str], Engine], clock: Any
) -> None:
    one = make("one")
    says = {"resolved": 50, "succeeded": 0, "share": 0.0, "usual": 0.4, "threshold": 0.1}
    why = Why(standing=Standing.STOPPED, reason=Reason.SUCCESS, at=clock.wall(), says=says)
    one.brakes.told("country:usa", why)
    one.rests()

    two, again = make("two"), make("one")
    two.takes_up()
    again.takes_up()
    assert two.may_send("country:usa")
    assert not again.may_send("country:usa")

    clock.now += 20.0
    again.pacer.tick()
    assert again.may_send("country:usa")


def test_what_is_stopped_just_now_is_not_let_go_because_the_store_does_not_have_it_yet(
    make: Callable[[str], Engine],
) -> None:
    one = make("one")
    one.spawn(one.brakes.take_up())
    one.brakes.stop("cluster", ORDER)
    one.rests()

    assert not one.may_send("cluster")


def test_a_cause_that_only_this_process_sees_is_told_and_not_kept(
    make: Callable[[str], Engine], database: Any, clock: Any
) -> None:
    one = make("one")
    one.pacer.stop("cluster", Reason.CLOCK, {"seconds": 3.0, "most": 2.0})
    one.rests()
    assert not one.may_send("cluster")
    assert reader.read(database, lambda conn: brakes.standing(conn, "one")) == []

    clock.now += 60.0
    one.pacer.let_go("cluster", Reason.CLOCK)
    one.rests()
    let_go, stopped = reader.read(database, lambda conn: notices.recent(conn, 10))
    assert (let_go.kind, stopped.kind) == (Kind.LET_GO, Kind.STOPPED)
    assert let_go.says["says"] == stopped.says["says"] == {"seconds": 3.0, "most": 2.0}


def test_a_stop_again_after_probes_is_no_news(make: Callable[[str], Engine], database: Any) -> None:
    one = make("one")
    for standing in (Standing.STOPPED, Standing.PROBING, Standing.STOPPED):
        one.brakes.told("country:usa", Why(standing=standing, reason=Reason.SUCCESS, at=1.0))
        one.rests()

    assert len(reader.read(database, lambda conn: notices.recent(conn, 10))) == 1


def test_what_was_stopped_by_a_rule_that_is_off_now_is_let_go_in_the_store_too(
    make: Callable[[str], Engine], database: Any, clock: Any
) -> None:
    one = make("one")
    says = {"count": 40, "of": 80, "share": 0.5, "most": 0.3, "seconds": 10.0}
    why = Why(standing=Standing.STOPPED, reason=Reason.SERVER_ERRORS, at=clock.wall(), says=says)
    one.brakes.told("trunk:carrier", why)
    one.rests()

    # Its rules have nothing about 5xx any more: nothing would ever free it.
    again = make("one")
    again.takes_up()

    assert again.may_send("trunk:carrier")
    assert reader.read(database, lambda conn: brakes.standing(conn, "one")) == []
    let_go, _ = reader.read(database, lambda conn: notices.recent(conn, 10))
    assert (let_go.kind, let_go.says["who"]) == (Kind.LET_GO, "")
