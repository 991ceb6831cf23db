"""What the manager user may do and hear, right by right."""

from __future__ import annotations

from fastagi_server.ami import actions
from fastagi_server.app.checks.theirs import Ask, section
from fastagi_server.app.checks.verdicts import NOTHING, judged, unseen
from fastagi_server.app.reach import refused
from fastagi_server.console.actions import Finding

# Events of the calls' lives, of keys, and of the dialplan's own words.
HEARD = ("call", "dtmf", "user")
AGENT = "agent"
_EVERYTHING = "all"
# Actions whose one right is the right that we mean; Asterisk lists an action to whoever may use it.
_PROOF = {"originate": "Originate", "reporting": "ShowDialPlan", "system": "DBDel", "call": "Setvar"}


async def write(ask: Ask, username: str) -> list[Finding]:
    """Look whether every action of ours is allowed, and name the rights that are lacking."""
    answered = await ask(actions.ListCommands())
    allowed = {name for name, _ in answered.response.headers.pairs}
    lacking = [right for right, action in _PROOF.items() if action not in allowed]
    shut = refused(allowed)
    return [
        judged(
            "rights",
            good=not lacking and not shut,
            user=username,
            lacking=", ".join(lacking or shut) or NOTHING,
            actions=", ".join(shut) or NOTHING,
        )
    ]


async def read(ask: Ask, username: str, *, queues: bool = False) -> list[Finding]:
    """Look which events the user is told, as manager.conf has it; of queues where agents are heeded."""
    user = await section(ask, "manager.conf", username)
    if user is None:
        return [unseen("rights_read", "manager.conf")]
    told = {each.strip() for each in user.get("read", "").split(",")}
    wanted = (*HEARD, AGENT) if queues else HEARD
    lacking = [] if _EVERYTHING in told else [right for right in wanted if right not in told]
    says = {"user": username, "lacking": ", ".join(lacking) or NOTHING, "rights": ",".join(wanted)}
    return [judged("rights_read", good=not lacking, **says)]
