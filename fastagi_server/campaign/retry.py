"""What becomes of a contact when its attempt is over: done, or queued again for later."""

from __future__ import annotations

from dataclasses import dataclass

from fastagi_server.telephony.campaign import Campaign, ContactState
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record

# Whoever was not reached may be tried again. `unknown` is not among them: it may have been a call.
AGAIN = frozenset({Disposition.BUSY, Disposition.NO_ANSWER, Disposition.CONGESTED, Disposition.FAILED})


@dataclass(frozen=True, kw_only=True)
class Next:
    """The contact's next state, when it is due again (0: at once, or never when it is done), and why."""

    state: ContactState
    due_at: float
    why: str


def after(record: Record, campaign: Campaign) -> Next:
    """Say what becomes of the contact of an ended call; retries are asked for, never assumed."""
    why = str(record.disposition or "")
    if record.disposition is Disposition.CANCELLED:
        # Nothing has left: whatever was asked for, this was no try. It is due whatever the clock says: one
        # that was a day ahead when the call was taken back, and is right by now, would have it wait a day.
        return Next(state=ContactState.QUEUED, due_at=0.0, why=why)
    if record.disposition in AGAIN and record.attempt <= campaign.retries:
        due = (record.ended_at or record.begun_at) + campaign.retry_seconds
        return Next(state=ContactState.QUEUED, due_at=due, why=why)
    return Next(state=ContactState.DONE, due_at=0.0, why=why)
