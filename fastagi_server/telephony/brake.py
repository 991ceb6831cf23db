"""A brake that stands, as the store keeps it: words and numbers, whatever they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class KeptBrake:
    """What is stopped since `at` for which reason, with its numbers; `engine` is empty for every one's.

    `operator` says that only an operator lets go of it.
    """

    scope: str
    reason: str
    at: float
    says: Mapping[str, float | str]
    operator: bool
    engine: str = ""
