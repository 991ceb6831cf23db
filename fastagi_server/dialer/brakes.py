"""What stops scopes, over all campaigns of one engine: each scope has a brake for each reason.

A scope that any brake has stopped is stopped. This file does not know how calls are held back, nor who keeps
what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from fastagi_server.pacing import scopes
from fastagi_server.pacing.brake import Brake
from fastagi_server.pacing.stops import Evidence, Halved, Limit, Stop, TooMany, TooManyOfLast
from fastagi_server.pacing.why import NOBODY_RELEASES, Reason, Says, Standing, Why
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.brake import joined
from fastagi_server.telephony.disposition import REACHED, Disposition
from fastagi_server.telephony.record import Record

_SERVER_ERRORS = range(500, 600)
_JUDGED = frozenset({Verdict.HUMAN, Verdict.MACHINE, Verdict.NOTSURE})
_WORST = (Standing.STOPPED, Standing.PROBING)
_NEVER = Limit(share=0.0, calls=1, seconds=1.0)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What stops a scope; a share of 0 never does.

    `threshold` is the least success rate, ASR or with `ner` NER; a stop that needs no operator holds for
    `hold` seconds. `short_seconds` is how soon an answered call is over that counts as short. People have
    halved when their share of the last `people_answers` answers is at most `people_part` of what was usual.
    """

    threshold: float = 0.0
    hold: float = 20.0
    ner: bool = False
    server_errors: Limit = _NEVER
    blocked: Limit = _NEVER
    short: Limit = _NEVER
    short_seconds: float = 6.0
    optouts: Limit = _NEVER
    people_part: float = 0.0
    people_answers: int = 200
    by_operator: frozenset[Reason] = field(
        default_factory=lambda: frozenset({Reason.BLOCKED, Reason.SHORT_ANSWERS, Reason.OPTOUTS})
    )


class Turns(Protocol):
    """A brake for one reason."""

    @property
    def why(self) -> Why:
        """How it stands, and why."""
        ...

    def tick(self, now: float) -> Why | None:
        """Look again."""
        ...

    def release(self, now: float) -> Why | None:
        """Let go, because an operator says so."""
        ...

    def restore(self, why: Why) -> None:
        """Stand as it stood when it was kept."""
        ...


class Held:
    """A brake that weighs nothing: somebody stops, and somebody lets go."""

    def __init__(self, reason: Reason) -> None:
        self.why = Why(standing=Standing.FREE, reason=reason, at=0.0, operator=reason is Reason.OPERATOR)

    def tick(self, now: float) -> Why | None:  # noqa: ARG002 - the others' shape
        """Wait for whoever stopped."""
        return None

    def stop(self, now: float, says: Says) -> Why:
        """Stop, for this reason from now on; whoever presses again says more."""
        if self.why.standing is Standing.STOPPED:
            says = joined(self.why.says, says)
        self.why = replace(self.why, standing=Standing.STOPPED, at=now, says=says)
        return self.why

    def release(self, now: float) -> Why | None:
        """Let go."""
        if self.why.standing is Standing.FREE:
            return None
        self.why = replace(self.why, standing=Standing.FREE, at=now)
        return self.why

    def restore(self, why: Why) -> None:
        """Stand as it stood when it was kept."""
        self.why = why


