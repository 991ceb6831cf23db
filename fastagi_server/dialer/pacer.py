"""When calls may leave, over all campaigns of one engine: limits, how fast trunks may go, and the brakes.

Limits are the contract's and hold in every sliding second whatever else is decided; a trunk's pace moves
below its limit; a brake closes a scope, or lets a few calls through to see. It does not know who waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from fastagi_server.dialer.brakes import Brakes, Rules
from fastagi_server.dialer.errors import NoBrakeError, StillHeldError
from fastagi_server.dialer.idle import Idle
from fastagi_server.dialer.limits import Limits
from fastagi_server.dialer.strains import Strain
from fastagi_server.dialer.trunk_pace import TrunkPace
from fastagi_server.pacing import scopes
from fastagi_server.pacing.change import Change
from fastagi_server.pacing.governor import Ramp
from fastagi_server.pacing.lanes import Lanes
from fastagi_server.pacing.slots import Slots
from fastagi_server.pacing.why import Reason, Says, Standing, Why
from fastagi_server.pacing.window import Windows
from fastagi_server.telephony import facts
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.disposition import TELLS_NOTHING
from fastagi_server.telephony.record import Record

_Said = TypeVar("_Said", Change, Why)
_PACE, _BRAKE = "pace of ", "brake of "
# How much of its pace a scope gets to see whether the cause is gone.
PROBE_SHARE, PROBE_LEAST = 0.1, 1.0
# What nobody waits for is looked at again so soon; nothing is sent faster than this.
IDLE_SECONDS, SHORTEST_SECONDS = 0.2, 0.001


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the operator allows: `auto` is whether trunks' paces move by themselves.

    A pace begins at `initial` calls per second and rises by `step` each `interval` seconds, while the NER is
    at least `quality`, or with `asr` the ASR is; `strain` is what makes it fall before anything fails.
    `rules` say what stops a scope.
    """

    auto: bool = False
    initial: float = 5.0
    step: float = 2.0
    interval: float = 10.0
    quality: float = 0.8
    asr: bool = False
    strain: Strain = field(default_factory=Strain)
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a scope stands: its limit and its pace in calls per second, None for none, and its brake.

    `share` is this engine's part of the limit, None where nobody shares it.
    `whys` are all that hold it, the worst first; `change` is the pace's last, `figures` are what it sees.
    """

    scope: str
    limit: float | None
    share: float | None
    pace: float | None
    standing: Standing
    whys: Sequence[Why] = ()
    change: Change | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)


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
        self.limits = Limits(slots=self._slots, windows=self._windows, clock=clock)
        # The Asterisks: a call is in the scope of one of them, and which one is chosen at its slot.
        self.lanes = Lanes(self._slots, self._windows)
        self._paces: dict[str, TrunkPace] = {}
        self._changes: dict[str, Change] = {}
        self._brakes = Brakes(rules=self._policy.rules, turned=self._braked)
        self._buckets: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.idle = Idle(self._slots, self._brakes, self.limits, buckets=self._all, known=self._buckets)
        # Told when a scope is stopped or let go: what is prepared for it may wait for long.
        self.turned: list[Callable[[str, Standing], None]] = []

    def limit(self, scope: str, cps: float, *, shared: bool = True) -> None:
        """Hold a scope to a limit in calls per second from now on, 0 for none; others may share it."""
        self.limits.set(scope, cps, shared=shared)

    def pace(self, trunk: str, most: float) -> None:
        """Let a trunk's pace rise from its beginning to the most, unless it does so already."""
        scope = scopes.trunk(trunk)
        if not self._policy.auto or scope in self._paces:
            return
        policy = self._policy
        ramp = Ramp(
            initial=policy.initial,
            step=policy.step,
            interval=policy.interval,
            most=most,
            quality=policy.quality,
            asr=policy.asr,
        )
        pace = self._paces[scope] = TrunkPace(ramp, policy.strain)
        self._slots.set(_PACE + scope, pace.rate)

    def earliest(self, within: tuple[str, ...], now: float) -> float:
        """Give the first instant, not before now, at which a call in all these scopes may leave.

        It is infinite while one of them is stopped, or other engines have all of its calls.
        """
        if self.limits.parts.are_closed(within, now):
            return math.inf
        return max(self._slots.earliest(self._all(within), now), self.lanes.earliest())

    def held_until(self, within: Sequence[str], slot: float = math.inf) -> float:
        """Give the first instant that what was really written allows a call that has this slot."""
        if self.limits.are_closed(within):
            return math.inf
        return max(self._windows.earliest(within), self.lanes.held_until(slot))

    def took(self, within: tuple[str, ...], slot: float, now: float, grid: str = "") -> None:
        """Take note of a call that was written now for its slot; one that is far too late has that of now.

        `grid` is the trunk's scope where it was one of several: the others' slots have made its own wait.
        """
        every = self._all(within)
        self._slots.take(
            every, self._slots.kept(every, slot, now), in_grid=(grid, _PACE + grid) if grid else ()
        )
        self._windows.wrote(within, now)
        self.limits.parts.wrote(within, now)

    def wrote(self, within: tuple[str, ...], now: float) -> None:
        """Take note of a call that somebody ordered by hand; no brake and no pace has to do with it."""
        self._slots.take(within, now)
        self._windows.wrote(within, now)
        self.limits.parts.wrote(within, now, by_hand=True)

    def interval(self, within: tuple[str, ...]) -> float:
        """Give the seconds from call to call in these scopes, or to the next look at one that is stopped."""
        interval = self._slots.interval(self._all(within))
        if interval == math.inf or self.limits.are_closed(within):
            return IDLE_SECONDS
        return max(interval, SHORTEST_SECONDS)

    def slots_in(self, within: tuple[str, ...], seconds: float) -> int:
        """Count the slots of that many seconds, at least two; none where a scope is stopped."""
        interval = self._slots.interval(self._all(within))
        return 0 if interval == math.inf else max(2, math.ceil(seconds / max(interval, SHORTEST_SECONDS)))

    def braked(self, trunk: str, campaign: str) -> dict[str, Why]:
        """Say why each scope is stopped or probes that a campaign's calls may be in."""
        ours = (*scopes.over(trunk), scopes.campaign(campaign))
        return {
            scope: self._dated(why)
            for scope in self._brakes.held()
            if (scope in ours or scopes.is_country(scope)) and (why := self._brakes.why(scope))
        }

    def stopped_by_hand(self, trunk: str) -> Why | None:
        """Say why calls by hand must not leave over a trunk either; None where no operator stopped it."""
        whys = (why for scope in scopes.over(trunk) for why in self._brakes.whys(scope))
        return next((self._dated(why) for why in whys if why.reason is Reason.OPERATOR), None)

    def watch(self, record: Record, fact: facts.Fact) -> None:
        """Learn from a call: what left, that it was answered, and what became of it."""
        now, trunk = self._clock.steady(), scopes.trunk(record.trunk)
        pace = self._paces.get(trunk)
        if pace and isinstance(fact, facts.Ordered):
            pace.sent(now)
        if record.contact is None:
            return
        if pace and record.disposition not in TELLS_NOTHING:
            self._paced(trunk, pace.watch(record, fact, now))
        self._brakes.watch(record, fact, now)
        self._make_room(now)

    def tick(self) -> None:
        """Let paces rise and brakes look again; called once a second."""
        now = self._clock.steady()
        for scope, pace in self._paces.items():
            self._paced(scope, pace.look(now))
        self._brakes.tick(now)
        self._make_room(now)

    def loaded(self, load: float | None) -> None:
        """Take note of what Asterisk's machine says of its load; None where it does not say."""
        for pace in self._paces.values():
            pace.loaded(load)

    def stop(self, scope: str, reason: Reason, says: Says) -> Why:
        """Let no call of a scope leave from now on, because somebody says so."""
        return self._dated(self._brakes.hold(scope, reason, says, self._clock.steady()))

    def let_go(self, scope: str, reason: Reason) -> None:
        """Let calls of a scope leave again, as far as this reason goes."""
        self._brakes.let_go(scope, reason, self._clock.steady())

    def release(self, scope: str) -> list[Why]:
        """Let calls of a stopped scope leave again, because an operator says so; give what stopped it.

        What nobody releases holds on, and raises StillHeldError where nothing else holds.
        """
        held = self._brakes.held()
        if scope not in held:
            raise NoBrakeError(scope=scope, known=", ".join(held) or "none")
        released = self._brakes.release(scope, self._clock.steady())
        if not released:
            raise StillHeldError(scope=scope)
        return [self._dated(why) for why in released]

    def restore(self, scope: str, why: Why) -> bool:
        """Let a scope stand as it stood when it was kept; False where what stopped it is off now."""
        # A clock that was ahead when it was kept holds nobody for longer.
        ago = max(0.0, self._clock.wall() - why.at)
        return self._brakes.restore(scope, replace(why, at=self._clock.steady() - ago))

    def why(self, scope: str) -> Why | None:
        """Say why a scope is stopped or probes; None where it is free."""
        return self._dated(why) if (why := self._brakes.why(scope)) else None

    def standings(self) -> list[Pace]:
        """Say how every scope stands that a limit was set for, or whose calls were weighed."""
        known = {*self._slots.scopes(), *self._brakes.scopes()}
        return [self._standing(each) for each in sorted(known) if not each.startswith((_PACE, _BRAKE))]

    def _standing(self, scope: str) -> Pace:
        return Pace(
            scope=scope,
            limit=self.limits.cps(scope),
            share=self.limits.part(scope),
            pace=self._slots.rate(_PACE + scope),
            standing=self._brakes.standing(scope),
            whys=[self._dated(why) for why in self._brakes.whys(scope)],
            change=self._dated(change) if (change := self._changes.get(scope)) else None,
            figures=pace.figures(self._clock.steady()) if (pace := self._paces.get(scope)) else {},
        )

    def _all(self, within: tuple[str, ...]) -> tuple[str, ...]:
        """Give the buckets of these scopes: their limits', their paces' and their brakes'."""
        known = self._buckets.get(within)
        if known is None:
            more = (prefix + each for each in within for prefix in (_PACE, _BRAKE))
            known = self._buckets[within] = (*within, *more)
        return known

    def _paced(self, scope: str, change: Change | None) -> None:
        if change is not None:
            self._slots.set(_PACE + scope, change.after)
            self._changes[scope] = change
            self._told(scope, self._dated(change))

    def _braked(self, scope: str, why: Why) -> None:
        standing = self._brakes.standing(scope)
        match standing:
            case Standing.STOPPED:
                self._slots.set(_BRAKE + scope, 0.0)
            case Standing.PROBING:
                self._make_room(why.at)
            case Standing.FREE:
                self._slots.set(_BRAKE + scope, None)
                if scope in self._paces:
                    self._paces[scope].begin_anew(why.at)
                    self._slots.set(_PACE + scope, self._paces[scope].rate)
        self._told(scope, self._dated(why))
        for told in tuple(self.turned):
            told(scope, standing)

    def _make_room(self, now: float) -> None:
        """Let one more try where a scope probes, as long as not too many do."""
        for scope in self._brakes.tries.probing():
            pace = max(PROBE_LEAST, PROBE_SHARE * self._usual_pace(scope))
            self._slots.set(_BRAKE + scope, pace if self._brakes.tries.has_room(scope, now) else 0.0)

    def _dated(self, said: _Said) -> _Said:
        """Give what is told with its instant as the calendar has it; in here the steady clock counts."""
        return replace(said, at=self._clock.wall() - (self._clock.steady() - said.at))

    def _usual_pace(self, scope: str) -> float:
        rates = (self._slots.rate(_PACE + scope), self._slots.rate(scope), self._slots.rate(scopes.CLUSTER))
        return min((rate for rate in rates if rate), default=PROBE_LEAST)
