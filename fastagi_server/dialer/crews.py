"""What is known of queues now: their members, who waits, and when Asterisk told of them last.

What Asterisk does not tell is not assumed. This file does not know calls of ours from others'.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fastagi_server.pacing.agents import Crew
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.queues import (
    AgentDone,
    AgentRings,
    AgentTook,
    CallerLeft,
    CallerWaits,
    Member,
    MemberStands,
    MemberState,
    News,
    Queue,
)

# Asterisk is asked every other second: so many answers are missing by then.
STALE_SECONDS = 10.0


@dataclass(kw_only=True)
class _End:
    """When a member's last call ended: `told` is Asterisk's word by its clock, `at` is by our steady one.

    `is_new` says that we have heard the call's end, and Asterisk's word of it has not come yet.
    """

    told: float
    at: float
    is_new: bool = False


@dataclass(kw_only=True)
class _Seen:
    """What is known of one queue; `heard_at` is on the steady clock, None while nothing was told."""

    members: dict[str, Member] = field(default_factory=dict)
    ends: dict[str, _End] = field(default_factory=dict)
    callers: set[str] = field(default_factory=set)
    heard_at: float | None = None
    missing: bool = False


class Crews:
    """The queues of these names; `wrap_up` is their own wrap-up in seconds, which Asterisk does not tell."""

    def __init__(self, names: Iterable[str], *, wrap_up: float, clock: Clock) -> None:
        self._wrap_up = wrap_up
        self._clock = clock
        self._seen = {name: _Seen() for name in names}
        self._rung: dict[str, float] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The queues that are watched."""
        return tuple(self._seen)

    def why(self, queue: str) -> str:
        """Say why nobody can be sent to a queue until Asterisk tells more; empty where that is not so."""
        seen = self._seen[queue]
        if seen.missing:
            return f"Asterisk has no queue {queue}"
        if seen.heard_at is None or self._clock.steady() - seen.heard_at > STALE_SECONDS:
            return f"Asterisk does not tell how queue {queue} stands"
        return ""

    def crew(self, queue: str) -> Crew:
        """Count a queue's members and callers."""
        seen, now = self._seen[queue], self._clock.steady()
        wrapped_up = (
            each.state
            for name, each in seen.members.items()
            if self._is_wrapped_up(each, seen.ends.get(name), now)
        )
        states = Counter(wrapped_up)
        return Crew(
            free=states[MemberState.FREE], ringing=states[MemberState.RINGING], waiting=len(seen.callers)
        )

    def is_waiting(self, queue: str, caller: str) -> bool:
        """Say whether a caller waits in a queue."""
        return caller in self._seen[queue].callers

    def told(self, queue: str, stands: Queue | None) -> None:
        """Take how a queue stands as Asterisk was asked for it; None where it has none of that name."""
        members, callers = (dict(stands.members), set(stands.callers)) if stands else ({}, set())
        ends = {name: end for name, end in self._seen[queue].ends.items() if name in members}
        seen = self._seen[queue] = _Seen(
            members=members, ends=ends, callers=callers, heard_at=self._clock.steady(), missing=stands is None
        )
        for name, member in members.items():
            self._note(seen, name, member)

    def forget(self) -> None:
        """Know nothing until Asterisk is asked anew: the link is lost."""
        self._seen = {name: _Seen() for name in self._seen}
        self._rung.clear()

    def hear(self, news: News) -> None:
        """Take what happened in a queue; one that is not watched is passed over."""
        seen = self._seen.get(news.queue)
        if seen is None:
            return
        match news:
            case MemberStands(interface=interface, member=None):
                seen.members.pop(interface, None)
                seen.ends.pop(interface, None)
            case MemberStands(interface=interface, member=member) if member is not None:
                seen.members[interface] = member
                self._note(seen, interface, member)
            case CallerWaits(caller=caller):
                seen.callers.add(caller)
            case CallerLeft(caller=caller):
                seen.callers.discard(caller)
            case AgentRings(caller=caller, interface=interface):
                # Asterisk tells of the device a little later.
                _turn(seen, interface, MemberState.RINGING, of=(MemberState.FREE,))
                self._rung[caller] = news.at
            case AgentTook(interface=interface):
                _turn(seen, interface, MemberState.BUSY, of=(MemberState.FREE, MemberState.RINGING))
            case AgentDone(interface=interface):
                if interface in seen.members:
                    told = seen.ends[interface].told if interface in seen.ends else 0.0
                    seen.ends[interface] = _End(told=told, at=self._clock.steady(), is_new=True)

    def rang_at(self, caller: str) -> float | None:
        """Give when an agent was rung for a caller last, and forget it."""
        return self._rung.pop(caller, None)

    def _note(self, seen: _Seen, interface: str, member: Member) -> None:
        """Note when a member's last call ended, never later than now: Asterisk's clock may be ahead."""
        told, known = member.last_call, seen.ends.get(interface)
        if not told or (known is not None and known.told == told):
            return
        if known is not None and known.is_new:
            seen.ends[interface] = _End(told=told, at=known.at)
        else:
            age = max(0.0, self._clock.wall() - told)
            seen.ends[interface] = _End(told=told, at=self._clock.steady() - age)

    def _is_wrapped_up(self, member: Member, end: _End | None, now: float) -> bool:
        wrap_up = max(member.wrap_up, self._wrap_up)
        return not wrap_up or end is None or now >= end.at + wrap_up


def _turn(seen: _Seen, interface: str, to: MemberState, *, of: tuple[MemberState, ...]) -> None:
    member = seen.members.get(interface)
    if member is not None and member.state in of:
        seen.members[interface] = replace(member, state=to)
