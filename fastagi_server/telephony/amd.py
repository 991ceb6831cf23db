"""What AMD() may say, as types: foreign words become these at the border."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """AMDSTATUS, and the case that AMD() said nothing."""

    HUMAN = "HUMAN"
    MACHINE = "MACHINE"
    NOTSURE = "NOTSURE"
    HANGUP = "HANGUP"
    NONE = "NONE"


@dataclass(frozen=True)
class Amd:
    """A verdict and Asterisk's reason for it, for example HUMAN and HUMAN-801-800."""

    verdict: Verdict
    cause: str


def read_verdict(text: str) -> Verdict:
    """Take AMDSTATUS; a word that Asterisk has never said counts as none."""
    try:
        return Verdict(text.strip().upper())
    except ValueError:
        return Verdict.NONE
