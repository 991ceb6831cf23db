"""One carrier route as Asterisk dials it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from fastagi_server.config import shapes
from fastagi_server.config.pjsip import Pjsip
from fastagi_server.config.schema import about, verify
from fastagi_server.telephony.errors import BadInputError

SENSIBLE_RING = range(20, 29)
# A Local channel that Asterisk optimizes away takes our call's identity with it.
_LOCAL, _STAYS = "Local/", "n"


class NumberFormat(enum.StrEnum):
    """How a carrier wants a number."""

    E164 = "e164"
    DIGITS = "digits"
    NATIONAL = "national"


class Presentation(enum.StrEnum):
    """Whether the callee may see the number that is shown."""

    ALLOWED = "allowed"
    PROHIBITED = "prohibited"


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A way out: the dial string, how numbers are written, what the contract allows, its endpoint if ours."""

    dial: str = field(
        metadata=about(
            "What Asterisk dials, with {number} once where the number goes: PJSIP/{number}@carrier, with "
            "chan_sip SIP/carrier/{number}, or Local/{number}@from-internal to go by somebody else's context "
            "and its routes.",
            why="only the operator knows the name of the carrier's endpoint.",
            check=shapes.dial,
        )
    )
    number_format: NumberFormat = field(
        default=NumberFormat.DIGITS,
        metadata=about(
            "How the carrier wants the number: e164 with +, digits without, or national, which is without "
            "the calling code too.",
            why="most carriers take digits alone; a + that a carrier does not expect fails every call.",
        ),
    )
    prefix: str = field(
        default="",
        metadata=about(
            "What stands before every number: a tech prefix such as 1234#, with digits 00 or 011.",
            why="most carriers want none.",
            check=shapes.prefix,
        ),
    )
    calling_code: str = field(
        default="",
        metadata=about(
            "With a format national, the calling code of the carrier's country, such as 52.",
            why="other formats need none.",
            check=shapes.calling_code,
        ),
    )
    national_prefix: str = field(
        default="",
        metadata=about(
            "With national, what stands before numbers of calling_code: 0 in Brazil, 1 in North America.",
            why="most carriers want the bare number.",
            check=shapes.prefix,
        ),
    )
    international_prefix: str = field(
        default="00",
        metadata=about(
            "With national, what stands before the digits of every other country's numbers, such as 011.",
            why="it is the usual one outside North America.",
            check=shapes.prefix,
        ),
    )
    callerid_format: NumberFormat = field(
        default=NumberFormat.E164,
        metadata=about(
            "How the carrier wants the number that is shown; national as above, other countries' numbers as "
            "digits.",
            why="a number with + means the same everywhere.",
        ),
    )
    presentation: Presentation = field(
        default=Presentation.ALLOWED,
        metadata=about(
            "Whether the callee may see the number: with prohibited each INVITE carries Privacy: id (RFC "
            "3325). A Local channel cannot carry it.",
            why="whoever calls many people shows who calls; most countries demand it.",
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
            "The calls per second that the contract with this carrier allows, over all campaigns, calls "
            "by hand and engines that share this store. 0 is no limit of its own: then max_cps alone holds.",
            why="only the contract knows; a carrier answers 503 to what is above it.",
            unit="calls per second",
            least=0,
            most=1000,
        ),
    )
    channels: int = field(
        default=0,
        metadata=about(
            "The most calls that the contract with this carrier allows up at once, over all campaigns and "
            "calls by hand of this engine. 0 is no limit of its own: then max_concurrent_calls alone holds.",
            why="only the contract knows; a carrier refuses what is above it.",
            unit="calls",
            least=0,
            most=100000,
        ),
    )
    cdr: bool = field(
        default=True,
        metadata=about(
            "Whether Asterisk writes its CDR for these calls, with the campaign as account code. A Local "
            "channel's second half belongs to the context that it goes into, and keeps its own.",
            why="people look there first; but 90,000 rows an hour drown a FreePBX, and our own records hold "
            "more.",
        ),
    )
    pjsip: Pjsip | None = field(
        default=None,
        metadata=about(
            "The carrier's endpoint, for `discador trunk render`; dial must then be PJSIP/{number}@ and the "
            "trunk's name.",
            why="that means an endpoint which somebody else has made.",
        ),
    )

    def __post_init__(self) -> None:
        verify(self)
        national = NumberFormat.NATIONAL in (self.number_format, self.callerid_format)
        if national != bool(self.calling_code):
            expected = "given with a format national" if national else "empty without a format national"
            raise BadInputError(field="calling_code", value=self.calling_code, expected=expected)
        if self.national_prefix and self.number_format is not NumberFormat.NATIONAL:
            expected = "empty without number_format: national; prefix stands before every number"
            raise BadInputError(field="national_prefix", value=self.national_prefix, expected=expected)
        if self.presentation is Presentation.PROHIBITED and self.dial.startswith(_LOCAL):
            expected = "allowed with a Local channel, which cannot carry the Privacy header"
            raise BadInputError(field="presentation", value=str(self.presentation), expected=expected)

    def channel(self, e164: str) -> str:
        """Give the channel that reaches a number, for example PJSIP/525512345678@carrier."""
        dialed = self.dial.replace(shapes.NUMBER, self.prefix + self._dialed(e164))
        if not dialed.startswith(_LOCAL):
            return dialed
        where, _, options = dialed.rpartition("/")
        if not where.startswith(_LOCAL):
            return f"{dialed}/{_STAYS}"
        return dialed if _STAYS in options else dialed + _STAYS

    def shown(self, e164: str) -> str:
        """Give a number of ours as the carrier wants to be shown it."""
        return _written(e164, self.callerid_format, self.calling_code) or e164.removeprefix("+")

    def _dialed(self, e164: str) -> str:
        written = _written(e164, self.number_format, self.calling_code)
        if self.number_format is not NumberFormat.NATIONAL:
            return written
        return (
            self.national_prefix + written if written else self.international_prefix + e164.removeprefix("+")
        )


def _written(e164: str, number_format: NumberFormat, calling_code: str) -> str:
    """Write a number in a format; empty where national is asked and it is another country's."""
    match number_format:
        case NumberFormat.E164:
            return e164
        case NumberFormat.DIGITS:
            return e164.removeprefix("+")
        case NumberFormat.NATIONAL:
            start = f"+{calling_code}"
            return e164.removeprefix(start) if e164.startswith(start) else ""
