"""What slows a trunk before anything fails: fewer answers than usual, a far end or an Asterisk that is slow.

Pure: instants and seconds in, numbers out.
"""

from __future__ import annotations

from collections import deque

from fastagi_server.pacing.counts import Span
from fastagi_server.pacing.evidence import is_below
from fastagi_server.pacing.proof import percentile
from fastagi_server.pacing.stops import RULED_OUT
from fastagi_server.pacing.why import Says

P95 = 0.95
MINUTE, HALF_HOUR, RIPE_SECONDS = 60.0, 1800.0, 30.0
# A fall is told from chance by the calls before the last minute; fewer of them are no mean.
FALL_CALLS, USUAL_CALLS = 200, 1_000
# Of a slow far end: so many calls, so much slower at least, after so many looks at what is usual.
SLOW_CALLS, SLOWER_SECONDS, LOOKS = 100, 1.0, 18
USUAL_LOOKS = 180
MOST_HELD = 2_000


class Fall:
    """Answers of a minute's calls against those of the half hour before, of which `part` is a fall.

    A call counts half a minute after it was sent, with all others of its second: who fails does so at once,
    and who rings out does so when everybody has answered who does.
    """

    def __init__(self, part: float) -> None:
        self._part = part
        self._young: dict[int, list[int]] = {}
        self._minute = Span(MINUTE)
        self._half_hour = Span(HALF_HOUR)

    def seen(self, *, answered: bool, at: float, sent: float) -> None:
        """Count a call that is resolved."""
        if at - sent >= RIPE_SECONDS:
            self._add(at, count=answered, of=1)
            return
        young = self._young.setdefault(int(sent), [0, 0])
        young[0] += answered
        young[1] += 1

    def proof(self, now: float) -> Says | None:
        """Give the numbers where answers have fallen."""
        for second in [each for each in self._young if each + RIPE_SECONDS <= now]:
            count, of = self._young.pop(second)
            self._add(now, count=count, of=of)
        for span in (self._minute, self._half_hour):
            span.forget(now)
        count, of = self._minute.count, self._minute.of
        before = self._half_hour.of - of
        if not self._part or of < FALL_CALLS or before < USUAL_CALLS:
            return None
        usual = (self._half_hour.count - count) / before
        if count <= usual * self._part * of and is_below(count, of, usual * RULED_OUT):
            return {"count": count, "of": of, "share": count / of, "usual": usual}
        return None

    def settle(self) -> None:
        """Begin a minute anew: what was on its way before a change says nothing of what it did."""
        self._minute.clear()
        self._young.clear()

    def _add(self, at: float, *, count: int, of: int) -> None:
        for span in (self._minute, self._half_hour):
            span.add(at, count=count, of=of)


class Tail:
    """The p95 of how long something took in the last so many seconds."""

    def __init__(self, *, seconds: float, calls: int) -> None:
        self._seconds = seconds
        self._calls = calls
        self._held: deque[tuple[float, float]] = deque(maxlen=MOST_HELD)

    def took(self, seconds: float, at: float) -> None:
        """Take note of one."""
        self._held.append((at, max(0.0, seconds)))

    def p95(self, now: float) -> float | None:
        """Give it; None where there are too few."""
        while self._held and self._held[0][0] < now - self._seconds:
            self._held.popleft()
        if len(self._held) < self._calls:
            return None
        return percentile([seconds for _, seconds in self._held], P95)

    def settle(self) -> None:
        """Begin anew."""
        self._held.clear()


class Slower:
    """A p95 of the last minute that is `times` its longer mean; 0 is never. Looked at every ten seconds."""

    def __init__(self, times: float) -> None:
        self._times = times
        self._tail = Tail(seconds=MINUTE, calls=SLOW_CALLS)
        self._looks = 0
        self.usual = 0.0

    def took(self, seconds: float, at: float) -> None:
        """Take note of one."""
        self._tail.took(seconds, at)

    def proof(self, now: float) -> Says | None:
        """Give the numbers where it is slower; where it is not, let it become usual."""
        p95 = self._tail.p95(now)
        if p95 is None:
            return None
        limit = max(self.usual * self._times, self.usual + SLOWER_SECONDS)
        if self._times and self._looks >= LOOKS and p95 >= limit:
            return {"p95": p95, "usual": self.usual}
        self._looks += 1
        self.usual += (p95 - self.usual) / min(self._looks, USUAL_LOOKS)
        return None

    def settle(self) -> None:
        """Begin a minute anew."""
        self._tail.settle()
