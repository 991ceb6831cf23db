"""A caller ID that was chosen, and why it and not the others, in a sentence that the record keeps."""

from __future__ import annotations

import enum
from dataclasses import dataclass

NEVER = 0.0


class How(enum.StrEnum):
    """What spoke for the number, in the words that are kept."""

    SAME = "shown to this contact before"
    AREA = "of the callee's area, its least used"
    LEAST = "least used"
    NAMED = "named by whoever ordered the call"


class Passed(enum.StrEnum):
    """Why a number of the country is not chosen, in the words that are kept."""

    AT_CAP = "at their cap"
    NEAR_CAP = "near their cap"
    RESTING = "resting"
    QUARANTINE = "in quarantine"
    RETIRED = "retired"
    OTHERS = "of a lab or not of one"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The number chosen and why: its uses before this one, how many could be chosen, who was passed over.

    `leased` says that its use was reserved ahead.
    """

    number: str
    uses: int
    last_at: float
    of: int
    period: str = ""
    how: How = How.LEAST
    leased: bool = False
    passed: tuple[tuple[Passed, int], ...] = ()

    def why(self) -> str:
        """Say it in words, for the record of the choice."""
        told = f"{self._how()}: {self.uses} uses in {self.period or '-'}, {self.of} could be chosen"
        if not self.passed:
            return told
        return f"{told}; passed over: {' + '.join(f'{count} {why}' for why, count in self.passed)}"

    def _how(self) -> str:
        if self.how is not How.LEAST:
            return self.how
        return "least used, never used in its period" if self.last_at == NEVER else "least used, idle longest"
