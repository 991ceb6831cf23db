from __future__ import annotations

from dataclasses import replace

from fastagi_server.app.policies import policy_of, rules_of
from fastagi_server.config.pacing import Pacing, Rate
from fastagi_server.config.settings import Settings
from fastagi_server.config.stops import Stops
from fastagi_server.pacing.why import Reason


def test_what_the_operator_has_set_is_what_is_done() -> None:
    pacing = Pacing(quality_rate=Rate.ASR, brake_rate=Rate.NER, slow_pdd=3.0, asterisk_load=4.0)
    policy = policy_of(replace(Settings(), pacing=pacing, stops=Stops(blocked_share=0.07, short_seconds=3.0)))

    assert (policy.asr, policy.rules.ner) == (True, True)
    assert (policy.strain.slow_pdd, policy.strain.load, policy.strain.asr_fall) == (3.0, 4.0, 0.5)
    assert (policy.rules.blocked.share, policy.rules.blocked.calls) == (0.07, 100)
    assert policy.rules.short_seconds == 3.0


def test_the_windows_are_those_of_the_guide() -> None:
    rules = rules_of(Settings())

    assert (rules.server_errors.calls, rules.server_errors.seconds) == (30, 10.0)
    assert {(each.calls, each.seconds) for each in (rules.blocked, rules.short)} == {(100, 300.0)}
    assert (rules.optouts.calls, rules.people_answers) == (200, 200)
    assert rules.by_operator == {Reason.BLOCKED, Reason.SHORT_ANSWERS, Reason.OPTOUTS}


def test_stops_that_are_off_never_stop_and_leave_the_brake() -> None:
    rules = rules_of(replace(Settings(), stops=Stops(enabled=False)))

    assert rules.threshold == 0.1
    assert not any((rules.server_errors.share, rules.blocked.share, rules.short.share, rules.optouts.share))
    assert not rules.people_part
