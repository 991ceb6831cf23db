"""What happened to a call: facts come up from Asterisk, one frozen dataclass each.

`at` is Unix seconds in UTC as the engine saw it. Every fact names its call; nothing here is a bare event.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastagi_server.telephony.amd import Amd
from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.keys import Meaning, Press


@dataclass(frozen=True, kw_only=True)
class Fact:
    """The call that it is about and the instant it was seen."""

    call: CallId
    at: float


@dataclass(frozen=True, kw_only=True)
class Ordered(Fact):
    """The Originate was written to Asterisk's socket."""


@dataclass(frozen=True, kw_only=True)
class Accepted(Fact):
    """Asterisk queued the Originate."""


@dataclass(frozen=True, kw_only=True)
class OrderRefused(Fact):
    """Asterisk would not take the Originate; no call has left."""

    why: str


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Fact):
    """We took the order back before it was written; no call has left."""

    why: str


@dataclass(frozen=True, kw_only=True)
class OrderLost(Fact):
    """The link broke with the Originate pending; whether the call left cannot be known from here."""


@dataclass(frozen=True, kw_only=True)
class Dialed(Fact):
    """The channel exists: the call is on its way to the carrier."""


@dataclass(frozen=True, kw_only=True)
class Ringing(Fact):
    """The far end rings."""


@dataclass(frozen=True, kw_only=True)
class Answered(Fact):
    """The far end answered."""


@dataclass(frozen=True, kw_only=True)
class AmdDecided(Fact):
    """AMD() gave its verdict."""

    amd: Amd


@dataclass(frozen=True, kw_only=True)
class DigitHeard(Fact):
    """The callee sent a digit."""

    press: Press


@dataclass(frozen=True, kw_only=True)
class KeyDecided(Fact):
    """A key pressed in the menu was given its meaning."""

    digit: str
    meaning: Meaning


@dataclass(frozen=True, kw_only=True)
class OptOutAsked(Fact):
    """The callee pressed the opt-out key; Asterisk keeps it in AstDB until we have it durably."""

    digit: str


@dataclass(frozen=True, kw_only=True)
class OptedOut(Fact):
    """The callee asked to be left alone, and the list holds it durably."""

    digit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Connecting(Fact):
    """The callee goes to the destination."""


@dataclass(frozen=True, kw_only=True)
class Queued(Fact):
    """The callee was sent to a queue whose agents we watch."""


@dataclass(frozen=True, kw_only=True)
class AgentFound(Fact):
    """An agent of the queue took the call; `rang_at` is when that agent began to ring."""

    rang_at: float


@dataclass(frozen=True, kw_only=True)
class Ended(Fact):
    """The channel is gone: Q.850 cause, and the SIP answer where there was one (0 and '' where not)."""

    cause: int
    sip_code: int = 0
    sip_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SipTold(Fact):
    """The hangup handler told the SIP answer with its reason phrase, for example 603 Network Blocked."""

    sip_code: int
    sip_reason: str


@dataclass(frozen=True, kw_only=True)
class OriginateFailed(Fact):
    """OriginateResponse said Failure, with Asterisk's reason number.

    0 none, 1 no answer, 3 ring time-out, 5 busy, 8 congestion.
    """

    reason: int


@dataclass(frozen=True, kw_only=True)
class NeverDialed(Fact):
    """The Originate failed and no channel came to be, not even a little later."""


@dataclass(frozen=True, kw_only=True)
class Vanished(Fact):
    """Asterisk does not have the call any more, and its end was not told to us."""


@dataclass(frozen=True, kw_only=True)
class CalleeLeft(Fact):
    """The far end hung up first; when we end the call there is no such fact."""
