"""What every engine must hear soon, whichever process made it true."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What a tiding is about; `value` is the number for OPTOUT and empty otherwise."""

    OPTOUT = "optout"
    # So many at once that no list of them is told: look at the store again.
    OPTOUTS = "optouts"
    DIDS = "dids"
    BRAKES = "brakes"


@dataclass(frozen=True, kw_only=True)
class Tiding:
    """One thing to be heard; `id` grows, but two writers may commit theirs out of order."""

    id: int
    at: float
    kind: Kind
    value: str = ""
