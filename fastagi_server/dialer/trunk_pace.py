"""The pace of one trunk, from the facts of its calls: what it may rise to, and what strains it."""

from __future__ import annotations

from fastagi_server.dialer.strains import Strain, Strains
from fastagi_server.pacing.change import Change
from fastagi_server.pacing.governor import Governor, Ramp
from fastagi_server.telephony import facts
from fastagi_server.telephony.record import Record, State


class TrunkPace:
    """A governor and its strains; every instant is the steady clock's."""

    def __init__(self, ramp: Ramp, strain: Strain) -> None:
        self._governor = Governor(ramp)
        self._strains = Strains(strain)

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self._governor.rate

    def sent(self, now: float) -> None:
        """Take note that a call left, whoever ordered it."""
        self._governor.sent(now)

    def watch(self, record: Record, fact: facts.Fact, now: float) -> Change | None:
        """Learn from a campaign's call; give the change that cannot wait for the next look."""
        change = None
        if record.state is State.ENDED and record.disposition is not None:
            change = self._governor.resolved(
                disposition=record.disposition,
                sip_code=record.sip_code,
                at=now,
                answered=record.answered_at is not None,
            )
        elif isinstance(fact, facts.Answered) and record.answered_at == fact.at:
            self._governor.answered(now)
        self._strains.watch(record, fact, now)
        return change

    def look(self, now: float) -> Change | None:
        """Rise, or fall for what strains the trunk; called once a second."""
        strained = self._strains.look(now)
        return self._governor.slow(strained[0], now, strained[1]) if strained else self._governor.tick(now)

    def begin_anew(self, now: float) -> None:
        """Rise from the beginning again, after a stop."""
        self._governor.begin_anew(now)

    def loaded(self, load: float | None) -> None:
        """Take note of what Asterisk's machine says of its load; None where it does not say."""
        self._strains.load = load

    def figures(self, now: float) -> dict[str, float | None]:
        """Give what is measured, in seconds and as the machine says it; None where it is not known."""
        return self._strains.figures(now)
