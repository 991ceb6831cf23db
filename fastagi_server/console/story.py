"""Tells a call's frames as lines; seconds count from the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony.frames import Happened

# Asterisk's reasons of an Originate that came to nothing; what the far end said follows in lines of its own.
REASONS = {
    0: "call.failed.0",
    1: "call.failed.1",
    3: "call.failed.3",
    5: "call.failed.5",
    8: "call.failed.8",
}
_Fields = Callable[[dict[str, Any]], dict[str, Any]]


def _nothing(_: dict[str, Any]) -> dict[str, Any]:
    return {}


_LINES: dict[str, tuple[str, _Fields]] = {
    "Ordered": ("call.ordered", _nothing),
    "Accepted": ("call.accepted", _nothing),
    "Dialed": ("call.dialed", _nothing),
    "Ringing": ("call.ringing", _nothing),
    "Answered": ("call.answered", _nothing),
    "AmdDecided": ("call.amd", lambda says: says["amd"]),
    "DigitHeard": (
        "call.digit",
        lambda says: {"digit": says["press"]["digit"], "duration": says["press"]["duration_ms"]},
    ),
    "KeyDecided": ("call.key", lambda says: says),
    "OptOutAsked": ("call.optout_asked", _nothing),
    "OptedOut": ("call.opted_out", _nothing),
    "Connecting": ("call.connecting", _nothing),
    "Queued": ("call.queued", _nothing),
    "AgentFound": ("call.agent_found", _nothing),
    "CalleeLeft": ("call.left", _nothing),
    "SipTold": ("call.sip", lambda says: {"code": says["sip_code"], "reason": says["sip_reason"]}),
    "OriginateFailed": ("call.failed", lambda says: says),
    "NeverDialed": ("call.never_dialed", _nothing),
    "Vanished": ("call.vanished", _nothing),
    "OrderRefused": ("call.refused", lambda says: says),
    "OrderCancelled": ("call.cancelled", lambda says: says),
    "OrderLost": ("call.lost", _nothing),
    "Ended": ("call.ended", lambda says: says),
}


def line(happened: Happened, began: float, tongue: Tongue) -> str:
    """Give one line of the story, for example `  4.21 s  AMD: HUMAN (HUMAN-801-800)`."""
    known = _LINES.get(happened.fact)
    if happened.fact == "OriginateFailed":
        known = (REASONS.get(happened.says["reason"], "call.failed"), known[1]) if known else None
    # A service that is newer than this command may tell more than we know.
    told = tongue.say(known[0], **known[1](happened.says)) if known else happened.fact
    return f"{happened.at - began:7.2f} s  {told}"
