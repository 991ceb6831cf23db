"""What to do: orders go down, one frozen dataclass each."""

from __future__ import annotations

from dataclasses import dataclass

from fastagi_server.telephony.call_id import CallId

# The name of the only Asterisk, or of the first of a fleet.
FIRST = "asterisk"


@dataclass(frozen=True, kw_only=True)
class PlaceCall:
    """Ring one number once: everything that the Originate needs, decided beforehand.

    `number` and `callerid` are E.164 with +; `shown` is the caller ID as the carrier wants it written, empty
    for E.164, and `private` keeps it from the callee. `ring_seconds` ends an unanswered ring; `campaign` goes
    to the CDR's account code, and without `cdr` Asterisk writes none.
    """

    call: CallId
    number: str
    callerid: str
    trunk: str
    channel: str
    context: str
    ring_seconds: int
    campaign: str
    shown: str = ""
    private: bool = False
    cdr: bool = True
