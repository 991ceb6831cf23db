"""Waits for the dialplan of an Asterisk that boots: it lets managers in before it can run a call.

An Originate that comes in between is refused, "Extension does not exist", and somebody is never rung.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastagi_server.ami import actions
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.errors import RefusedError

PAUSE_SECONDS = 0.25
TRIES = 20
_ABSENT = "Did not find context"


async def booted(
    context: str,
    *,
    ask: Callable[[Action], Awaitable[Answered]],
    pause: Callable[[float], Awaitable[object]],
    warn: Callable[[str, str], object],
) -> None:
    """Wait until the context is there, but not for ever: perhaps nobody has put it in force."""
    for _ in range(TRIES):
        try:
            await ask(actions.ShowDialPlan(context=context))
        except RefusedError as no:
            # A right that is missing is found by others, in better words.
            if _ABSENT not in str(no.details["why"]):
                return
        else:
            return
        await pause(PAUSE_SECONDS)
    warn("Asterisk has no context %s, so calls will fail; run: discador apply", context)
