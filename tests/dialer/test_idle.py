from __future__ import annotations

import random
from typing import Any

from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.idle import LOOK_SECONDS
from fastagi_server.dialer.pacer import Pacer, Policy
from fastagi_server.pacing import scopes
from fastagi_server.pacing.why import Reason
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record, State
from tests.dialer.stage import Time


class Site:
    def __init__(self) -> None:
        self.time = Time()
        self.pacer = Pacer(clock=self.time, policy=Policy(rules=Rules(threshold=0.1)))
        self.pacer.limit("cluster", 30.0)

    def run(self, campaign: str) -> None:
        """Let a campaign have its limit, a call and what became of it."""
        scope = f"campaign:{campaign}"
        self.pacer.limit(scope, 10.0)
        within = (*scopes.over("carrier"), scope)
        self.pacer.took(within, self.time.steady(), self.time.steady())
        call = mint(self.time.wall(), random.randbytes(10))
        record = Record(
            call=call,
            number="+12125560001",
            country="usa",
            callerid="+13055560000",
            trunk="carrier",
            campaign=campaign,
            state=State.ENDED,
            planned_at=self.time.wall(),
            begun_at=self.time.wall(),
            contact=1,
            disposition=Disposition.NO_ANSWER,
        )
        self.pacer.watch(record, facts.Vanished(call=call, at=self.time.wall()))

    def looks(self, *running: str, times: int = 1) -> set[str]:
        for _ in range(times):
            self.time.pass_by(LOOK_SECONDS)
            self.pacer.idle.look(running, self.time.steady())
        return self.campaigns()

    def campaigns(self) -> set[str]:
        return {each.scope for each in self.pacer.standings() if each.scope.startswith("campaign:")}


def remembered(pacer: Pacer) -> str:
    """Give everything that a pacer keeps, as text."""
    kept: list[Any] = [vars(each) for each in (pacer, pacer.limits, pacer.limits.parts)]
    return repr([*kept, vars(pacer._slots), vars(pacer._windows), vars(pacer._brakes)])


def test_a_campaign_that_neither_runs_nor_is_stopped_is_forgotten_a_minute_later() -> None:
    site = Site()
    site.run("spring")
    site.run("autumn")

    assert site.looks("spring") == {"campaign:spring", "campaign:autumn"}
    assert site.looks("spring") == {"campaign:spring"}
    assert "autumn" not in remembered(site.pacer)
    assert site.looks("spring", times=5) == {"campaign:spring"}


def test_one_that_ran_between_two_looks_keeps_the_second_that_it_called_in() -> None:
    site = Site()
    site.run("spring")
    assert site.looks() == {"campaign:spring"}
    site.time.pass_by(LOOK_SECONDS - 0.1)
    for _ in range(10):
        site.run("spring")
    site.time.pass_by(0.1)

    site.pacer.idle.look((), site.time.steady())

    within = (*scopes.over("carrier"), "campaign:spring")
    assert site.pacer.held_until(within) > site.time.steady()
    assert site.looks(times=3) == set()


def test_one_that_is_stopped_is_known_until_it_is_released() -> None:
    site = Site()
    for n in range(300):
        site.pacer.stop(f"campaign:{n}", Reason.OPERATOR, {"who": "ana", "text": "x"})
    assert len(site.looks(times=5)) == 300

    for n in range(300):
        site.pacer.release(f"campaign:{n}")
    assert site.looks(times=2) == set()


def test_one_that_goes_on_in_time_is_not_forgotten() -> None:
    site = Site()
    site.run("spring")
    site.looks()
    site.looks("spring")

    assert site.looks() == {"campaign:spring"}
    assert site.looks() == set()


def test_it_is_looked_at_once_a_minute() -> None:
    site = Site()
    site.run("spring")
    for _ in range(59):
        site.time.pass_by(1.0)
        site.pacer.idle.look((), site.time.steady())

    assert site.campaigns() == {"campaign:spring"}


def test_one_that_begins_again_is_under_its_limit() -> None:
    site = Site()
    site.run("spring")
    site.looks(times=2)
    site.pacer.limit("campaign:spring", 1.0)
    within = (*scopes.over("carrier"), "campaign:spring")
    now = site.time.steady()
    site.pacer.took(within, now, now)

    assert site.pacer.held_until(within) >= now + 1.0
    assert site.pacer.earliest(within, now) > now
