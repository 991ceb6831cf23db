"""What strains one trunk, from the facts of its calls; it is slowed down for the first that is proved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fastagi_server.pacing.change import Move
from fastagi_server.pacing.strain import Fall, Slower, Tail
from fastagi_server.pacing.why import Says
from fastagi_server.telephony import facts
from fastagi_server.telephony.record import Record, State

LOOK_SECONDS = 10.0
# What a halved pace did to the answers is known once those calls have ended.
FALL_SECONDS = 60.0
ORIGINATE_SECONDS, ORIGINATE_CALLS = 10.0, 30


@dataclass(frozen=True, kw_only=True)
class Strain:
    """From when on a trunk is slowed down; 0 is never.

    `asr_fall` is the part of its usual that ASR falls to, `slow_pdd` how many times its usual p95 the PDD
    is, `slow_originate` the most seconds from an Originate to Asterisk's first event at p95, `load` the most
    that Asterisk's machine may say of itself.
    """

    asr_fall: float = 0.0
    slow_pdd: float = 0.0
    slow_originate: float = 0.0
    load: float = 0.0


class Strains:
    """The strains of one trunk."""

    def __init__(self, strain: Strain) -> None:
        self._strain = strain
        self._fall = Fall(strain.asr_fall)
        self._pdd = Slower(strain.slow_pdd)
        self._originate = Tail(seconds=ORIGINATE_SECONDS, calls=ORIGINATE_CALLS)
        self._next = -math.inf
        self.load: float | None = None

    def watch(self, record: Record, fact: facts.Fact, now: float) -> None:
        """Learn from a call's fact that is told now, by the steady clock."""
        ordered = record.ordered_at
        if ordered is None:
            return
        sent = now - max(0.0, fact.at - ordered)
        if record.answered_at is not None:
            # Told when it comes: after how long a talk it ends is no matter of success.
            if isinstance(fact, facts.Answered) and record.answered_at == fact.at:
                self._fall.seen(answered=True, at=now, sent=sent)
        elif record.state is State.ENDED:
            self._fall.seen(answered=False, at=now, sent=sent)
        if isinstance(fact, facts.Dialed) and record.dialed_at == fact.at:
            self._originate.took(fact.at - ordered, now)
        elif isinstance(fact, facts.Ringing) and record.ringing_at == fact.at:
            self._pdd.took(fact.at - ordered, now)

    def look(self, now: float) -> tuple[Move, Says] | None:
        """Give what strains the trunk, once it is proved; called about once a second."""
        if now < self._next:
            return None
        found = self._found(now)
        self._next = now + (FALL_SECONDS if found and found[0] is Move.ASR else LOOK_SECONDS)
        if found is not None:
            for each in (self._fall, self._pdd, self._originate):
                each.settle()
        return found

    def _found(self, now: float) -> tuple[Move, Says] | None:
        # Asked each time, for it learns from it.
        slower = self._pdd.proof(now)
        if (fallen := self._fall.proof(now)) is not None:
            return Move.ASR, fallen
        p95, most = self._originate.p95(now), self._strain.slow_originate
        if most and p95 is not None and p95 >= most:
            return Move.ORIGINATE, {"p95": p95, "most": most}
        if self._strain.load and self.load is not None and self.load >= self._strain.load:
            return Move.LOAD, {"load": self.load, "most": self._strain.load}
        return None if slower is None else (Move.PDD, slower)

    def figures(self, now: float) -> dict[str, float | None]:
        """Give what is measured, in seconds and as the machine says it; None where it is not known."""
        return {
            "pdd_usual": self._pdd.usual or None,
            "originate_p95": self._originate.p95(now),
            "load": self.load,
        }
