"""Brakes that stand, kept in the store: in force again before an engine dials, and for every engine.

What only an operator releases is every engine's; what lets go by itself is its own engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twisted.internet.defer import Deferred, succeed

from fastagi_server.app.promises import Promises
from fastagi_server.dialer.errors import StoreAwayError
from fastagi_server.dialer.pacer import Pacer
from fastagi_server.dialer.ports import Spawn
from fastagi_server.pacing.why import NOBODY_RELEASES, Reason, Says, Standing, Why
from fastagi_server.store import brakes
from fastagi_server.telephony.brake import KeptBrake
from fastagi_server.telephony.clock import Clock

_Key = tuple[str, Reason]


class StandingBrakes:
    """Keeps the brakes of one engine."""

    def __init__(self, *, pacer: Pacer, promises: Promises, clock: Clock, spawn: Spawn, engine: str) -> None:
        self._pacer = pacer
        self._promises = promises
        self._clock = clock
        self._spawn = spawn
        self._engine = engine
        self._kept: dict[_Key, KeptBrake] = {}
        self._writing: dict[_Key, int] = {}
        self._written = 0
        self._by = ("", "")
        self._press: Says = {}
        self._waiting: list[tuple[str, Deferred[None]]] = []
        self._restoring = False

    def told(self, scope: str, why: Why) -> None:
        """Keep that a brake stands, or that it does not any more; probing it stands.

        What nobody releases is told and not kept.
        """
        key = (scope, why.reason)
        if self._restoring:
            return
        if why.reason in NOBODY_RELEASES:
            # The next process looks for itself whether such a cause is there.
            passing, stands = _kept(scope, why, self._engine), why.standing is Standing.STOPPED
            self._write(key, lambda conn: brakes.seen(conn, passing, stands=stands))
            return
        if why.standing is Standing.STOPPED and (key not in self._kept or self._press):
            kept = self._kept[key] = _kept(scope, why, self._engine)
            # The store joins it to what was pressed at other engines.
            pressed = replace(kept, says=self._press or why.says)
            self._write(key, lambda conn: brakes.put(conn, pressed))
        elif why.standing is Standing.FREE and key in self._kept:
            self._drop(key, self._kept.pop(key))

    def stop(self, scope: str, says: Says) -> Why:
        """Stop a scope by an operator's order, at once; one that is stopped already says who wants it too."""
        self._press = says
        try:
            return self._pacer.stop(scope, Reason.OPERATOR, says)
        finally:
            self._press = {}

    def release(self, scope: str, *, who: str, why: str) -> list[Why]:
        """Let go of whatever holds a scope, by an operator's order."""
        self._by = (who, why)
        try:
            return self._pacer.release(scope)
        finally:
            self._by = ("", "")

    def kept(self, scope: str) -> Deferred[None]:
        """Fire once the store has what was said of a scope: at once where it has it already."""
        if not self._is_writing(scope):
            return succeed(None)
        waits: Deferred[None] = Deferred(lambda gone: self._waiting.remove((scope, gone)))
        self._waiting.append((scope, waits))
        return waits

    async def take_up(self) -> None:
        """Let stand here what stands in the store, and let go of what an operator released elsewhere."""
        while True:
            await self._promises.presence.back()
            written = self._written
            try:
                found = await self._promises.ask(lambda conn: brakes.standing(conn, self._engine))
            except StoreAwayError:
                continue
            # What was written meanwhile may not be in what was read.
            if written == self._written and not self._writing:
                break
            if self._writing:
                return  # whoever is written last looks again
        self._restoring = True
        try:
            self._compare({(each.scope, Reason(each.reason)): each for each in found if _is_known(each)})
        finally:
            self._restoring = False

    def _compare(self, found: dict[_Key, KeptBrake]) -> None:
        for (scope, reason), kept in found.items():
            ours = self._kept.get((scope, reason))
            if ours is not None and (reason is not Reason.OPERATOR or ours.says == kept.says):
                continue
            if self._pacer.restore(scope, _why(reason, kept)):
                self._kept[scope, reason] = kept
            else:
                self._drop((scope, reason), kept)
        for key, kept in tuple(self._kept.items()):
            if key not in found and not kept.engine:
                del self._kept[key]
                self._pacer.let_go(*key)

    def _drop(self, key: _Key, gone: KeptBrake) -> None:
        (who, text), at = self._by, self._clock.wall()
        self._write(key, lambda conn: brakes.drop(conn, gone, at=at, who=who, why=text))

    def _write(self, key: _Key, work: Callable[..., object]) -> None:
        self._writing[key] = self._writing.get(key, 0) + 1
        self._written += 1
        self._spawn(self._surely(key, work))

    async def _surely(self, key: _Key, work: Callable[..., object]) -> None:
        try:
            await self._promises.surely(f"the brake of {key[0]}", work)
        finally:
            self._writing[key] -= 1
            if not self._writing[key]:
                del self._writing[key]
        if not self._is_writing(key[0]):
            self._tell_kept(key[0])
        if not self._writing:
            await self.take_up()

    def _is_writing(self, scope: str) -> bool:
        return any(each == scope for each, _ in self._writing)

    def _tell_kept(self, scope: str) -> None:
        told = [waits for each, waits in self._waiting if each == scope]
        self._waiting = [each for each in self._waiting if each[0] != scope]
        for waits in told:
            waits.callback(None)


def _kept(scope: str, why: Why, engine: str) -> KeptBrake:
    return KeptBrake(
        scope=scope,
        reason=str(why.reason),
        at=why.at,
        says=why.says,
        operator=why.operator,
        engine="" if why.operator else engine,
    )


def _why(reason: Reason, kept: KeptBrake) -> Why:
    return Why(standing=Standing.STOPPED, reason=reason, at=kept.at, says=kept.says, operator=kept.operator)


def _is_known(kept: KeptBrake) -> bool:
    """Say whether this program knows the reason; a newer one's is its own affair."""
    return kept.reason in set(Reason)
