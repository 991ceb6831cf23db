"""What was counted of late: in a sliding span of time, or of the last so many. A few numbers, no calls."""

from __future__ import annotations

from collections import deque

# A span is counted in so many parts; what leaves it leaves a part at a time.
PARTS = 20


class Span:
    """Counts of the last so many seconds: calls `sent`, calls `of` which something is known, `count` of them.

    It holds at most one part more than its seconds.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._part = seconds / PARTS
        self._parts: deque[list[float]] = deque()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._parts.clear()
        self.count = self.of = self.sent = 0

    def add(self, at: float, *, count: int = 0, of: int = 0, sent: int = 0) -> None:
        """Count at an instant; instants come in their order, or nearly."""
        self.forget(at)
        if not self._parts or at - self._parts[-1][0] >= self._part:
            self._parts.append([at, 0, 0, 0])
        last = self._parts[-1]
        last[1] += count
        last[2] += of
        last[3] += sent
        self.count += count
        self.of += of
        self.sent += sent

    def forget(self, now: float) -> None:
        """Forget what is older than the span; a part goes when the last of it does."""
        while self._parts and self._parts[0][0] < now - self.seconds - self._part:
            _, count, of, sent = self._parts.popleft()
            self.count -= int(count)
            self.of -= int(of)
            self.sent -= int(sent)


class Last:
    """The last so many answers to one yes-or-no question: `count` were yes, `of` all that are held."""

    def __init__(self, most: int) -> None:
        self._held: deque[bool] = deque(maxlen=most)
        self.count = 0

    @property
    def of(self) -> int:
        """How many are held."""
        return len(self._held)

    @property
    def is_full(self) -> bool:
        """Whether as many are held as may be."""
        return len(self._held) == self._held.maxlen

    def add(self, *, yes: bool) -> bool | None:
        """Hold one more; give the oldest, which goes, None while there is room."""
        gone = self._held[0] if self.is_full else None
        self._held.append(yes)
        self.count += yes - bool(gone)
        return gone

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self.count = 0
