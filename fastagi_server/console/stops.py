"""Stops and releases where no service answers: they are the store's, and every engine on it takes them up.

So the red button works after a crash, before campaigns go on by themselves, and from where a service's desk
is not seen.
"""

from __future__ import annotations

from typing import Any

from fastagi_server.config.scoped import Scopes
from fastagi_server.console import book
from fastagi_server.console.session import Session
from fastagi_server.dialer.errors import NoBrakeError
from fastagi_server.pacing.why import Reason
from fastagi_server.store import brakes
from fastagi_server.telephony import frames
from fastagi_server.telephony.brake import KeptBrake
from fastagi_server.telephony.said import plain


def stop(known: Session, order: frames.Pacing) -> frames.PacingStanding:
    """Keep an operator's stop; raises BadInputError for a scope that there is not."""
    countries = [each.slug for each in known.countries]
    Scopes(trunks=known.settings.trunks, countries=countries).check(order.scope)
    kept = KeptBrake(
        scope=order.scope,
        reason=str(Reason.OPERATOR),
        at=known.clock.wall(),
        says={"who": plain(order.who), "text": plain(order.why)},
        operator=True,
    )
    book.write(known, lambda conn: brakes.put(conn, kept))
    return frames.PacingStanding(scopes={})


def release(known: Session, order: frames.Pacing) -> frames.PacingStanding:
    """Let go of all that stands for a scope; raises NoBrakeError where nothing does."""
    at = known.clock.wall()

    def work(conn: Any) -> list[KeptBrake]:
        standing = brakes.standing(conn, known.settings.engine)
        held = [each for each in standing if each.scope == order.scope]
        if not held:
            scopes = sorted({each.scope for each in standing})
            raise NoBrakeError(scope=order.scope, known=", ".join(scopes) or "none")
        for each in held:
            brakes.drop(conn, each, at=at, who=plain(order.who), why=plain(order.why))
        return held

    freed = {
        each.reason: {"reason": each.reason, "says": dict(each.says)} for each in book.write(known, work)
    }
    return frames.PacingStanding(scopes={}, freed=freed)
