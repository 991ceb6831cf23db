"""Whether a call ended sooner than it should have: the callees' scripts say how each ends by itself.

This file looks at one call as the carrier lived it, and knows nothing of Discador's own records.
"""

from __future__ import annotations

from fastagi_server.loadtest.callees import GREET, callee_of, leave, press
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.telephony.country import Country

_PRESS = press("").removesuffix("())")
_WAITS_FOR_THE_AGENT = "Set(TALKS=no)"


def up_at(call: CarrierCall, instant: float) -> bool:
    """Say whether a call was answered and not over at an instant."""
    if call.answered_at is None or call.answered_at > instant:
        return False
    return call.ended_at is None or call.ended_at > instant


def cut_short(call: CarrierCall, country: Country) -> str:  # noqa: PLR0911 - one reason after the other
    """Say what a person was still to do or to hear when our side ended the call; nothing when all was done.

    A machine is hung up on as soon as AMD() knows it, so there is nothing that one would miss.
    """
    steps = callee_of(call.number).steps
    if call.by != "dialer" or call.answered_at is None or call.ended_at is None or GREET not in steps:
        return ""
    keys = sum(step.startswith(_PRESS) for step in steps)
    if len(call.pressed) < keys:
        return f"it had pressed {len(call.pressed)} of {keys} keys"
    digits = [each.digit for each in call.pressed]
    if digits and digits[-1] == country.optout_key:
        return ""
    if leave() in steps:
        return "it was going to hang up by itself"
    if country.connect_key in digits and _WAITS_FOR_THE_AGENT not in steps:
        return "it was talking with the agent"
    quiet = call.ended_at - (call.pressed[-1].at if call.pressed else call.answered_at)
    if quiet < country.wait_seconds:
        return f"the dialer had waited {quiet:.1f} s for a key, {country.wait_seconds} are due"
    return ""
