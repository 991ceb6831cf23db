"""A list of people to call: the words of campaigns, contacts and attempts.

Every instant is Unix seconds in UTC.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fastagi_server.telephony.call_id import CallId
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.record import Begin

LONGEST_NAME = 64
MAX_ACCOUNT_BYTES = 79
_SIGNS = frozenset("-_. ")


def check_name(name: str) -> None:
    """Refuse a name that a file, a dialplan or a CDR's account code could not carry."""
    letters = all(each.isalnum() or each in _SIGNS for each in name)
    # Asterisk cuts an account code after 79 bytes.
    fits = 1 <= len(name) <= LONGEST_NAME and len(name.encode(errors="replace")) <= MAX_ACCOUNT_BYTES
    if not (letters and fits and name[0].isalnum() and name == name.strip()):
        expected = f"1 to {LONGEST_NAME} letters, digits, blanks or - _ . and a letter or digit first"
        raise BadInputError(field="campaign", value=name, expected=expected)


class CampaignState(enum.StrEnum):
    """Where a campaign stands; only a running one is dialed."""

    READY = "ready"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class ContactState(enum.StrEnum):
    """Where a contact stands: waiting, in a call, finished, or refused for good with its reason."""

    QUEUED = "queued"
    DIALING = "dialing"
    DONE = "done"
    REFUSED = "refused"


class No(enum.StrEnum):
    """Why an attempt was not begun; each is kept."""

    NOT_DIALABLE = "not_dialable"
    NO_COUNTRY = "no_country"
    OPTED_OUT = "opted_out"
    IN_FLIGHT = "in_flight"
    TAKEN = "taken"
    AT_CAP = "at_cap"
    NOT_OWNED = "not_owned"
    RESTING = "resting"


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign.

    `cps` and `concurrency` are its own limits, 0 for none; `retries` is how many further attempts a contact
    gets, each `retry_seconds` after the last one's end; `lab` lets numbers be called that nobody owns.
    """

    name: str
    trunk: str
    cps: float
    concurrency: int
    retries: int
    retry_seconds: int
    lab: bool
    state: CampaignState
    created_at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContact:
    """A row of a list, judged: QUEUED with an E.164 number and a country, or REFUSED with its reason.

    `line` is where it stands in its list, None where nobody knows.
    """

    raw: str
    number: str
    country: str
    state: ContactState
    why: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row of a list that nobody is called for: where it stood, what it said, and why (in fixed words)."""

    id: int
    line: int | None
    raw: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One person of one campaign; `attempts` counts those begun, `due_at` is when the next may be.

    `callerid` is the number of ours that was last shown to them, empty when none was.
    """

    id: int
    campaign: str
    number: str
    country: str
    state: ContactState
    attempts: int
    due_at: float
    why: str = ""
    callerid: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What is begun in one transaction: the record, the contact's claim, the caller ID's use.

    `contact` is its record's, None for a call that no list ordered; `period` is the counting period of the
    caller ID in that country (a day such as 2026-11-23, with #2 after a manual reset), empty for a caller
    ID of the configuration, which is not counted; `cap` is its uses in the period by the country's file, 0
    for no limit; `lab` says which caller IDs may be shown, a lab's or ours; `leased` that the engine has
    reserved the use already.
    """

    begin: Begin
    contact: int | None
    period: str
    cap: int
    lab: bool = False
    leased: bool = False


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The attempt is durable; `uses` is the caller ID's uses in its period, this one included.

    It is None where the use was reserved: it was counted then.
    """

    uses: int | None


@dataclass(frozen=True, kw_only=True)
class NotBegun:
    """Nothing was written, and why; `uses` is told with AT_CAP."""

    no: No
    uses: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """When one ended call of a campaign did what, as a report needs it by the hundred thousand."""

    call: CallId
    country: str
    disposition: Disposition
    planned_at: float
    ordered_at: float | None
    ringing_at: float | None
    answered_at: float | None
    ended_at: float


@dataclass(frozen=True, kw_only=True)
class Origination:
    """Where one call went, when it was to leave and when its Originate was written, in Unix seconds."""

    call: CallId
    engine: str
    trunk: str
    country: str
    campaign: str
    planned_at: float
    ordered_at: float
    asterisk: str | None = None
