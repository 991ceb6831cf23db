"""Whether the store is there: away from its first failure, or an answer too late, until it takes a write.

This file does not know what is written, and measures no time: it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred, succeed

from fastagi_server.telephony.clock import Clock

LOOK_SECONDS = 0.25
# So many looks without an answer are a store that is away; looks, not seconds, because a process that stood
# still has not given its store the time.
SLOW_LOOKS = 4
SLOW = "it has not answered for a second"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    look: int
    give_up: Callable[[], None]


class Presence:
    """The store's presence in one engine; `probe` is called while it is away, and tells what came of it."""

    def __init__(self, *, clock: Clock, told: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self._told = told
        self._looks = 0
        self._asked: dict[object, _Asked] = {}
        self._waiting: list[tuple[bool, Deferred[None]]] = []
        self._probing = False
        self.probe: Callable[[], None] = lambda: None
        self.why = ""
        self.since: float | None = None

    @property
    def away(self) -> bool:
        """Whether it is away as far as we know."""
        return self.since is not None

    def asked(self, key: object, give_up: Callable[[], None]) -> None:
        """Take note of a question; `give_up` is called when the store turns out to be away."""
        self._asked[key] = _Asked(look=self._looks, give_up=give_up)

    def answered(self, key: object) -> None:
        """Take note of its answer."""
        self._asked.pop(key, None)

    def look(self) -> None:
        """Look whether it has answered; while it is away, try whether it is back. Comes each LOOK_SECONDS."""
        self._looks += 1
        oldest = next(iter(self._asked.values()), None)
        if self.away:
            if not self._probing:
                self._probing = True
                self.probe()
        elif oldest is not None and self._looks - oldest.look >= SLOW_LOOKS:
            self.failed(SLOW)

    def failed(self, why: str) -> None:
        """Take it for away from now on."""
        if self.away:
            return
        self.since, self.why = self._clock.wall(), why
        asked, self._asked = self._asked, {}
        self._told(why)
        for each in asked.values():
            each.give_up()

    def probed(self, *, good: bool) -> None:
        """Take what came of a probe."""
        self._probing = False
        if not (good and self.away):
            return
        self.since, self.why = None, ""
        waiting, self._waiting = self._waiting, []
        for _, back in sorted(waiting, key=lambda each: not each[0]):
            back.callback(None)
        self._told("")

    def back(self, *, first: bool = False) -> Deferred[None]:
        """Fire when it is there; those who come `first` are told before the others."""
        if not self.away:
            return succeed(None)
        back: Deferred[None] = Deferred(lambda _: self._waiting.remove((first, back)))
        self._waiting.append((first, back))
        return back
