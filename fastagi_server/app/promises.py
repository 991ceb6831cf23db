"""What the store promises, brought into the reactor's thread, and how long anybody waits for it.

Questions fail as soon as the store is known to be away; what must be written is written when it is back. This
file does not know what is asked.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

from fastagi_server.app.presence import Presence
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.store.errors import NotDurableError, StoreBusyError, StoreClosedError
from fastagi_server.store.probe import probe

T = TypeVar("T")
_log = logging.getLogger("discador")

# A piece of work that fails so often, though the store is there for the others, is no sign that it is away.
TELLING = 3
ALONE_SECONDS = 2.0
# An end that is written a little later shares its commit; nobody waits for it.
PATIENCE = 0.2


class Threads(Protocol):
    """What we need of a reactor: to come back into its thread, and to come back later."""

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:  # noqa: N802 - Twisted's name
        """Call in the reactor's thread."""
        ...

    def callLater(self, seconds: float, call: Callable[..., Any], *args: Any) -> Any:  # noqa: N802 - Twisted's
        """Call after so many seconds."""
        ...


class Writes(Protocol):
    """What we need of the store's writer; it calls `settled` once a batch's promises are all settled."""

    settled: list[Callable[[], None]]

    def submit(self, work: Callable[[Any], T], *, patience: float = 0.0, urgent: bool = False) -> Future[T]:
        """Do the work and resolve once it is durable; with patience it may wait for others, urgent not."""
        ...


class Promises:
    """The writer's promises in one engine."""

    def __init__(self, *, writer: Writes, threads: Threads, presence: Presence) -> None:
        self._writer = writer
        self._threads = threads
        self.presence = presence
        # What must be written and is not yet, in the order in which it came.
        self._owed: dict[int, None] = {}
        self._next = 0
        # What the writer has settled and the reactor's thread does not know yet.
        self._kept: deque[tuple[Callable[[Any], None], Any]] = deque()
        writer.settled.append(self._wake)
        presence.probe = self._probe

    async def surely(self, what: str, work: Callable[[Any], object], *, first: bool = False) -> None:
        """Do what may be done twice until the store has promised it; only its own fault is raised."""
        owed, self._next = self._next, self._next + 1
        self._owed[owed] = None
        try:
            await self._until_kept(what, work, first=first)
        finally:
            del self._owed[owed]

    def owed(self) -> tuple[int | None, int]:
        """Give the count of the oldest that must be written and is not, None for none; and of the next."""
        return next(iter(self._owed), None), self._next

    async def _until_kept(self, what: str, work: Callable[[Any], object], *, first: bool) -> None:
        failed = 0
        while True:
            await self.presence.back(first=first)
            try:
                await self._submit(work, patience=PATIENCE)
            except (NotDurableError, StoreBusyError) as error:
                failed += 1
                if failed <= TELLING:
                    self.presence.failed(error.sentence())
                    continue
                _log.warning("%s is not kept yet, again in %s s: %s", what, ALONE_SECONDS, error.sentence())
                await self._pause(ALONE_SECONDS)
            else:
                return

    def ask(
        self,
        work: Callable[[Any], T],
        *,
        settled: Deferred[None] | None = None,
        urgent: bool = False,
        patience: float = 0.0,
    ) -> Deferred[T]:
        """Ask the store, and fail as soon as it is known to be away; `settled` fires once it has decided."""
        answer: Deferred[T] = Deferred()
        if self.presence.away:
            if settled is not None:
                settled.callback(None)
            return fail(self._away())

        def give_up() -> None:
            if not answer.called:
                answer.errback(self._away())

        def told(outcome: Any) -> None:
            self.presence.answered(answer)
            if settled is not None:
                settled.callback(None)
            error = outcome.value if isinstance(outcome, Failure) else None
            if isinstance(error, NotDurableError | StoreBusyError):
                self.presence.failed(error.sentence())
            if answer.called:
                return
            if isinstance(error, NotDurableError | StoreBusyError):
                answer.errback(StoreAwayError(why=error.sentence()))
            else:
                answer.callback(outcome)

        self.presence.asked(answer, give_up)
        self._submit(work, urgent=urgent, patience=patience).addBoth(told)
        return answer

    def _away(self) -> StoreAwayError:
        return StoreAwayError(why=self.presence.why)

    def _probe(self) -> None:
        def told(outcome: Any) -> None:
            self.presence.probed(good=not isinstance(outcome, Failure))

        self._submit(probe).addBoth(told)

    def _submit(
        self, work: Callable[[Any], T], *, patience: float = 0.0, urgent: bool = False
    ) -> Deferred[T]:
        done: Deferred[T] = Deferred()

        def settle(future: Future[T]) -> None:
            error = future.exception()
            self._kept.append((done.callback, future.result()) if error is None else (done.errback, error))

        try:
            promised = self._writer.submit(work, patience=patience, urgent=urgent)
        except (StoreBusyError, StoreClosedError) as refused:
            return fail(refused)
        promised.add_done_callback(settle)
        if promised.done():
            self._wake()  # its batch may have been told of before we looked
        return done

    def _wake(self) -> None:
        """Have a whole batch brought at once: each wake costs the writer the interpreter's lock."""
        if self._kept:
            self._threads.callFromThread(self._bring)

    def _bring(self) -> None:
        # What is settled meanwhile has a turn of its own.
        for _ in range(len(self._kept)):
            tell, what = self._kept.popleft()
            tell(what)

    def _pause(self, seconds: float) -> Deferred[None]:
        over: Deferred[None] = Deferred()
        self._threads.callLater(seconds, over.callback, None)
        return over
