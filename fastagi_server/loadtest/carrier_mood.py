"""What the carrier is told while it runs: its limit, how many answer, how long who is connected talks.

The limit is so many calls in any second, above it 503, as carriers have it at their edge. The carrier's
dialplan counts (context count of extensions_carrier.conf); calls that it refused count for nothing, and the
agent's calls are none of the trunk's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastagi_server.loadtest.callees import ANSWERS, Outcome
from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.loadtest.carrier_folder import LIMIT_PLACES
from fastagi_server.loadtest.errors import ProgramFailedError
from fastagi_server.loadtest.lab import Lab
from fastagi_server.loadtest.paths import Side
from fastagi_server.pacing.proof import most_in_a_second
from fastagi_server.telephony.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a carrier with a limit took in a span: the mean a second, the most in any, the share refused."""

    a_second: float
    most: int
    refused_share: float


def limit(lab: Lab, cps: int) -> None:
    """Have a lab's carrier take so many calls in any second from now on; 0 lets it take all."""
    if not 0 <= cps <= LIMIT_PLACES:
        raise BadInputError(
            field="carrier-cps", value=cps, expected=f"0 (no limit) to {LIMIT_PLACES} a second"
        )
    _tell(lab, "CPS", cps)


def answers(lab: Lab, percent: int) -> None:
    """Have so many of a hundred callees answer who leave it to chance (endings 60 and 61)."""
    if not 0 <= percent <= 100:  # noqa: PLR2004 - a percentage
        raise BadInputError(field="answers", value=percent, expected="0 to 100 of a hundred")
    _tell(lab, ANSWERS, percent)


def talk(lab: Lab, seconds: float) -> None:
    """Have whoever is connected talk for so long before he hangs up."""
    _tell(lab, "TALK_SECONDS", seconds)


def taken(calls: Iterable[CarrierCall], *, since: float, until: float) -> Taken:
    """Tell what became of the calls that came in a span of Unix seconds."""
    came = [each for each in calls if since <= each.invited_at < until]
    good = [each.invited_at for each in came if each.outcome != Outcome.CONGESTED]
    return Taken(
        a_second=len(good) / (until - since),
        most=most_in_a_second(good),
        refused_share=1 - len(good) / len(came) if came else 0.0,
    )


def _tell(lab: Lab, variable: str, value: float) -> None:
    with lab.witness(Side.CARRIER) as witness:
        told = witness.action("Setvar", ("Variable", variable), ("Value", f"{value:g}"))
    if told.get("Response") != "Success":
        raise ProgramFailedError(
            command="the carrier's Setvar", status=told.get("Response", ""), told=told.get("Message", "")
        )
