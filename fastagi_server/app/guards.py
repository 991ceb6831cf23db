"""What stops every new call at once: what must be written waits too long, or the machine's clock was set."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from fastagi_server.dialer.pacer import Pacer
from fastagi_server.pacing import scopes
from fastagi_server.pacing.drift import Drift
from fastagi_server.pacing.why import Reason
from fastagi_server.telephony.clock import Clock


class Lag:
    """For how long the oldest of what must be written waits, to the second; `owed` reads no clock."""

    def __init__(self, owed: Callable[[], tuple[int | None, int]]) -> None:
        self._owed = owed
        # At each look, how many had come by then.
        self._looks: deque[tuple[float, int]] = deque()

    def look(self, now: float) -> float:
        """Give the seconds; it had come by the first look that counts it."""
        oldest, come = self._owed()
        if oldest is None:
            self._looks.clear()
            return 0.0
        self._looks.append((now, come))
        while self._looks[0][1] <= oldest:
            self._looks.popleft()
        return now - self._looks[0][0]


class Guards:
    """Looks at the store's writer and at the clock, for one engine; 0 seconds is never."""

    def __init__(
        self,
        *,
        pacer: Pacer,
        clock: Clock,
        owed: Callable[[], tuple[int | None, int]],
        most_lag: float,
        most_drift: float,
    ) -> None:
        self._pacer = pacer
        self._clock = clock
        self._lag = Lag(owed)
        self._most_lag = most_lag
        self._most_drift = most_drift
        self._drift = Drift()
        self._stopped: set[Reason] = set()

    def look(self) -> None:
        """Look at both; called once a second."""
        steady = self._clock.steady()
        self._judge(Reason.STORE_LAGS, self._lag.look(steady), self._most_lag)
        off = self._drift.look(wall=self._clock.wall(), steady=steady)
        self._judge(Reason.CLOCK, off, self._most_drift)

    def _judge(self, reason: Reason, seconds: float, most: float) -> None:
        wrong = bool(most) and abs(seconds) > most
        if wrong and reason not in self._stopped:
            self._stopped.add(reason)
            self._pacer.stop(scopes.CLUSTER, reason, {"seconds": seconds, "most": most})
        elif not wrong and reason in self._stopped:
            self._stopped.discard(reason)
            self._pacer.let_go(scopes.CLUSTER, reason)
