"""A rate that changes, with the numbers that say why, in English; the console has the other languages."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fastagi_server.pacing.why import Says


class Move(enum.StrEnum):
    """Why a rate changes."""

    STEP = "step"
    REFUSED = "refused"
    QUALITY = "quality"
    ASR = "asr"
    PDD = "pdd"
    ORIGINATE = "originate"
    LOAD = "load"


SENTENCES: Mapping[str, str] = {
    "pace": "from {before:.2f} to {after:.2f} calls per second",
    "refused": "{refused} of {sent} were answered 503 or 429",
    "rate": "success {success:.0%}",
    "no_rate": "too few to tell the success",
    "asr": "{count} of {of} calls of one minute were answered ({share:.1%}), {usual:.1%} was usual",
    "pdd": "the far end rings after {p95:.1f} s at p95, {usual:.1f} s was usual",
    "originate": "Asterisk takes {p95:.2f} s at p95 to begin a call, {most:g} s is the most",
    "load": "Asterisk's load is {load:.1f}, {most:g} is the most",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A rate that changes, in calls per second.

    `refused` of the calls `sent` in the last ten seconds were answered 503 or 429; `success` is the NER, or
    the ASR where that is meant, of the last minute, None where calls are too few; `says` are the numbers of
    what strains the trunk.
    """

    move: Move
    at: float
    before: float
    after: float
    sent: int
    refused: int
    success: float | None
    says: Says = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[str, Says]]:
        """Give which sentences say it, with their numbers."""
        yield "pace", {"before": self.before, "after": self.after}
        if self.says:
            yield str(self.move), self.says
            return
        yield "refused", {"refused": self.refused, "sent": self.sent}
        if self.success is None:
            yield "no_rate", {}
        else:
            yield "rate", {"success": self.success}

    def sentence(self) -> str:
        """Say it in one line."""
        return f"{self.move}: {'; '.join(SENTENCES[key].format(**says) for key, says in self.parts())}"
