"""What Asterisk runs of our dialplan, what it reads in our file, and who is up in it. It changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from fastagi_server.ami import actions, events
from fastagi_server.ami.action import Action
from fastagi_server.ami.event import Malformed
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.whole import whole
from fastagi_server.dialplan.compare import step_from_listing
from fastagi_server.dialplan.keep import Living, register
from fastagi_server.dialplan.read import Step, read
from fastagi_server.dialplan.variables import CONTEXT_VERSIONS
from fastagi_server.dialplan.versions import Bundle

Ask = Callable[[Action], Awaitable[Answered]]
T = TypeVar("T")
_AGE_PARTS = 3


async def listed(want: Iterable[str], ask: Ask) -> dict[str, tuple[Step, ...]]:
    """Give what Asterisk runs of these contexts; one that it does not know is not there."""
    got: dict[str, tuple[Step, ...]] = {}
    for context in want:
        try:
            answered = await ask(actions.ShowDialPlan(context=context))
        except RefusedError:
            continue
        steps = [each for each in whole(answered) if isinstance(each, events.ListDialplan) and each.priority]
        got[context] = tuple(
            step_from_listing(
                each.extension, each.priority, each.extension_label, each.application, each.app_data
            )
            for each in steps
        )
    return got


async def bundles(ask: Ask) -> list[Bundle]:
    """Give the register of versions that is in force; none where ours never were."""
    return register(await listed([CONTEXT_VERSIONS], ask))


async def living(ask: Ask) -> list[Living]:
    """Give who is up; a channel that is told badly may be anywhere and of any age."""
    answered = await ask(actions.CoreShowChannels())
    found = []
    for each in whole(answered):
        if isinstance(each, events.CoreShowChannel):
            found.append(Living(context=each.context, age=read_age(each.duration)))
        elif isinstance(each, Malformed):
            found.append(Living(context=CONTEXT_VERSIONS, age=None))
    return found


def read_age(duration: str) -> float | None:
    """Take a channel's age as HH:MM:SS; None when it is written otherwise."""
    parts = duration.split(":")
    if len(parts) != _AGE_PARTS or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    hours, minutes, seconds = map(int, parts)
    return float((hours * 60 + minutes) * 60 + seconds)


async def is_included(context: str, ask: Ask) -> bool:
    """Say whether Asterisk, if it read its dialplan now, would find a context, whichever file it is in."""
    try:
        answered = await ask(actions.GetConfig(filename="extensions.conf", category=context))
    except RefusedError:
        return False
    return any(value == context for _, value in answered.response.headers.pairs)


async def file_as_read(name: str, ask: Ask) -> dict[str, tuple[Step, ...]]:
    """Give what Asterisk reads in a file of its configuration folder now, whatever it runs."""
    answered = await ask(actions.GetConfig(filename=name))
    lines = []
    for header, value in answered.response.headers.pairs:
        if header.startswith("Category-"):
            lines.append(f"[{value}]")
        elif header.startswith("Line-"):
            setting, _, text = value.partition("=")
            lines.append(f"{setting} => {text}".replace(";", "\\;"))
    return read("\n".join(lines))
