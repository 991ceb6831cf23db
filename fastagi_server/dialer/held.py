"""What every brake of a scope can do, and one that weighs nothing: somebody stops, and somebody lets go."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from fastagi_server.pacing.why import Reason, Says, Standing, Why
from fastagi_server.telephony.brake import joined


class Turns(Protocol):
    """A brake for one reason."""

    @property
    def why(self) -> Why:
        """How it stands, and why."""
        ...

    def tick(self, now: float) -> Why | None:
        """Look again."""
        ...

    def release(self, now: float) -> Why | None:
        """Let go, because an operator says so."""
        ...

    def restore(self, why: Why) -> None:
        """Stand as it stood when it was kept."""
        ...


class Held:
    """A brake that weighs nothing: somebody stops, and somebody lets go."""

    def __init__(self, reason: Reason) -> None:
        self.why = Why(standing=Standing.FREE, reason=reason, at=0.0, operator=reason is Reason.OPERATOR)

    def tick(self, now: float) -> Why | None:  # noqa: ARG002 - the others' shape
        """Wait for whoever stopped."""
        return None

    def stop(self, now: float, says: Says) -> Why:
        """Stop, for this reason from now on; whoever presses again says more."""
        if self.why.standing is Standing.STOPPED:
            says = joined(self.why.says, says)
        self.why = replace(self.why, standing=Standing.STOPPED, at=now, says=says)
        return self.why

    def release(self, now: float) -> Why | None:
        """Let go."""
        if self.why.standing is Standing.FREE:
            return None
        self.why = replace(self.why, standing=Standing.FREE, at=now)
        return self.why

    def restore(self, why: Why) -> None:
        """Stand as it stood when it was kept."""
        self.why = why
