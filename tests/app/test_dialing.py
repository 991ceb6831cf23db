from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from fastagi_server.ami import events
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.app.dialing import Dialing
from fastagi_server.app.errors import UnknownNameError
from fastagi_server.app.ledger import StoreLedger
from fastagi_server.app.logs import Logs, silent
from fastagi_server.asterisk.trunk import addresses
from fastagi_server.compliance.gate import GateIsPartialError, LabNumbersLeaveError
from fastagi_server.config.settings import Gate, Settings
from fastagi_server.dialer.engine import Engine
from fastagi_server.dialer.up import Up
from fastagi_server.telephony.country import Country
from tests.dialer.stage import CAMPAIGN, run


def dialing(settings: Settings, countries: tuple[Country, ...], address: str, clock: Any) -> Dialing:
    async def ask(action: Action) -> Answered:
        told = events.ContactStatusDetail(uri=f"sip:{address}:5060")
        return Answered(action_id="1", action=action, response=Response(response="Success"), events=(told,))

    return Dialing(
        engine=cast("Engine", SimpleNamespace(over=Up())),
        ledger=cast("StoreLedger", SimpleNamespace(promises=SimpleNamespace(owed=lambda: (None, 0)))),
        settings=settings,
        countries=countries,
        clock=clock,
        dice=bytes,
        reactor=SimpleNamespace(callLater=None),
        spawn=lambda work: None,
        leads=lambda dial: addresses(dial, ask),
        ask=lambda name: ask,
        logs=Logs(tell=silent),
    )


def strictest(house: Dialing) -> float:
    return min(pace.limit for pace in house.pacer.standings() if pace.limit)


@pytest.mark.parametrize(
    ("address", "lab", "gate", "refusal"),
    [
        ("127.0.0.1", True, Gate.WHOLE, None),
        ("127.0.0.1", False, Gate.WHOLE, None),
        ("203.0.113.9", True, Gate.PARTIAL, LabNumbersLeaveError),
        ("203.0.113.9", False, Gate.WHOLE, GateIsPartialError),
        ("203.0.113.9", False, Gate.PARTIAL, None),
    ],
)
def test_where_the_trunk_leads_decides_whether_a_campaign_may_start(
    settings: Settings,
    countries: tuple[Country, ...],
    clock: Any,
    address: str,
    lab: bool,
    gate: Gate,
    refusal: type[Exception] | None,
) -> None:
    house = dialing(replace(settings, gate=gate), countries, address, clock)
    work = house._may_start(replace(CAMPAIGN, lab=lab))

    if refusal is None:
        run(work)
    else:
        with pytest.raises(refusal, match=r"203\.0\.113\.9"):
            run(work)


def test_a_trunk_that_is_not_configured_is_refused_by_name(
    settings: Settings, countries: tuple[Country, ...], clock: Any
) -> None:
    house = dialing(settings, countries, "127.0.0.1", clock)

    with pytest.raises(UnknownNameError, match="no trunk 'other'"):
        run(house._may_start(replace(CAMPAIGN, trunk="other")))


@pytest.mark.parametrize(
    ("own", "all_together", "expected"), [(25, 30, 25), (50, 30, 30), (0, 30, 30), (25, 0, 25)]
)
def test_the_strictest_rate_decides(
    settings: Settings,
    countries: tuple[Country, ...],
    clock: Any,
    own: float,
    all_together: float,
    expected: float,
) -> None:
    house = dialing(replace(settings, max_cps=all_together), countries, "127.0.0.1", clock)

    house._runner(replace(CAMPAIGN, cps=own), lambda: None)

    assert strictest(house) == expected


def test_a_campaign_that_runs_no_more_is_forgotten_and_one_that_runs_is_not(
    settings: Settings, countries: tuple[Country, ...], clock: Any
) -> None:
    house = dialing(settings, countries, "127.0.0.1", clock)
    made = [house._runner(replace(CAMPAIGN, name=name), lambda: None) for name in ("spring", "autumn")]
    house.campaigns._runners["spring"] = made[0]
    for _ in range(122):
        clock.now += 1.0
        house.tick()

    told = [each.scope for each in house.pacer.standings() if each.scope.startswith("campaign:")]
    assert told == ["campaign:spring"]


def test_what_is_lent_comes_out_of_the_campaigns_own_pools(
    settings: Settings, countries: tuple[Country, ...], clock: Any
) -> None:
    house = dialing(settings, countries, "127.0.0.1", clock)

    assert house.lending._lender._pools is house.pools
    assert house._preparer(CAMPAIGN)._pools is house.pools


def test_the_carriers_contract_holds_for_campaigns(
    settings: Settings, countries: tuple[Country, ...], clock: Any
) -> None:
    contract = {"carrier": replace(settings.trunks["carrier"], cps=2)}
    house = dialing(replace(settings, trunks=contract, max_cps=30), countries, "127.0.0.1", clock)
    time = Clock()
    house._reactor, house._clock = time, SimpleNamespace(steady=time.seconds)

    house._runner(replace(CAMPAIGN, cps=25), lambda: None)
    assert strictest(house) == 2


def test_a_campaign_over_a_route_is_held_to_each_trunks_contract_and_each_has_its_own_pace(
    settings: Settings, countries: tuple[Country, ...], clock: Any
) -> None:
    carrier = settings.trunks["carrier"]
    trunks = {"acme": replace(carrier, cps=4), "safe": replace(carrier, cps=50), "old": carrier}
    routed = replace(settings, trunks=trunks, routes={"wholesale": {"acme": 1.0, "safe": 1.0, "old": 0.0}})
    house = dialing(replace(routed, max_cps=30), countries, "127.0.0.1", clock)
    campaign = replace(CAMPAIGN, trunk="wholesale", cps=0)

    house._engine.up_over = lambda trunk: 0  # type: ignore[method-assign]
    run(house._may_start(campaign))
    runner = house._runner(campaign, lambda: None)

    paces = {each.scope: (each.limit, each.pace) for each in house.pacer.standings()}
    assert paces["campaign:c"] == (30, None)
    assert paces["trunk:acme"] == (4, 4.0)
    assert paces["trunk:safe"] == (50, 5.0)
    assert paces["trunk:old"] == (None, 5.0)
    assert [way.trunk for way in runner.route.ways] == ["acme", "safe", "old"]
    assert house._engine.over.routes == dict.fromkeys(trunks, ("wholesale",))
    assert run(house.routes.by_hand("wholesale", lambda _: 0)) == "acme"
