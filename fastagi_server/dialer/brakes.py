"""What stops scopes, over all campaigns of one engine: each scope has a brake for each reason.

A scope that any brake has stopped is stopped. Every instant is the steady clock's. This file does not know
how calls are held back, nor who keeps what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fastagi_server.dialer.held import Held, Turns
from fastagi_server.dialer.tries import Tries
from fastagi_server.pacing import scopes
from fastagi_server.pacing.brake import Brake
from fastagi_server.pacing.stops import Evidence, Halved, Limit, Stop, TooMany, TooManyOfLast
from fastagi_server.pacing.why import NOBODY_RELEASES, Reason, Says, Standing, Why
from fastagi_server.telephony import facts
from fastagi_server.telephony.amd import Verdict
from fastagi_server.telephony.disposition import REACHED, TELLS_NOTHING, Disposition
from fastagi_server.telephony.record import Record, State

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


class Brakes:
    """The brakes of one engine; `turned` is told each turn of one, with its scope."""

    def __init__(self, *, rules: Rules, turned: Callable[[str, Why], None]) -> None:
        self._rules = rules
        self._turned = turned
        self._all: dict[tuple[str, Reason], Turns] = {}
        self._of: dict[str, list[Turns]] = {}
        self.tries = Tries()

    def watch(self, record: Record, fact: facts.Fact, at: float) -> None:
        """Learn from a campaign's call what its fact tells."""
        if record.state is State.ENDED:
            over = self.dropped if record.disposition in TELLS_NOTHING else self.resolved
            over(record, at)
            return
        match fact:
            case facts.Ordered():
                self.sent(record, at)
            case facts.Answered():
                self.answered(record, at)
            case facts.AmdDecided():
                self.judged(record, at)

    def sent(self, record: Record, at: float) -> None:
        """Take note that a call left."""
        self.tries.sent(record.call, _scopes(record), at)
        if self._rules.threshold:
            for scope in _scopes(record):
                self._brake(scope).sent(at)
        if self._rules.server_errors.share:
            self._stop(scopes.trunk(record.trunk), Reason.SERVER_ERRORS).sent(at)

    def answered(self, record: Record, at: float) -> None:
        """Weigh an answer when it comes: after how long a talk it ends is no matter of success."""
        call = self.tries.get(record.call)
        if call is None or call.success:
            return
        call.success = True
        self._succeeded(record, yes=True, at=at, sent=call.sent)
        self._failed(record, yes=False, at=at, sent=call.sent)
        told = [each for each in _scopes(record) if not self._probes(each, Reason.PEOPLE)]
        self.tries.told(record.call, told)

    def judged(self, record: Record, at: float) -> None:
        """Weigh whom AMD takes an answer for."""
        call = self.tries.get(record.call)
        if call is None or call.person or record.answered_at is None:
            return
        call.person = True
        self._person(record, at, call.sent)
        self.tries.told(record.call, _scopes(record))

    def resolved(self, record: Record, at: float) -> None:
        """Weigh what became of a call, as far as it is not weighed."""
        rules, disposition = self._rules, record.disposition
        country, campaign = scopes.country(record.country), scopes.campaign(record.campaign)
        answered = record.answered_at is not None
        call = self.tries.pop(record.call)
        sent = call.sent if call else None
        if call is None or not call.success:
            # Of one that left before this engine was there, only that it ends late is known.
            if sent is not None:
                good = disposition in REACHED if rules.ner else answered
                self._succeeded(record, yes=good, at=at, sent=sent)
            self._failed(record, yes=record.sip_code in _SERVER_ERRORS, at=at, sent=sent)
        blocked = disposition is Disposition.BLOCKED
        self._seen(country, Reason.BLOCKED, rules.blocked.share, yes=blocked, at=at, sent=sent)
        if not answered:
            return
        if call is None or not call.person:
            self._person(record, at, sent)
        # We ourselves end a call to a machine within seconds.
        if disposition is not Disposition.MACHINE:
            short = self._is_short(record)
            self._seen(campaign, Reason.SHORT_ANSWERS, rules.short.share, yes=short, at=at, sent=sent)
            left = disposition is Disposition.OPTED_OUT
            self._seen(campaign, Reason.OPTOUTS, rules.optouts.share, yes=left, at=at, sent=sent)

    def dropped(self, record: Record, _: float) -> None:
        """Forget a call of which nobody knows what became."""
        call = self.tries.pop(record.call)
        if call and not call.success and self._rules.threshold:
            for scope in _scopes(record):
                self._brake(scope).dropped(call.sent)

    def tick(self, now: float) -> None:
        """Let brakes look again whose hold is over."""
        for (scope, _), brake in tuple(self._all.items()):
            self._tell(scope, brake.tick(now))

    def hold(self, scope: str, reason: Reason, says: Says, now: float) -> Why:
        """Stop a scope for a reason that needs no weighing."""
        held = self._made(scope, reason)
        assert isinstance(held, Held)
        why = held.stop(now, says)
        self._tell(scope, why)
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
            self._tell(scope, why)
        return turned

    def restore(self, scope: str, why: Why) -> bool:
        """Let a scope stand as it stood when it was kept; False where no rule that is on would free it."""
        if not why.operator and not self._weighs(why.reason):
            return False
        brake = self._made(scope, why.reason)
        if brake.why.standing is Standing.FREE or isinstance(brake, Held):
            brake.restore(why)
            self._tell(scope, why)
        return True

    def forget(self, scope: str) -> None:
        """Know nothing more of a scope."""
        self._of.pop(scope, None)
        self.tries.probe(scope, probes=False)
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

    def _succeeded(self, record: Record, *, yes: bool, at: float, sent: float) -> None:
        if self._rules.threshold:
            for scope in _scopes(record):
                self._tell(scope, self._brake(scope).resolved(succeeded=yes, at=at, sent=sent))

    def _failed(self, record: Record, *, yes: bool, at: float, sent: float | None) -> None:
        share = self._rules.server_errors.share
        self._seen(scopes.trunk(record.trunk), Reason.SERVER_ERRORS, share, yes=yes, at=at, sent=sent)

    def _person(self, record: Record, at: float, sent: float | None) -> None:
        if record.amd_verdict in _JUDGED:
            person, part = record.amd_verdict is not Verdict.MACHINE, self._rules.people_part
            campaign = scopes.campaign(record.campaign)
            self._seen(campaign, Reason.PEOPLE, part, yes=person, at=at, sent=sent)

    def _seen(
        self, scope: str, reason: Reason, share: float, *, yes: bool, at: float, sent: float | None
    ) -> None:
        if share:
            self._tell(scope, self._stop(scope, reason).seen(yes=yes, at=at, sent=sent))

    def _tell(self, scope: str, why: Why | None) -> None:
        if why is not None:
            self.tries.probe(scope, probes=self.standing(scope) is Standing.PROBING)
            self._turned(scope, why)

    def _probes(self, scope: str, reason: Reason) -> bool:
        return any((why.reason, why.standing) == (reason, Standing.PROBING) for why in self.whys(scope))

    def _weighs(self, reason: Reason) -> bool:
        rules = self._rules
        # Of the others only an operator lets go.
        shares: dict[Reason, float] = {
            Reason.SUCCESS: rules.threshold,
            Reason.SERVER_ERRORS: rules.server_errors.share,
            Reason.PEOPLE: rules.people_part,
        }
        return shares.get(reason, 1.0) > 0

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


def _scopes(record: Record) -> tuple[str, str, str]:
    return (
        scopes.campaign(record.campaign),
        scopes.country(record.country),
        scopes.trunk(record.trunk),
    )
