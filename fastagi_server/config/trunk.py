"""One carrier route as Asterisk dials it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from fastagi_server.config import shapes
from fastagi_server.config.schema import about, verify


class NumberFormat(enum.StrEnum):
    """How a carrier wants the number."""

    E164 = "e164"
    DIGITS = "digits"


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A way out: the dial string, the number's format, and how long it may ring."""

    dial: str = field(
        metadata=about(
            "What Asterisk dials, with {number} once where the number goes.",
            why="only the operator knows the name of the carrier's endpoint.",
            check=shapes.dial,
        )
    )
    number_format: NumberFormat = field(
        default=NumberFormat.DIGITS,
        metadata=about(
            "How the carrier wants the number: e164 with +, or digits without.",
            why="most carriers take digits alone; a + that a carrier does not expect fails every call.",
        ),
    )
    ring_seconds: int = field(
        default=25,
        metadata=about(
            "How long an unanswered call rings.",
            why="20 to 28 is usual: below, people have no time to answer; above, voicemail does.",
            unit="seconds",
            least=5,
            most=120,
        ),
    )

    cps: float = field(
        default=0.0,
        metadata=about(
            "The calls per second that the contract with this carrier allows, over all campaigns and calls "
            "by hand of this engine. 0 is no limit of its own: then max_cps alone holds.",
            why="only the contract knows; a carrier answers 503 to what is above it.",
            unit="calls per second",
            least=0,
            most=1000,
        ),
    )

    def __post_init__(self) -> None:
        verify(self)

    def channel(self, e164: str) -> str:
        """Give the channel that reaches a number, for example PJSIP/525512345678@carrier."""
        number = e164 if self.number_format is NumberFormat.E164 else e164.removeprefix("+")
        return self.dial.replace(shapes.NUMBER, number)
