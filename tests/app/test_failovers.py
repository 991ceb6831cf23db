from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from twisted.internet.defer import ensureDeferred

from fastagi_server.app.failovers import BACK, OVER, Failovers
from fastagi_server.app.presence import Presence
from fastagi_server.app.promises import Promises
from fastagi_server.asterisk.errors import NoLinkError
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.dialer.route import Route, Way
from fastagi_server.pacing import scopes
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.store import notices
from fastagi_server.store.connect import open_database
from fastagi_server.store.writer import Writer
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.notice import Kind
from tests.dialer.stage import NOON, Time
from tests.dialer.test_route import STOPS

SAYS = {"count": 20, "of": 40, "seconds": 10.0, "share": 0.5, "most": 0.3}
BOTH = [Way(trunk="acme"), Way(trunk="safe")]


class Nobody:
    def up_over(self, trunk: str) -> int:
        return 0


class House:
    def __init__(self, url: str, reactor: Any, clock: Any) -> None:
        self.writer = Writer(open_database(url))
        self.reactor = reactor
        self.going = 0
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.pacer = Pacer(clock=Time(), policy=STOPS)
        self.refused: dict[str, DiscadorError] = {}
        self.failovers = Failovers(
            promises=Promises(writer=self.writer, threads=reactor, presence=Presence(clock=clock)),
            clock=clock,
            spawn=self.spawn,
            told=lambda event, says: self.told.append((event, says)),
        )

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self.going += 1

        def over(_: Any) -> None:
            self.going -= 1

        ensureDeferred(work).addBoth(over)

    def route(self, campaign: str, ways: Sequence[Way] = BOTH) -> Route:
        return Route(
            name="wholesale",
            campaign=campaign,
            ways=ways,
            pacer=self.pacer,
            calls=Nobody(),
            refused=lambda: self.refused,
        )

    def look(self, *routes: Route) -> None:
        self.failovers.look(routes)
        self.reactor.until(lambda: not self.going)

    def stop(self, trunk: str) -> None:
        why = Why(standing=Standing.STOPPED, reason=Reason.SERVER_ERRORS, at=NOON, says=SAYS)
        self.pacer.restore(scopes.trunk(trunk), why)

    def notices(self) -> list[tuple[Kind, Mapping[str, Any]]]:
        kept = self.writer.submit(lambda conn: notices.recent(conn, 99)).result()
        return [(each.kind, each.says) for each in reversed(kept)]


def test_a_stop_is_told_once_with_its_numbers_and_who_has_the_calls_and_that_it_is_over(
    url: str, reactor: Any, clock: Any
) -> None:
    house = House(url, reactor, clock)
    two = (house.route("spring"), house.route("summer"))
    house.look(*two)
    assert house.told == []

    house.stop("acme")
    house.look(*two)
    house.look(*two)
    assert [(event, says["campaign"], says["others"]) for event, says in house.told] == [
        (OVER, "spring", "safe"),
        (OVER, "summer", "safe"),
    ]
    assert "20 of 40 calls" in house.told[0][1]["why"]

    house.pacer.release(scopes.trunk("acme"))
    house.look(*two)
    assert [event for event, _ in house.told] == [OVER, OVER, BACK, BACK]
    # Two campaigns have seen one stop.
    over, back = house.notices()
    says = {"route": "wholesale", "trunk": "acme"}
    assert over == (Kind.FAILED_OVER, {**says, "others": "safe", "reason": "server_errors", "says": SAYS})
    assert back == (Kind.FAILED_BACK, says)


def test_a_trunk_that_must_not_be_used_is_told_with_the_reason_and_none_that_takes_its_calls(
    url: str, reactor: Any, clock: Any
) -> None:
    house = House(url, reactor, clock)
    house.stop("safe")
    house.look(house.route("spring"))
    house.refused["acme"] = StoreAwayError(why="locked")
    house.look(house.route("spring"))

    kind, says = house.notices()[-1]
    assert (kind, says["trunk"], says["others"], says["campaign"]) == (
        Kind.FAILED_OVER,
        "acme",
        "",
        "spring",
    )
    assert says["refused"]["code"] == "StoreAwayError"


def test_an_asterisk_that_cannot_be_asked_is_no_fault_of_a_trunk(url: str, reactor: Any, clock: Any) -> None:
    house = House(url, reactor, clock)
    gone = NoLinkError(where="127.0.0.1:5038", action="PJSIPShowEndpoint")
    house.refused = {"acme": gone, "safe": gone}
    house.look(house.route("spring"))
    assert house.notices() == []

    house.refused = {"acme": StoreAwayError(why="locked")}
    house.look(house.route("spring"))
    house.refused = {"acme": gone, "safe": gone}
    house.look(house.route("spring"))
    assert [kind for kind, _ in house.notices()] == [Kind.FAILED_OVER]

    house.refused = {}
    house.look(house.route("spring"))
    assert [kind for kind, _ in house.notices()] == [Kind.FAILED_OVER, Kind.FAILED_BACK]


def test_of_a_campaign_that_is_over_and_of_one_trunk_alone_nothing_is_told(
    url: str, reactor: Any, clock: Any
) -> None:
    house = House(url, reactor, clock)
    house.stop("acme")
    house.look(house.route("alone", BOTH[:1]))
    assert house.told == []
    house.look(house.route("spring"))
    house.look()
    house.pacer.release(scopes.trunk("acme"))
    house.look(house.route("summer"))

    assert [event for event, _ in house.told] == [OVER]
