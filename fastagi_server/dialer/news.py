"""How late Asterisk's news of channels is: it has queues of its own, which an Originate's failure passes.

Pure: facts in, seconds out.
"""

from __future__ import annotations

from fastagi_server.telephony import facts
from fastagi_server.telephony.record import Record

# How much later than its failure a call's channel may be told by an Asterisk that has little to do.
LEAST_SECONDS, MOST_SECONDS = 3.0, 30.0
# For so long the latest news counts: a burst is over by then.
KEPT_SECONDS = 60.0


class News:
    """The news of one engine's Asterisks."""

    def __init__(self) -> None:
        self._late = 0.0
        self._at = 0.0

    def heard(self, record: Record, fact: facts.Fact) -> None:
        """Take note of how long after Asterisk's yes to an Originate its channel was told."""
        if isinstance(fact, facts.Dialed) and record.accepted_at is not None:
            late = fact.at - record.accepted_at
            # A clock that was set back begins anew.
            if late >= self._late or not 0 <= fact.at - self._at < KEPT_SECONDS:
                self._late, self._at = max(0.0, late), fact.at

    @property
    def patience(self) -> float:
        """For how long a call that failed may still turn out to have had a channel, in seconds."""
        return min(MOST_SECONDS, LEAST_SECONDS + 2 * self._late)
