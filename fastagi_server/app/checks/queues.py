"""The queues whose agents are heeded: each is there, and somebody answers in it."""

from __future__ import annotations

from fastagi_server.app.checks.theirs import Ask
from fastagi_server.app.checks.verdicts import judged, noted
from fastagi_server.asterisk.queues import standing
from fastagi_server.console.actions import Finding
from fastagi_server.telephony.queues import MemberState


async def queue(ask: Ask, name: str) -> list[Finding]:
    """Look whether Asterisk has a queue; one without a member who can be reached is a note."""
    stands = await standing(name, ask)
    if stands is None:
        return [judged("queue", good=False, queue=name)]
    members = stands.members.values()
    if all(member.state is MemberState.AWAY for member in members):
        return [noted("queue_empty", queue=name, members=len(stands.members))]
    return [judged("queue", good=True, queue=name)]
