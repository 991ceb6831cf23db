"""When calls may leave, over all campaigns of one engine: limits, how fast trunks may go, and the brakes.

Limits are the contract's and hold in every sliding second whatever else is decided; a trunk's pace moves
below its limit; a brake closes a scope, or lets a few calls through to see. It does not know who waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastagi_server.dialer.errors import NoBrakeError
from fastagi_server.pacing import scopes
from fastagi_server.pacing.brake import Brake, Standing, Why
from fastagi_server.pacing.governor import Change, Governor, Ramp
from fastagi_server.pacing.lanes import Lanes
from fastagi_server.pacing.slots import Slots
from fastagi_server.pacing.window import Windows
from fastagi_server.telephony import facts
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.disposition import NOT_SENT, Disposition
from fastagi_server.telephony.record import Record, State

_PACE, _BRAKE = "pace of ", "brake of "
# How much of its pace a scope gets to see whether the cause is gone.
PROBE_SHARE, PROBE_LEAST = 0.1, 1.0
# What nobody waits for is looked at again so soon; nothing is sent faster than this.
IDLE_SECONDS, SHORTEST_SECONDS = 0.2, 0.001


def scopes_of(trunk: str) -> tuple[str, ...]:
    """Give the scopes whose limits every call over a trunk is under, whoever orders it."""
    return (scopes.CLUSTER, scopes.trunk(trunk))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the operator allows: `auto` is whether trunks' paces move by themselves.

    A pace begins at `initial` calls per second and rises by `step` each `interval` seconds, while the NER is
    at least `quality`. The brake stops a scope whose ASR falls under `threshold`, 0 for never, and looks
    again after `hold` seconds.
    """

    auto: bool = False
    initial: float = 5.0
    step: float = 2.0
    interval: float = 10.0
    quality: float = 0.8
    threshold: float = 0.0
    hold: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a scope stands: its limit and its pace in calls per second, None for none, and its brake."""

    scope: str
    limit: float | None
    pace: float | None
    standing: Standing
    why: str


class Pacer:
    """The paces of one engine; `told` is given each change of one, with its scope."""

    def __init__(
        self,
        *,
        clock: Clock,
        policy: Policy | None = None,
        told: Callable[[str, Change | Why], None] = lambda *_: None,
    ) -> None:
        self._clock = clock
        self._policy = policy or Policy()
        self._told = told
        self._slots = Slots()
        self._windows = Windows({})
        # The Asterisks: a call is in the scope of one of them, and which one is chosen at its slot.
        self.lanes = Lanes(self._slots, self._windows)
        self._governors: dict[str, Governor] = {}
        self._brakes: dict[str, Brake] = {}
        self._why: dict[str, Why] = {}
        self._buckets: dict[tuple[str, ...], tuple[str, ...]] = {}
        # Told when a scope is stopped or let go: what is prepared for it may wait for long.
        self.turned: list[Callable[[str, Standing], None]] = []

    def limit(self, scope: str, cps: float) -> None:
        """Hold a scope to a limit in calls per second from now on, 0 for none."""
        self._slots.set(scope, cps or None)
        self._windows.limit(scope, cps)

    def pace(self, trunk: str, most: float) -> None:
        """Let a trunk's pace rise from its beginning to the most, unless it does so already."""
        scope = scopes.trunk(trunk)
        if not self._policy.auto or scope in self._governors:
            return
        policy = self._policy
        ramp = Ramp(
            initial=policy.initial,
            step=policy.step,
            interval=policy.interval,
            most=most,
            quality=policy.quality,
        )
        self._governors[scope] = Governor(ramp)
        self._slots.set(_PACE + scope, self._governors[scope].rate)

    def earliest(self, within: tuple[str, ...], now: float) -> float:
        """Give the first instant, not before now, at which a call in all these scopes may leave.

        It is infinite while one of them is stopped.
        """
        return max(self._slots.earliest(self._all(within), now), self.lanes.earliest())

    def held_until(self, within: Sequence[str], slot: float = math.inf) -> float:
        """Give the first instant that what was really written allows a call that has this slot."""
        return max(self._windows.earliest(within), self.lanes.held_until(slot))

    def took(self, within: tuple[str, ...], slot: float, now: float) -> None:
        """Take note of a call that was written now for its slot; one that is far too late has that of now."""
        every = self._all(within)
        late = now - slot > self._slots.interval(every) / 2
        self._slots.take(every, now if late else slot)
        self._windows.wrote(within, now)

    def wrote(self, within: tuple[str, ...], now: float) -> None:
        """Take note of a call that somebody ordered by hand; no brake and no pace has to do with it."""
        self._slots.take(within, now)
        self._windows.wrote(within, now)

    def interval(self, within: tuple[str, ...]) -> float:
        """Give the seconds from call to call in these scopes, or to the next look at one that is stopped."""
        interval = self._slots.interval(self._all(within))
        return IDLE_SECONDS if interval == math.inf else max(interval, SHORTEST_SECONDS)

    def slots_in(self, within: tuple[str, ...], seconds: float) -> int:
        """Count the slots of that many seconds, at least two; none where a scope is stopped."""
        interval = self._slots.interval(self._all(within))
        return 0 if interval == math.inf else max(2, math.ceil(seconds / max(interval, SHORTEST_SECONDS)))

    def braked(self, trunk: str, campaign: str) -> dict[str, str]:
        """Say why each scope is stopped or probes that a campaign's calls may be in."""
        ours = (scopes.trunk(trunk), scopes.campaign(campaign))
        return {
            scope: self._why[scope].sentence()
            for scope in self._held()
            if scope in ours or scopes.is_country(scope)
        }

    def watch(self, record: Record, fact: facts.Fact) -> None:
        """Learn from a call: what left, and what became of it."""
        trunk = scopes.trunk(record.trunk)
        governor = self._governors.get(trunk)
        if isinstance(fact, facts.Ordered) and governor:
            governor.sent(fact.at)
        if record.state is not State.ENDED or record.disposition is None or record.contact is None:
            return
        if record.disposition in NOT_SENT or record.disposition is Disposition.UNKNOWN:
            return
        if governor:
            change = governor.resolved(
                disposition=record.disposition, sip_code=record.sip_code, at=record.ended_at or fact.at
            )
            self._paced(trunk, change)
        if self._policy.threshold:
            succeeded = record.answered_at is not None
            for scope in (scopes.campaign(record.campaign), scopes.country(record.country), trunk):
                why = self._brake(scope).resolved(succeeded=succeeded, at=self._clock.wall())
                self._braked(scope, why)

    def tick(self) -> None:
        """Let paces rise and brakes look again; called once a second."""
        now = self._clock.wall()
        for scope, governor in self._governors.items():
            self._paced(scope, governor.tick(now))
        for scope, brake in self._brakes.items():
            self._braked(scope, brake.tick(now))

    def release(self, scope: str) -> None:
        """Let calls of a stopped scope leave again, because an operator says so."""
        held = self._held()
        if scope not in held:
            raise NoBrakeError(scope=scope, known=", ".join(held) or "none")
        self._braked(scope, self._brakes[scope].release(self._clock.wall()))

    def standings(self) -> list[Pace]:
        """Say how every scope stands that a limit was set for, or whose calls were weighed."""
        known = {*self._slots.scopes(), *self._brakes}
        plain = sorted(each for each in known if not each.startswith((_PACE, _BRAKE)))
        return [self._standing(each) for each in plain]

    def _standing(self, scope: str) -> Pace:
        brake = self._brakes.get(scope)
        standing = brake.standing if brake else Standing.FREE
        return Pace(
            scope=scope,
            limit=self._slots.rate(scope),
            pace=self._slots.rate(_PACE + scope),
            standing=standing,
            why=self._why[scope].sentence() if standing is not Standing.FREE else "",
        )

    def _held(self) -> list[str]:
        """Give the scopes that are stopped, or that probe."""
        return [scope for scope, brake in self._brakes.items() if brake.standing is not Standing.FREE]

    def _all(self, within: tuple[str, ...]) -> tuple[str, ...]:
        """Give the buckets of these scopes: their limits', their paces' and their brakes'."""
        known = self._buckets.get(within)
        if known is None:
            more = (prefix + each for each in within for prefix in (_PACE, _BRAKE))
            known = self._buckets[within] = (*within, *more)
        return known

    def _brake(self, scope: str) -> Brake:
        if scope not in self._brakes:
            self._brakes[scope] = Brake(threshold=self._policy.threshold, hold_seconds=self._policy.hold)
        return self._brakes[scope]

    def _paced(self, scope: str, change: Change | None) -> None:
        if change is not None:
            self._slots.set(_PACE + scope, change.after)
            self._told(scope, change)

    def _braked(self, scope: str, why: Why | None) -> None:
        if why is None:
            return
        self._why[scope] = why
        match why.standing:
            case Standing.STOPPED:
                self._slots.set(_BRAKE + scope, 0.0)
            case Standing.PROBING:
                self._slots.set(_BRAKE + scope, max(PROBE_LEAST, PROBE_SHARE * self._usual_pace(scope)))
            case Standing.FREE:
                self._slots.set(_BRAKE + scope, None)
                if scope in self._governors:
                    self._governors[scope].begin_anew(why.at)
                    self._slots.set(_PACE + scope, self._governors[scope].rate)
        self._told(scope, why)
        for told in tuple(self.turned):
            told(scope, why.standing)

    def _usual_pace(self, scope: str) -> float:
        rates = (self._slots.rate(_PACE + scope), self._slots.rate(scope), self._slots.rate(scopes.CLUSTER))
        return min((rate for rate in rates if rate), default=PROBE_LEAST)
