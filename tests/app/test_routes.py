from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fastagi_server.app.errors import UnknownNameError
from fastagi_server.app.routes import Routes, routes_of
from fastagi_server.compliance.gate import GateIsPartialError, LabNumbersLeaveError
from fastagi_server.config.settings import Gate, Settings
from fastagi_server.config.trunk import Trunk
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing import scopes
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony.errors import DiscadorError
from tests.dialer.stage import CAMPAIGN, Time, order, run
from tests.dialer.stage import contact as someone
from tests.dialer.test_route import STOPS

HERE, AWAY = ["127.0.0.1"], ["203.0.113.9"]
ON_ROUTE = replace(CAMPAIGN, trunk="wholesale")


class Nobody:
    def up_over(self, trunk: str) -> int:
        return 0


class House:
    """Two trunks and a spare as one route; `led` says where each leads."""

    def __init__(self, settings: Settings, **more: Any) -> None:
        trunks = {
            name: Trunk(dial=f"PJSIP/{{number}}@{name}", cps=cps, channels=channels, prefix=prefix)
            for name, cps, channels, prefix in (
                ("acme", 10, 2, "9#"),
                ("safe", 5, 0, ""),
                ("old", 0, 0, ""),
            )
        }
        route = {"wholesale": {"old": 0.0, "safe": 1.0, "acme": 2.0}}
        self.settings = replace(settings, trunks=trunks, routes=route, default_trunk="wholesale", **more)
        self.led: dict[str, Sequence[str] | DiscadorError] = dict.fromkeys(trunks, HERE)
        self.time = Time()
        self.pacer = Pacer(clock=self.time, policy=STOPS)
        for name, trunk in trunks.items():
            self.pacer.limit(scopes.trunk(name), trunk.cps)
        self.routes = Routes(settings=self.settings, leads=self.leads, pacer=self.pacer, clock=self.time)

    async def leads(self, dial: str) -> Sequence[str]:
        told = self.led[dial.partition("@")[2]]
        if isinstance(told, DiscadorError):
            raise told
        return told

    def by_hand(self, name: str = "wholesale", **up: int) -> str:
        chosen: str = run(self.routes.by_hand(name, lambda trunk: up.get(trunk, 0)))
        return chosen

    def stop(self, trunk: str, reason: Reason = Reason.SERVER_ERRORS) -> None:
        self.pacer.restore(scopes.trunk(trunk), Why(standing=Standing.STOPPED, reason=reason, at=1.0))


@pytest.mark.parametrize("wrong", [AWAY, [], StoreAwayError(why="no answer")])
@pytest.mark.parametrize("lab", [True, False])
def test_a_trunk_that_does_not_pass_is_not_used_and_the_others_are(
    settings: Settings, wrong: Any, lab: bool
) -> None:
    house = House(settings)
    house.led["acme"] = wrong
    campaign = replace(ON_ROUTE, lab=lab)

    run(house.routes.look(campaign))

    assert set(house.routes.refused("c")) == {"acme"}
    standings = house.routes.route(campaign, Nobody()).standings()
    assert [each.way.trunk for each in standings if each.refused] == ["acme"]
    house.led["acme"] = HERE
    run(house.routes.look(campaign))
    assert not house.routes.refused("c")


def test_where_none_passes_the_campaign_is_refused(settings: Settings) -> None:
    house = House(settings)
    house.led = dict.fromkeys(house.led, AWAY)

    with pytest.raises(LabNumbersLeaveError, match=r"203\.0\.113\.9"):
        run(house.routes.look(ON_ROUTE))
    assert set(house.routes.refused("c")) == {"acme", "safe", "old"}
    with pytest.raises(GateIsPartialError):
        run(house.routes.look(replace(ON_ROUTE, lab=False)))


def test_a_gate_that_somebody_answers_for_lets_real_campaigns_out_and_no_labs(settings: Settings) -> None:
    house = House(settings, gate=Gate.PARTIAL)
    house.led["safe"] = AWAY

    run(house.routes.look(ON_ROUTE))
    assert set(house.routes.refused("c")) == {"safe"}
    run(house.routes.look(replace(ON_ROUTE, lab=False)))
    assert not house.routes.refused("c")


def test_a_name_that_is_neither_is_refused_with_what_there_is(settings: Settings) -> None:
    with pytest.raises(UnknownNameError, match="no trunk 'other'; there are: acme, safe, old, wholesale"):
        run(House(settings).routes.look(replace(CAMPAIGN, trunk="other")))


def test_a_campaigns_route_has_its_trunks_weights_channels_and_its_orders_their_form(
    settings: Settings,
) -> None:
    house = House(settings)
    route = house.routes.route(ON_ROUTE, Nobody())

    assert [(way.trunk, way.weight, way.channels) for way in route.ways] == [
        ("acme", 2.0, 2),
        ("safe", 1.0, 0),
        ("old", 0.0, 0),
    ]
    there = route.over(order(someone(1), "+13055560000", "x"), "acme")  # type: ignore[arg-type]
    assert (there.trunk, there.channel) == ("acme", "PJSIP/9#12125560001@acme")
    assert (house.routes.most("wholesale"), house.routes.most("acme")) == (0, 10)
    assert routes_of(house.settings) == dict.fromkeys(("acme", "safe", "old"), ("wholesale",))


def test_a_call_by_hand_takes_the_first_that_can_take_it(settings: Settings) -> None:
    house = House(settings)
    assert house.by_hand() == "acme"
    assert house.by_hand("old") == "old"
    assert house.by_hand(acme=2) == "safe"

    for _ in range(10):
        house.pacer.wrote((scopes.CLUSTER, scopes.trunk("acme")), house.time.now)
    assert house.by_hand() == "safe"
    house.led["safe"] = AWAY
    assert house.by_hand() == "old"
    house.led["old"] = AWAY
    # It waits for its place there; the others must not be used.
    assert house.by_hand() == "acme"


def test_a_brake_turns_a_call_by_hand_to_another_trunk_and_holds_none_where_there_is_no_other(
    settings: Settings,
) -> None:
    house = House(settings)
    house.stop("acme")
    assert house.by_hand() == "safe"
    house.stop("safe", Reason.OPERATOR)
    assert house.by_hand() == "old"
    house.stop("old")
    assert house.by_hand() == "acme"
