"""Our records beside the carrier's own file, one to one by X-Discador-Call; nothing else is read.

Instants are of one machine's clock, so they can be subtracted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastagi_server.loadtest.calls import CarrierCall
from fastagi_server.pacing.proof import most_in_a_second, percentile
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import Record

# What the carrier says of a call, and what we may say of it then.
AGREES = {
    "answered": frozenset(
        {
            Disposition.CONNECTED,
            Disposition.OPTED_OUT,
            Disposition.MACHINE,
            Disposition.NO_KEY,
            Disposition.HUNG_UP,
        }
    ),
    "busy": frozenset({Disposition.BUSY}),
    "no_answer": frozenset({Disposition.NO_ANSWER}),
    "early_media": frozenset({Disposition.NO_ANSWER}),
    "rejected": frozenset({Disposition.BLOCKED, Disposition.CONGESTED, Disposition.REJECTED}),
    "congested": frozenset({Disposition.CONGESTED}),
    "invalid": frozenset({Disposition.INVALID_NUMBER}),
}


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What we say of one call."""

    call: str
    number: str
    planned_at: float
    disposition: Disposition | None


@dataclass(frozen=True, kw_only=True)
class Match:
    """How the two accounts agree; `setup` is from the slot to the carrier's INVITE, in seconds."""

    ours: int
    carriers: int
    matched: int
    only_ours: tuple[str, ...]
    only_carriers: tuple[str, ...]
    twice: tuple[str, ...]
    disagree: tuple[str, ...]
    setup_p50: float
    setup_p95: float
    setup_p99: float
    most_at_carrier: int

    @property
    def perfect(self) -> bool:
        """Whether every call of either account is in the other, once, and with the same outcome."""
        return self.ours == self.carriers == self.matched and not (self.twice or self.disagree)


def ordered(records: Iterable[Record]) -> Iterator[Ours]:
    """Give what we say of every call that has left us."""
    for each in records:
        if each.ordered_at is not None:
            yield Ours(
                call=each.call,
                number=each.number,
                planned_at=each.planned_at,
                disposition=each.disposition,
            )


def match(ours: Iterable[Ours], carriers: Iterable[CarrierCall]) -> Match:
    """Match the two accounts."""
    by_call = {each.call: each for each in ours}
    rung = list(carriers)
    counted = Counter(each.call for each in rung)
    both = [(by_call[each.call], each) for each in rung if each.call in by_call]
    setups = [theirs.invited_at - mine.planned_at for mine, theirs in both]
    return Match(
        ours=len(by_call),
        carriers=len(rung),
        matched=len({mine.call for mine, _ in both}),
        only_ours=tuple(sorted(set(by_call) - set(counted))),
        only_carriers=tuple(sorted(set(counted) - set(by_call))),
        twice=tuple(call for call, times in counted.items() if times > 1),
        disagree=tuple(_difference(mine, theirs) for mine, theirs in both if not _agree(mine, theirs)),
        setup_p50=percentile(setups, 0.5),
        setup_p95=percentile(setups, 0.95),
        setup_p99=percentile(setups, 0.99),
        most_at_carrier=most_in_a_second([each.invited_at for each in rung]),
    )


def _agree(mine: Ours, theirs: CarrierCall) -> bool:
    return mine.number.removeprefix("+") == theirs.number and mine.disposition in AGREES.get(
        theirs.outcome or "", frozenset()
    )


def _difference(mine: Ours, theirs: CarrierCall) -> str:
    said = f"the carrier {theirs.outcome} of {theirs.number}"
    return f"{mine.call}: we say {mine.disposition} of {mine.number}, {said}"
