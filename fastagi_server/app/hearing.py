"""The store's tidings, brought into the reactor's thread and acted on there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from fastagi_server.app.promises import Threads
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.tiding import Kind, Tiding

# An engine whose last look is older sends nothing that it has prepared: so none leaves a tenth of a second
# after its number did, however busy the machine is.
STALE_SECONDS = 0.09

Heard = Callable[[Sequence[Tiding]], None]


class Source(Protocol):
    """Whoever hears; `heard_until` is the instant before which nothing was missed."""

    heard_until: float

    def start(self) -> None:
        """Begin to hear."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


class Wire(Protocol):
    """A quicker way beside the store's; nothing hangs on it."""

    def start(self) -> None:
        """Begin."""
        ...

    def close(self) -> None:
        """End."""
        ...

    def publish(self, number: str) -> None:
        """Tell the others that a number is on the list."""
        ...


class Listener(Protocol):
    """What we need of the engine."""

    def left(self, numbers: Collection[str]) -> None:
        """Call nobody there from now on."""
        ...

    def many_left(self) -> None:
        """Look at the whole list again."""
        ...

    def said_to_have_left(self, numbers: Collection[str]) -> None:
        """Look whether they are on the list."""
        ...


class Hearing:
    """Hears for one engine; `changed` looks again at what has changed."""

    def __init__(
        self,
        *,
        make: Callable[[Heard], Source],
        threads: Threads,
        clock: Clock,
        away: Listener,
        changed: Callable[[Collection[Kind]], None],
        wire: Callable[[Heard], Wire] | None = None,
    ) -> None:
        self._threads = threads
        self._clock = clock
        self._away = away
        self._changed = changed
        self._handed = 0
        self._taken = 0
        self._source = make(self.hand)
        self._wire = wire(self.hint) if wire else None

    def start(self) -> None:
        """Begin to hear."""
        self._source.start()
        if self._wire is not None:
            self._wire.start()

    def close(self) -> None:
        """Hear no more."""
        self._source.close()
        if self._wire is not None:
            self._wire.close()

    def publish(self, number: str) -> None:
        """Tell the other engines, where there is a way beside the store's."""
        if self._wire is not None:
            self._wire.publish(number)

    def is_fresh(self) -> bool:
        """Say whether everything told until just now was acted on."""
        return self._handed == self._taken and self._clock.steady() - self._source.heard_until < STALE_SECONDS

    def hand(self, told: Sequence[Tiding]) -> None:
        """Take tidings in the thread that heard them."""
        self._handed += 1
        self._threads.callFromThread(self._take, told)

    def hint(self, told: Sequence[Tiding]) -> None:
        """Take what came another way than the store's, in any thread; it is looked up, never believed."""
        self._threads.callFromThread(self._away.said_to_have_left, {each.value for each in told})

    def _take(self, told: Sequence[Tiding]) -> None:
        try:
            kinds = {each.kind for each in told}
            if Kind.OPTOUT in kinds:
                self._away.left({each.value for each in told if each.kind is Kind.OPTOUT})
            if Kind.OPTOUTS in kinds:
                self._away.many_left()
            self._changed(kinds)
        finally:
            self._taken += 1
