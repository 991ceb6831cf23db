"""The caller IDs that we own, and what was used of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Did:
    """One number of ours and the country (slug) that it is shown in; `lab` marks one nobody owns."""

    number: str
    country: str
    note: str = ""
    lab: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What the inventory knows of a number in a country, whether or not it is still ours."""

    lab: bool
    retired: bool


@dataclass(frozen=True, kw_only=True)
class Use:
    """One DID's uses in one counting period, and when it was last used (None: never in it)."""

    number: str
    country: str
    period: str
    uses: int
    last_at: float | None


@dataclass(frozen=True, kw_only=True)
class Loan:
    """One use of a DID by a call that is not ours, to be counted.

    `cap` is its uses in the period, 0 for no limit; `lab` says which numbers are meant, a lab's or ours;
    `callee` is who will be called, None where only the country is known; `leased` says that `engine` has
    reserved the use already.
    """

    number: str
    country: str
    period: str
    cap: int
    at: float
    lab: bool
    callee: str | None
    engine: str = ""
    leased: bool = False


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Uses that an engine wants to reserve ahead: how many of which number, under `cap` (0: no limit)."""

    engine: str
    country: str
    period: str
    cap: int
    at: float
    wanted: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Leased:
    """What became of a lease: which numbers were `granted` as wanted, every number's uses, reserved ones too.

    `engines` is how many engines hold reserved uses of the country's period, this one included.
    """

    granted: frozenset[str]
    uses: Mapping[str, int]
    engines: int


@dataclass(frozen=True, kw_only=True)
class Limit:
    """An operator's own cap for a country, in place of the country file's; 0 is no limit."""

    country: str
    cap: int
    who: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Reset:
    """A manual reset: a new counting period of the same day, with who and why."""

    country: str
    day: str
    serial: int
    who: str
    why: str
    at: float


class RestKind(enum.StrEnum):
    """Why a number of ours is not shown for a while: somebody lets it rest, or the far end blocks it."""

    REST = "rest"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A number that is not shown in a country from `since` until `until` (None: until somebody lifts it)."""

    number: str
    country: str
    kind: RestKind
    since: float
    until: float | None
    who: str
    why: str
