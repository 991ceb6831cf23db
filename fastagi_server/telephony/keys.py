"""What a key can mean, and how it was heard."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Meaning(enum.StrEnum):
    """What the dialplan does with a key; the words are the values of DISCADOR_KEY."""

    CONNECT = "connect"
    OPTOUT = "optout"
    REPEAT = "repeat"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class Press:
    """One digit that the callee sent, as AMI told it."""

    digit: str
    begun_at: float | None
    ended_at: float
    duration_ms: int
