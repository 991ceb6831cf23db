"""Whether another call may leave for a queue: calls on their way, how often they come, who was abandoned.

Rates and abandonment are a campaign's, agents and callers a queue's, whoever sends calls there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fastagi_server.dialer.crews import Crews
from fastagi_server.pacing.abandonment import Counted, Meter, Tally, is_abandoned
from fastagi_server.pacing.agents import Crew, Flight, Rates, Stage, boldness, may_leave
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.disposition import TELLS_NOTHING
from fastagi_server.telephony.queues import AgentTook, CallerLeft, CallerWaits, News, Queue
from fastagi_server.telephony.record import Record, State

_STAGES = {
    State.ORDERED: Stage.RINGING,
    State.DIALING: Stage.RINGING,
    State.RINGING: Stage.RINGING,
    State.ANSWERED: Stage.ANSWERED,
    State.LISTENING: Stage.ANSWERED,
    State.CONNECTED: Stage.COMING,
}


@dataclass(frozen=True, kw_only=True)
class Ceilings:
    """What the operator allows, as shares of presses of the connect key and seconds.

    From half of `soft` on a campaign goes slower, at `hard` it has one call a free agent. Whoever finds no
    agent within `seconds` is abandoned; `wrap_up` is the queues' own, which Asterisk does not tell.
    """

    soft: float = 0.02
    hard: float = 0.03
    seconds: float = 2.0
    wrap_up: float = 0.0


@dataclass(frozen=True, kw_only=True)
class QueueStanding:
    """How a queue stands for a campaign.

    `coming` calls have left and not reached it, of whom this campaign's press with the chance `press`; `why`
    says why none may leave now, empty where one may.
    """

    queue: str
    free: int
    waiting: int
    coming: int
    press: float
    hour: Tally
    days: Tally
    why: str


@dataclass(frozen=True, kw_only=True)
class _Call:
    queue: str
    campaign: str
    stage: Stage


class Agents:
    """The agents that countries' connect keys lead to; `queues` are by the country's slug.

    `take` is given what is learned of calls of ours.
    """

    def __init__(
        self,
        *,
        queues: Mapping[str, str],
        ceilings: Ceilings,
        clock: Clock,
        take: Callable[[facts.Fact], None],
    ) -> None:
        self._queues = {country: queue for country, queue in queues.items() if queue}
        self._ceilings = ceilings
        self._clock = clock
        self._take = take
        self.crews = Crews(dict.fromkeys(self._queues.values()), wrap_up=ceilings.wrap_up, clock=clock)
        self._calls: dict[CallId, _Call] = {}
        self._count: Counter[_Call] = Counter()
        self._rates: dict[str, Rates] = {}
        self._meters: dict[str, Meter] = {}

    def may_leave(self, country: str, campaign: str) -> bool:
        """Say whether one more call of a campaign into a country may leave now."""
        queue = self._queues.get(country)
        return queue is None or (not self.crews.why(queue) and self._fits(queue, campaign))

    def whys(self) -> dict[str, str]:
        """Say why no call leaves into a country until Asterisk tells more of its queue."""
        return {country: why for country, queue in self._queues.items() if (why := self.crews.why(queue))}

    def standings(self, campaign: str) -> list[QueueStanding]:
        """Say how each queue stands for a campaign."""
        now, meter = self._clock.wall(), self._meter(campaign)
        found = []
        for queue in self.crews.names:
            crew, flight = self.crews.crew(queue), self._flight(queue)
            found.append(
                QueueStanding(
                    queue=queue,
                    free=crew.free,
                    waiting=crew.waiting,
                    coming=flight.all,
                    press=self._rates_of(campaign).chance(Stage.RINGING),
                    hour=meter.of_hour(now),
                    days=meter.of_days(now),
                    why=self.crews.why(queue) or self._why_full(queue, campaign, crew),
                )
            )
        return found

    def counts(self) -> dict[str, dict[str, int | str]]:
        """Say of each queue who is free, who waits, how many calls come, and why nobody can be sent there."""
        told: dict[str, dict[str, int | str]] = {}
        for queue in self.crews.names:
            crew, flight = self.crews.crew(queue), self._flight(queue)
            told[queue] = {
                "free": crew.free,
                "waiting": crew.waiting,
                "coming": flight.all,
                "why": self.crews.why(queue),
            }
        return told

    def load(self, campaign: str, known: Iterable[Counted]) -> None:
        """Begin with what the records say of a campaign's last thirty days."""
        self._meter(campaign).load(known)

    def told(self, queue: str, stands: Queue | None) -> None:
        """Take how a queue stands as Asterisk was asked for it; None where it has none of that name."""
        self.crews.told(queue, stands)
        for caller in stands.callers if stands else ():
            self._there(caller)

    def link_up(self, records: Iterable[Record]) -> None:
        """Know the calls that are up: those of a process before this one are adopted by now."""
        for call in tuple(self._calls):
            self._forget(call)
        for record in records:
            self._follow(record)

    def hear(self, news: News) -> None:
        """Take what happened in a queue."""
        if news.queue not in self.crews.names:
            return
        self.crews.hear(news)
        if isinstance(news, CallerWaits):
            self._there(news.caller)
        elif isinstance(news, CallerLeft) and CallId(news.caller) not in self._calls:
            self.crews.rang_at(news.caller)  # a stranger's, for whom nobody asks; ours are asked for later
        elif isinstance(news, AgentTook):
            rang_at = self.crews.rang_at(news.caller)
            if is_call_id(news.caller):
                found = facts.AgentFound(call=CallId(news.caller), at=news.at, rang_at=rang_at or news.at)
                self._take(found)

    def watch(self, record: Record, fact: facts.Fact) -> None:
        """Follow a call on its way to a queue, and learn from what became of it."""
        if record.country not in self._queues:
            return
        if record.state is State.ENDED:
            self._over(record)
            return
        self._follow(record)
        if isinstance(fact, facts.AgentFound) and fact.rang_at == record.agent_at:
            self._judge(record)
        if isinstance(fact, facts.Connecting) and record.queued_at is None:
            self._learn(record)

    def pressed(self, record: Record | None) -> None:
        """Tell that a callee who has just pressed is sent to a queue, once everybody knows of the key."""
        if record is not None and record.country in self._queues and record.connected_at is not None:
            self._take(facts.Queued(call=record.call, at=record.connected_at))

    def _fits(self, queue: str, campaign: str) -> bool:
        soft, hard = self._ceilings.soft, self._ceilings.hard
        return may_leave(
            crew=self.crews.crew(queue),
            flight=self._flight(queue),
            chance=self._rates_of(campaign).chance(Stage.RINGING),
            bold=boldness(self._meter(campaign).worst(self._clock.wall()), soft, hard),
            soft=soft,
        )

    def _why_full(self, queue: str, campaign: str, crew: Crew) -> str:
        if self._fits(queue, campaign):
            return ""
        if crew.spare <= 0:
            return "no agent is free"
        if self._meter(campaign).worst(self._clock.wall()) >= self._ceilings.hard:
            return "each free agent has a call on its way, and abandonment allows no more"
        return "as many calls are on their way as the free agents can take"

    def _over(self, record: Record) -> None:
        self._forget(record.call)
        self.crews.rang_at(record.call)
        if record.connected_at is None:
            self._learn(record)
        elif record.agent_at is None:
            self._judge(record)

    def _learn(self, record: Record) -> None:
        if record.contact is None or record.disposition in TELLS_NOTHING:
            return
        answered, pressed = record.answered_at is not None, record.connected_at is not None
        self._rates_of(record.campaign).resolved(answered=answered, pressed=pressed)

    def _judge(self, record: Record) -> None:
        pressed_at = record.queued_at or record.connected_at
        if record.contact is None or pressed_at is None:
            return
        abandoned = is_abandoned(
            pressed_at=pressed_at,
            agent_at=record.agent_at,
            ended_at=record.ended_at or pressed_at,
            left=record.left_at is not None,
            most=self._ceilings.seconds,
        )
        self._meter(record.campaign).take(abandoned=abandoned, at=pressed_at)

    def _follow(self, record: Record) -> None:
        """Know how far a call has come; one that has reached its queue is there for good."""
        queue, stage = self._queues.get(record.country), _STAGES.get(record.state)
        before = self._calls.get(record.call)
        if queue is None or stage is None or (before is not None and before.stage is Stage.THERE):
            return
        if record.agent_at is not None or self.crews.is_waiting(queue, record.call):
            stage = Stage.THERE
        self._note(record.call, _Call(queue=queue, campaign=record.campaign, stage=stage))

    def _there(self, caller: str) -> None:
        known = self._calls.get(CallId(caller))
        if known is not None:
            there = _Call(queue=known.queue, campaign=known.campaign, stage=Stage.THERE)
            self._note(CallId(caller), there)

    def _note(self, call: CallId, now: _Call) -> None:
        self._forget(call)
        self._calls[call] = now
        self._count[now] += 1

    def _forget(self, call: CallId) -> None:
        known = self._calls.pop(call, None)
        if known is not None:
            self._count[known] -= 1

    def _flight(self, queue: str) -> Flight:
        calls, mean, coming = 0, 0.0, 0
        for known, count in self._count.items():
            if known.queue == queue and known.stage in (Stage.RINGING, Stage.ANSWERED):
                calls += count
                mean += count * self._rates_of(known.campaign).chance(known.stage)
            elif known.queue == queue and known.stage is Stage.COMING:
                coming += count
        return Flight(calls=calls, mean=mean, coming=coming)

    def _rates_of(self, campaign: str) -> Rates:
        return self._rates.setdefault(campaign, Rates())

    def _meter(self, campaign: str) -> Meter:
        return self._meters.setdefault(campaign, Meter())
