"""What the pacer is to do, from what the operator has set."""

from __future__ import annotations

from fastagi_server.config.pacing import Rate
from fastagi_server.config.settings import Settings
from fastagi_server.dialer.brakes import Rules
from fastagi_server.dialer.pacer import Policy
from fastagi_server.dialer.strains import Strain
from fastagi_server.pacing.stops import Limit

# The windows of the stops by shares; what a share may be is the operator's to say.
SERVER_ERROR_CALLS, SERVER_ERROR_SECONDS = 30, 10.0
BLOCKED_CALLS, SHORT_ANSWERS, LONG_SECONDS = 100, 100, 300.0
OPTOUT_PEOPLE, PEOPLE_ANSWERS = 200, 200


def policy_of(settings: Settings) -> Policy:
    """Give how paces move and what stops a scope."""
    pacing = settings.pacing
    return Policy(
        auto=pacing.auto_adjust_cps,
        initial=pacing.initial_cps,
        step=pacing.ramp_up_step,
        interval=pacing.ramp_up_interval,
        quality=pacing.quality_threshold,
        asr=pacing.quality_rate is Rate.ASR,
        strain=Strain(
            asr_fall=pacing.asr_fall,
            slow_pdd=pacing.slow_pdd,
            slow_originate=pacing.slow_originate_seconds,
            load=pacing.asterisk_load,
        ),
        rules=rules_of(settings),
    )


def rules_of(settings: Settings) -> Rules:
    """Give what stops a scope."""
    pacing, stops = settings.pacing, settings.stops
    brake = Rules(
        threshold=pacing.emergency_brake_threshold,
        hold=pacing.brake_hold_seconds,
        ner=pacing.brake_rate is Rate.NER,
    )
    if not stops.enabled:
        return brake
    return Rules(
        threshold=brake.threshold,
        hold=brake.hold,
        ner=brake.ner,
        server_errors=Limit(
            share=stops.server_error_share, calls=SERVER_ERROR_CALLS, seconds=SERVER_ERROR_SECONDS
        ),
        blocked=Limit(share=stops.blocked_share, calls=BLOCKED_CALLS, seconds=LONG_SECONDS),
        short=Limit(share=stops.short_share, calls=SHORT_ANSWERS, seconds=LONG_SECONDS),
        short_seconds=stops.short_seconds,
        optouts=Limit(share=stops.optout_share, calls=OPTOUT_PEOPLE),
        people_part=stops.people_fall,
        people_answers=PEOPLE_ANSWERS,
    )
