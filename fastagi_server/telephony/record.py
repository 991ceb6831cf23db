"""The record of a call: what the store keeps and everybody else reads.

Every instant is Unix seconds in UTC; None means that it has not happened, or is not known.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.keys import Press


class State(enum.StrEnum):
    """Where a call stands; the moves between them are the table of dialer/life.py."""

    BEGUN = "begun"
    ORDERED = "ordered"
    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    LISTENING = "listening"
    CONNECTED = "connected"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Begin:
    """What is written before the Originate may leave.

    `engine` names the Discador process that drives the call; `contact` is whom of a list it calls (None when
    no list ordered it), and `attempt` says the how many-th time, from 1; `callerid_why` says why this caller
    ID and not another (None where it was named).
    """

    call: CallId
    number: str
    country: str
    callerid: str
    trunk: str
    campaign: str
    planned_at: float
    begun_at: float
    engine: str = ""
    contact: int | None = None
    attempt: int = 1
    callerid_why: str | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One call, whole.

    `cause` is the Q.850 hangup cause; `sip_code` and `sip_reason` are the far end's last answer as the wire
    said it, a provisional one (180 Ringing) where it never gave a final one; `key` is the digit that
    decided; `left_at` is when the callee hung up first; `queued_at` is when the key sent the callee to a
    queue whose agents we watch, and `agent_at` when the agent who took the call began to ring; `why` says in
    words why it ended as it did; `asterisk` names the one that its Originate was written to, None where
    nobody knows.
    """

    call: CallId
    number: str
    country: str
    callerid: str
    trunk: str
    campaign: str
    state: State
    planned_at: float
    begun_at: float
    engine: str = ""
    contact: int | None = None
    attempt: int = 1
    disposition: Disposition | None = None
    ordered_at: float | None = None
    accepted_at: float | None = None
    dialed_at: float | None = None
    ringing_at: float | None = None
    answered_at: float | None = None
    amd_at: float | None = None
    amd_verdict: Verdict | None = None
    amd_cause: str | None = None
    key: str | None = None
    key_at: float | None = None
    optout_at: float | None = None
    connected_at: float | None = None
    left_at: float | None = None
    queued_at: float | None = None
    agent_at: float | None = None
    ended_at: float | None = None
    cause: int | None = None
    sip_code: int | None = None
    sip_reason: str | None = None
    why: str | None = None
    asterisk: str | None = None
    callerid_why: str | None = None
    digits: tuple[Press, ...] = ()


def changed(record: Record, changes: Mapping[str, Any]) -> Record:
    """Give the record with some fields changed; every fact of every call comes through here.

    dataclasses.replace() would set thirty guarded fields one by one to change one of them.
    """
    after = object.__new__(Record)
    after.__dict__.update(record.__dict__)
    after.__dict__.update(changes)
    if len(after.__dict__) != len(record.__dict__):
        unknown = ", ".join(changes.keys() - record.__dict__.keys())
        raise TypeError(unknown)
    return after


# Sources of an opt-out that no call is the evidence for.
OPERATOR = "operator"
IMPORT = "import"


@dataclass(frozen=True, kw_only=True)
class OptOut:
    """One entry of the list of those who must not be called, with its evidence.

    `source` is how we learned it: key (pressed in a call), astdb (kept by Asterisk while we were away),
    dialplan (somebody else's, over FastAGI), operator, import (a list). `call` and `digit` are None when no
    call is the evidence; `who` and `why` are an operator's.
    """

    number: str
    at: float
    source: str
    call: CallId | None = None
    digit: str | None = None
    who: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An opt-out that Asterisk keeps in AstDB until we have it durably."""

    call: CallId
    at: float
    digit: str