class Brakes:
    """The brakes of one engine; `turned` is told each turn of one, with its scope."""

    def __init__(self, *, rules: Rules, turned: Callable[[str, Why], None]) -> None:
        self._rules = rules
        self._turned = turned
        self._all: dict[tuple[str, Reason], Turns] = {}
        self._of: dict[str, list[Turns]] = {}

    def sent(self, record: Record, at: float) -> None:
        """Take note that a call left."""
        if self._rules.server_errors.share:
            self._stop(scopes.trunk(record.trunk), Reason.SERVER_ERRORS).sent(at)

    def resolved(self, record: Record, at: float) -> None:
        """Weigh what became of a call."""
        rules, disposition = self._rules, record.disposition
        trunk, country = scopes.trunk(record.trunk), scopes.country(record.country)
        campaign = scopes.campaign(record.campaign)
        answered = record.answered_at is not None
        if rules.threshold:
            succeeded = disposition in REACHED if rules.ner else answered
            for scope in (campaign, country, trunk):
                self._tell(scope, self._brake(scope).resolved(succeeded=succeeded, at=at))
        failed = record.sip_code in _SERVER_ERRORS
        self._seen(trunk, Reason.SERVER_ERRORS, rules.server_errors.share, yes=failed, at=at)
        blocked = disposition is Disposition.BLOCKED
        self._seen(country, Reason.BLOCKED, rules.blocked.share, yes=blocked, at=at)
        if not answered:
            return
        if record.amd_verdict in _JUDGED:
            person = record.amd_verdict is not Verdict.MACHINE
            self._seen(campaign, Reason.PEOPLE, rules.people_part, yes=person, at=at)
        # We ourselves end a call to a machine within seconds.
        if disposition is not Disposition.MACHINE:
            short = self._is_short(record)
            self._seen(campaign, Reason.SHORT_ANSWERS, rules.short.share, yes=short, at=at)
            left = disposition is Disposition.OPTED_OUT
            self._seen(campaign, Reason.OPTOUTS, rules.optouts.share, yes=left, at=at)

    def tick(self, now: float) -> None:
        """Let brakes look again whose hold is over."""
        for (scope, _), brake in tuple(self._all.items()):
            self._tell(scope, brake.tick(now))

    def hold(self, scope: str, reason: Reason, says: Says, now: float) -> Why:
        """Stop a scope for a reason that needs no weighing."""
        held = self._made(scope, reason)
        assert isinstance(held, Held)
        why = held.stop(now, says)
        self._turned(scope, why)
        return why

    def let_go(self, scope: str, reason: Reason, now: float) -> None:
        """Let calls leave again, as far as this reason goes."""
        brake = self._all.get((scope, reason))
        if brake is not None:
            self._tell(scope, brake.release(now))

    def release(self, scope: str, now: float) -> list[Why]:
        """Let calls of a scope leave again, but for what nobody releases; give what turned."""
        free = [each for each in self._of.get(scope, ()) if each.why.reason not in NOBODY_RELEASES]
        turned = [why for brake in free if (why := brake.release(now)) is not None]
        for why in turned:
            self._turned(scope, why)
        return turned

    def restore(self, scope: str, why: Why) -> None:
        """Let a scope stand as it stood when it was kept."""
        brake = self._made(scope, why.reason)
        if brake.why.standing is Standing.FREE or isinstance(brake, Held):
            brake.restore(why)
            self._turned(scope, why)

    def forget(self, scope: str) -> None:
        """Know nothing more of a scope."""
        self._of.pop(scope, None)
        for key in [key for key in self._all if key[0] == scope]:
            del self._all[key]

    def standing(self, scope: str) -> Standing:
        """Say whether calls of a scope may leave."""
        why = self.why(scope)
        return why.standing if why else Standing.FREE

    def why(self, scope: str) -> Why | None:
        """Say why a scope is stopped or probes, None where it is free."""
        return next(iter(self.whys(scope)), None)

    def whys(self, scope: str) -> list[Why]:
        """Give all that holds a scope, the worst first, an operator's before what lets go by itself."""
        held = [brake.why for brake in self._of.get(scope, ()) if brake.why.standing is not Standing.FREE]
        return sorted(held, key=lambda why: (_WORST.index(why.standing), not why.operator, why.at))

    def held(self) -> list[str]:
        """Give the scopes that are stopped, or that probe."""
        return [scope for scope in self._of if self.standing(scope) is not Standing.FREE]

    def scopes(self) -> Iterator[str]:
        """Give every scope that was ever weighed or stopped."""
        return iter(self._of)

    def _is_short(self, record: Record) -> bool:
        if record.disposition in (Disposition.CONNECTED, Disposition.OPTED_OUT):
            return False
        talk = (record.ended_at or 0.0) - (record.answered_at or 0.0)
        return talk <= self._rules.short_seconds

    def _seen(self, scope: str, reason: Reason, share: float, *, yes: bool, at: float) -> None:
        if share:
            self._tell(scope, self._stop(scope, reason).seen(yes=yes, at=at))

    def _tell(self, scope: str, why: Why | None) -> None:
        if why is not None:
            self._turned(scope, why)

    def _brake(self, scope: str) -> Brake:
        brake = self._made(scope, Reason.SUCCESS)
        assert isinstance(brake, Brake)
        return brake

    def _stop(self, scope: str, reason: Reason) -> Stop:
        stop = self._made(scope, reason)
        assert isinstance(stop, Stop)
        return stop

    def _made(self, scope: str, reason: Reason) -> Turns:
        known = self._all.get((scope, reason))
        if known is None:
            known = self._all[scope, reason] = self._make(reason)
            self._of.setdefault(scope, []).append(known)
        return known

    def _make(self, reason: Reason) -> Turns:
        rules = self._rules
        if reason is Reason.SUCCESS:
            return Brake(threshold=rules.threshold, hold_seconds=rules.hold)
        evidence = self._evidence(reason)
        if evidence is None:
            return Held(reason)
        operator = reason in rules.by_operator
        return Stop(reason=reason, evidence=evidence, hold_seconds=rules.hold, operator=operator)

    def _evidence(self, reason: Reason) -> Evidence | None:
        rules = self._rules
        match reason:
            case Reason.SERVER_ERRORS:
                return TooMany(rules.server_errors)
            case Reason.BLOCKED:
                return TooMany(rules.blocked)
            case Reason.SHORT_ANSWERS:
                return TooMany(rules.short, short=rules.short_seconds)
            case Reason.OPTOUTS:
                return TooManyOfLast(rules.optouts)
            case Reason.PEOPLE:
                return Halved(part=rules.people_part, answers=rules.people_answers)
        return None
