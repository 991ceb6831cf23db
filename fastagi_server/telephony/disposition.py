"""How a call ended, in one word."""

from __future__ import annotations

import enum


class Disposition(enum.StrEnum):
    """The closed set of ends; a report counts these and nothing else."""

    CONNECTED = "connected"
    OPTED_OUT = "opted_out"
    MACHINE = "machine"
    NO_KEY = "no_key"
    HUNG_UP = "hung_up"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    CONGESTED = "congested"
    INVALID_NUMBER = "invalid_number"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


# The far end's network was reached: a person, a machine, a busy line or a phone that rang.
REACHED = frozenset(
    {
        Disposition.CONNECTED,
        Disposition.OPTED_OUT,
        Disposition.MACHINE,
        Disposition.NO_KEY,
        Disposition.HUNG_UP,
        Disposition.BUSY,
        Disposition.NO_ANSWER,
    }
)
# Taken back or refused at the last look: nothing was ever written to Asterisk, so nobody was tried.
NOT_SENT = frozenset({Disposition.CANCELLED, Disposition.REFUSED})
# Of these nothing can be learned: nobody was tried, or nobody knows what came of it.
TELLS_NOTHING = NOT_SENT | {Disposition.UNKNOWN}
