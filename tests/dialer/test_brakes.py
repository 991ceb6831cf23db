"""Which calls count for which stop, and of which scope."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fastagi_server.dialer.brakes import Brakes, Rules
from fastagi_server.pacing.stops import Limit
from fastagi_server.pacing.why import Reason, Standing, Why
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record
from tests.dialer.test_pacer import Time, ended

RULES = Rules(
    server_errors=Limit(share=0.3, calls=30, seconds=10.0),
    blocked=Limit(share=0.05, calls=100, seconds=300.0),
    short=Limit(share=0.6, calls=100, seconds=300.0),
    optouts=Limit(share=0.08, calls=200),
    people_part=0.5,
)


class World:
    def __init__(self, rules: Rules = RULES) -> None:
        self.turns: list[tuple[str, Why]] = []
        self.brakes = Brakes(rules=rules, turned=lambda scope, why: self.turns.append((scope, why)))
        self.time = Time()

    def calls(self, count: int, *, answered: bool = False, talk: float = 30.0, **more: Any) -> None:
        for _ in range(count):
            self.time.now += 0.04
            record, _ = ended(self.time, answered=answered, **more)
            if answered:
                record = replace(record, answered_at=self.time.now - talk)
            self.brakes.sent(record, self.time.now)
            self.brakes.resolved(record, self.time.now)

    @property
    def stopped(self) -> list[tuple[str, Reason]]:
        return [(scope, why.reason) for scope, why in self.turns if why.standing is Standing.STOPPED]


@pytest.mark.parametrize(
    ("more", "scope", "reason", "operator"),
    [
        (
            {"sip_code": 503, "disposition": Disposition.CONGESTED},
            "trunk:carrier",
            Reason.SERVER_ERRORS,
            False,
        ),
        (
            {"sip_code": 500, "disposition": Disposition.CONGESTED},
            "trunk:carrier",
            Reason.SERVER_ERRORS,
            False,
        ),
        ({"sip_code": 607, "disposition": Disposition.BLOCKED}, "country:usa", Reason.BLOCKED, True),
        ({"answered": True, "talk": 4.0}, "campaign:c", Reason.SHORT_ANSWERS, True),
        (
            {"answered": True, "disposition": Disposition.OPTED_OUT, "talk": 4.0},
            "campaign:c",
            Reason.OPTOUTS,
            True,
        ),
    ],
)
def test_each_stop_is_its_scopes(more: dict[str, Any], scope: str, reason: Reason, operator: bool) -> None:
    world = World()
    world.calls(300, **more)

    assert world.stopped == [(scope, reason)]
    why = world.brakes.why(scope)
    assert why is not None
    assert why.operator is operator
    assert world.brakes.held() == [scope]


@pytest.mark.parametrize(
    "more",
    [
        {"sip_code": 486, "disposition": Disposition.BUSY},
        {"sip_code": 603, "disposition": Disposition.REJECTED},
        {"answered": True, "talk": 4.0, "disposition": Disposition.MACHINE},
        {"answered": True, "talk": 4.0, "disposition": Disposition.CONNECTED},
        {"answered": True, "talk": 6.5},
    ],
)
def test_what_is_no_sign_of_trouble_stops_nothing(more: dict[str, Any]) -> None:
    world = World()
    world.calls(1_000, **more)

    assert world.turns == []


def test_people_whom_amd_takes_for_machines_stop_the_campaign() -> None:
    world = World()
    verdicts = [Verdict.HUMAN, Verdict.MACHINE, Verdict.NOTSURE, Verdict.MACHINE, Verdict.HANGUP]
    for verdict in verdicts * 600:
        word = Disposition.MACHINE if verdict is Verdict.MACHINE else Disposition.NO_KEY
        world.calls(1, answered=True, amd_verdict=verdict, disposition=word)
    assert world.turns == []

    world.calls(200, answered=True, amd_verdict=Verdict.MACHINE, disposition=Disposition.MACHINE)

    assert world.stopped == [("campaign:c", Reason.PEOPLE)]


def test_the_success_that_is_meant_may_be_the_ner() -> None:
    asr, ner = World(Rules(threshold=0.1)), World(Rules(threshold=0.1, ner=True))
    for world in (asr, ner):
        world.calls(1_000, disposition=Disposition.BUSY)

    assert asr.brakes.held() == ["campaign:c", "country:usa", "trunk:carrier"]
    assert ner.brakes.held() == []


def test_a_scope_that_one_brake_holds_is_held_until_the_last_lets_go() -> None:
    world = World()
    world.calls(300, sip_code=607, disposition=Disposition.BLOCKED)
    world.brakes.hold("country:usa", Reason.OPERATOR, {"who": "ana", "text": "x"}, 5.0)
    world.brakes.hold("country:usa", Reason.CLOCK, {"seconds": 3.0, "most": 2.0}, 6.0)

    assert [why.reason for why in world.brakes.whys("country:usa")] == [
        Reason.OPERATOR,
        Reason.BLOCKED,
        Reason.CLOCK,
    ]
    world.brakes.let_go("country:usa", Reason.CLOCK, 7.0)
    world.brakes.let_go("country:usa", Reason.STORE_LAGS, 7.0)
    assert world.brakes.standing("country:usa") is Standing.STOPPED

    assert {why.reason for why in world.brakes.release("country:usa", 8.0)} == {
        Reason.BLOCKED,
        Reason.OPERATOR,
    }
    assert world.brakes.standing("country:usa") is Standing.FREE


def test_what_needs_no_operator_probes_after_its_hold_and_the_rest_does_not() -> None:
    world = World()
    world.calls(300, sip_code=503, disposition=Disposition.CONGESTED)
    world.calls(300, sip_code=607, disposition=Disposition.BLOCKED)

    world.brakes.tick(world.time.now + 1_000.0)

    assert world.brakes.standing("trunk:carrier") is Standing.PROBING
    assert world.brakes.standing("country:usa") is Standing.STOPPED


def test_it_stands_as_it_was_kept_unless_it_is_held_already() -> None:
    world = World()
    says = {"count": 20, "of": 100, "share": 0.2, "most": 0.05, "seconds": 300.0}
    kept = Why(standing=Standing.STOPPED, reason=Reason.BLOCKED, at=1.0, says=says, operator=True)

    world.brakes.restore("country:usa", kept)
    world.brakes.restore("country:usa", replace(kept, at=2.0))

    assert world.turns == [("country:usa", kept)]
    assert list(world.brakes.scopes()) == ["country:usa"]


def test_an_unanswered_record_has_no_verdict() -> None:
    world = World()
    record, _ = ended(world.time, answered=False)
    assert isinstance(record, Record)
    world.brakes.resolved(record, 1.0)

    assert world.turns == []


@pytest.mark.parametrize("reason", [Reason.SUCCESS, Reason.SERVER_ERRORS, Reason.PEOPLE])
def test_what_was_stopped_by_a_rule_that_is_off_now_is_not_stopped_again(reason: Reason) -> None:
    world = World(Rules())
    kept = Why(standing=Standing.STOPPED, reason=reason, at=1.0)

    assert not world.brakes.restore("trunk:carrier", kept)
    assert world.turns == []
    # Only an operator lets go of this one, so that he must.
    assert world.brakes.restore("country:usa", replace(kept, reason=Reason.BLOCKED, operator=True))
    assert world.brakes.held() == ["country:usa"]


def test_an_answer_is_weighed_when_it_comes_and_once() -> None:
    world = World(Rules(threshold=0.1))
    world.calls(300)
    assert "trunk:carrier" in world.brakes.held()
    world.brakes.tick(world.time.now + 20.0)
    world.time.now += 21.0
    up = [ended(world.time, answered=True)[0] for _ in range(3)]
    for record in up:
        world.brakes.sent(record, world.time.now)

    # Four in a row would free it; three that are told twice, and end, are three.
    for tell in (world.brakes.answered, world.brakes.answered, world.brakes.resolved):
        for record in up:
            tell(record, world.time.now + 5.0)
    assert world.brakes.standing("trunk:carrier") is Standing.PROBING

    (more,) = [ended(world.time, answered=True)[0]]
    world.brakes.sent(more, world.time.now)
    world.brakes.answered(more, world.time.now + 5.0)
    assert world.brakes.standing("trunk:carrier") is Standing.FREE


def test_whom_amd_has_judged_is_counted_then_and_once() -> None:
    world = World()
    for n in range(1_200):
        world.calls(1, answered=True, amd_verdict=Verdict.HUMAN if n % 2 else Verdict.MACHINE)

    for _ in range(200):
        world.time.now += 0.04
        record, _ = ended(world.time, answered=True, amd_verdict=Verdict.MACHINE)
        world.brakes.sent(record, world.time.now)
        world.brakes.answered(record, world.time.now)
        for _ in range(3):
            world.brakes.judged(record, world.time.now)
        if world.stopped:
            break

    assert world.stopped == [("campaign:c", Reason.PEOPLE)]
    assert world.turns[0][1].says["of"] == 200
