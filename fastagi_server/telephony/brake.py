"""A brake that stands, as the store keeps it: words and numbers, whatever they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Says = Mapping[str, float | str]
# Beyond it further presses are in the notices alone.
MOST_SAID = 3000


@dataclass(frozen=True, kw_only=True)
class KeptBrake:
    """What is stopped since `at` for which reason, with its numbers; `engine` is empty for every one's.

    `operator` says that only an operator lets go of it.
    """

    scope: str
    reason: str
    at: float
    says: Says
    operator: bool
    engine: str = ""


def joined(said: Says, more: Says) -> Says:
    """Give what a brake says that somebody has pressed again: whoever was first, then what others said.

    Numbers stay those that stopped it.
    """
    if "who" not in said or "who" not in more:
        return said
    every, other = f"{said['who']}: {said['text']};", f"{more['who']}: {more['text']}"
    if f" {other};" in f" {every}" or len(every) > MOST_SAID:
        return said
    return {**said, "text": f"{said['text']}; {other}"}
