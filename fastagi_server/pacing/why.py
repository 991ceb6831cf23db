"""Why a scope may send or not, in numbers and in English; the console has the other languages."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

Says = Mapping[str, float | str]


class Standing(enum.StrEnum):
    """Whether calls may leave."""

    FREE = "free"
    STOPPED = "stopped"
    PROBING = "probing"


class Reason(enum.StrEnum):
    """What stops a scope."""

    SUCCESS = "success"
    SERVER_ERRORS = "server_errors"
    BLOCKED = "blocked"
    SHORT_ANSWERS = "short_answers"
    OPTOUTS = "optouts"
    PEOPLE = "people"
    OPERATOR = "operator"
    STORE_LAGS = "store_lags"
    CLOCK = "clock"


SENTENCES: dict[Reason, str] = {
    Reason.SUCCESS: (
        "{succeeded} of {resolved} resolved calls in a row succeeded ({share:.1%}), {usual:.1%} was usual, "
        "{threshold:.0%} is the least"
    ),
    Reason.SERVER_ERRORS: (
        "{count} of {of} calls within {seconds:g} s were answered 503 or another 5xx ({share:.1%}), "
        "{most:.0%} is the most"
    ),
    Reason.BLOCKED: (
        "{count} of {of} calls within {seconds:g} s were blocked by 603+, 607 or 608 ({share:.1%}), "
        "{most:.0%} is the most"
    ),
    Reason.SHORT_ANSWERS: (
        "{count} of {of} answered calls within {seconds:g} s were over after at most {short:g} s "
        "({share:.1%}), {most:.0%} is the most: is the audio or AMD broken?"
    ),
    Reason.OPTOUTS: (
        "{count} of the last {of} people opted out ({share:.1%}), {most:.0%} is the most: whose list is it?"
    ),
    Reason.PEOPLE: (
        "{count} of the last {of} answers were people ({share:.1%}), {usual:.1%} was usual: is AMD broken?"
    ),
    Reason.OPERATOR: "{who} stopped it: {text}",
    Reason.STORE_LAGS: "something waits to be written for {seconds:.1f} s, {most:g} s is the most",
    Reason.CLOCK: "the machine's clock was set by {seconds:+.1f} s, {most:g} s is the most",
}
# What holds while its cause is there, whatever anybody says.
NOBODY_RELEASES = frozenset({Reason.STORE_LAGS, Reason.CLOCK})
ONLY_AN_OPERATOR = "only an operator releases it"


@dataclass(frozen=True, kw_only=True)
class Why:
    """A decision and its numbers; `operator` says that only an operator lets go of what is stopped."""

    standing: Standing
    reason: Reason
    at: float
    says: Says = field(default_factory=dict)
    operator: bool = False

    def sentence(self) -> str:
        """Say it in one line."""
        ends = f"; {ONLY_AN_OPERATOR}" if self.operator and self.standing is Standing.STOPPED else ""
        return f"{self.standing}: {SENTENCES[self.reason].format(**self.says)}{ends}"
