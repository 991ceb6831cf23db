"""What people are told once and can read later."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Kind(enum.StrEnum):
    """What a notice is about."""

    DAY_CLOSED = "day_closed"
    STOPPED = "stopped"
    LET_GO = "let_go"
    COLLAPSED = "collapsed"
    FAILED_OVER = "failed_over"
    FAILED_BACK = "failed_back"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One notice; `key` names its occasion, like day_closed:usa:2026-11-26, and `says` its figures."""

    key: str
    kind: Kind
    at: float
    says: Mapping[str, Any]
