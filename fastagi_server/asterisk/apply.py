"""Puts a rendered dialplan in force, reads it back, and takes it back unless Asterisk runs what was rendered.

Asterisk says Success to a reload of almost anything, so it is asked what it reads before the reload, and
what it runs afterwards. Until the reload nothing has happened to anybody: a file that arrived empty, cut
short or unreadable is put back without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from fastagi_server.ami import actions
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.asterisk.place import Place
from fastagi_server.asterisk.running import Ask, bundles, file_as_read, is_included, living
from fastagi_server.asterisk.running import listed as listed  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.dialplan.compare import Contexts, changes, differences
from fastagi_server.dialplan.keep import kept, with_kept
from fastagi_server.dialplan.read import Step, UnreadableDialplanError, read
from fastagi_server.dialplan.variables import CONTEXT_VERSIONS
from fastagi_server.dialplan.versions import is_versioned, names
from fastagi_server.dialplan.write import write
from fastagi_server.telephony.errors import DiscadorError

PBX_CONFIG = "pbx_config"
STILL = "still in force, nothing was reloaded"
AGAIN = "in force again"
# How Asterisk says that this user may not look, or that it has no such action.
_NOT_FOR_US = ("permission denied", "escalated", "unknown command")
# The answer must fit into one message of AMI (MAX_MESSAGE), a header name a line.
_MOST_LOOKED_AT = 700_000


class NotInForceError(DiscadorError):
    """Asterisk does not run {path}: {found}. The dialplan of before is {before}."""

    def __init__(self, *, path: str, found: str, before: str) -> None:
        super().__init__(path=path, found=found, before=before)


class NotIncludedError(DiscadorError):
    """Asterisk runs nothing of {name}: put the line #tryinclude {name} into extensions.conf. The dialplan of before is {before}."""  # noqa: E501 - one sentence

    def __init__(self, *, name: str, before: str) -> None:
        super().__init__(name=name, before=before)


class NotSeenError(DiscadorError):
    """Asterisk cannot read {name} in its configuration folder ({why}): may its user read {path} and every folder above it, and is dialplan.included_as its name there? The dialplan of before is {before}."""  # noqa: E501 - one sentence

    def __init__(self, *, name: str, path: str, why: str, before: str) -> None:
        super().__init__(name=name, path=path, why=why, before=before)


class ArrivedOtherwiseError(DiscadorError):
    """What Asterisk reads in {name} is not what was written to {path}: {found}. The dialplan of before is {before}."""  # noqa: E501 - one sentence

    def __init__(self, *, name: str, path: str, found: str, before: str) -> None:
        super().__init__(name=name, path=path, found=found, before=before)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be in force: the file, its contexts, how many of earlier versions it keeps and drops.

    `changes` is what new calls will notice, as a diff; `same` says that Asterisk runs all of it already.
    """

    text: str
    contexts: Mapping[str, tuple[Step, ...]]
    running: Contexts
    kept: int
    dropped: int
    same: bool
    changes: list[str] = field(default_factory=list)


async def look(text: str, ask: Ask, now: float) -> Plan:
    """Say what applying a rendered dialplan comes to; nothing is changed."""
    want = read(text)
    there = await bundles(ask)
    running = await listed(dict.fromkeys([*want, *names(there)]), ask)
    whole = [bundle for bundle in there if all(context in running for context in bundle.contexts)]
    stay = kept(whole, want, await living(ask), now)
    full = with_kept(text, stay, running)
    contexts = read(full)
    current = set(names([bundle for bundle in there if not bundle.since]))
    before = {name: steps for name, steps in running.items() if not is_versioned(name) or name in current}
    return Plan(
        text=full,
        contexts=contexts,
        running=running,
        kept=len(names(stay)),
        dropped=len(set(names(there)) - set(contexts)),
        same=not differences(contexts, running),
        changes=changes(before, want),
    )


async def apply(text: str, place: Place, ask: Ask, *, name: str, now: float) -> Plan:
    """Put the dialplan in force and give what that came to; extensions.conf includes the file as `name`.

    When Asterisk reads or runs anything else, or cannot be asked, the file of before is put back and, unless
    nothing was reloaded, reloaded; the error says what was different.
    """
    plan = await look(text, ask, now)
    before = place.contents()
    if plan.same and before == plan.text.encode() and not await _unlike(plan, place, ask, name):
        return plan
    if before is None and plan.running:
        # The file is gone or was never here, but Asterisk runs something of ours: that is what was before.
        before = write(plan.running).encode()
    await place.put(plan.text.encode())
    unlike = await _unlike(plan, place, ask, name)
    if unlike:
        raise unlike(before=await _put_back(place, before) or STILL)
    found = await _in_force(plan.contexts, ask)
    if not found:
        return replace(plan, same=False)
    missing = await _none_of(plan.contexts, ask)
    state = await _put_back(place, before) or await _again(before, ask)
    if missing:
        raise NotIncludedError(name=name, before=state)
    raise NotInForceError(path=str(place.path), found="; ".join(found[:3]), before=state)


async def _unlike(plan: Plan, place: Place, ask: Ask, name: str) -> Callable[..., DiscadorError] | None:
    """Look at what Asterisk would load; give the error that tells what is wrong, but for its `before`."""
    path = str(place.path)
    if len(plan.text) > _MOST_LOOKED_AT:
        return None
    try:
        differs = differences(plan.contexts, await file_as_read(name, ask))
        if not differs and not await is_included(list(plan.contexts)[-1], ask):
            return partial(NotIncludedError, name=name)
    except RefusedError as no:
        why = str(no.details["why"])
        # Who may not look has only the reading back after the reload.
        if any(word in why.lower() for word in _NOT_FOR_US):
            return None
        return partial(NotSeenError, name=name, path=path, why=why)
    except DiscadorError as no:
        differs = [no.sentence().rstrip(".")]
    found = "; ".join(differs[:3])
    return partial(ArrivedOtherwiseError, name=name, path=path, found=found) if differs else None


async def _put_back(place: Place, before: bytes | None) -> str:
    """Put the file of before back; empty when that is done, else how the dialplan of before stands."""
    try:
        await place.put(before)
    except DiscadorError as error:
        return f"not in its place, for {error.sentence()}"
    return ""


async def _again(before: bytes | None, ask: Ask) -> str:
    """Reload the file of before, and say in words how far that went."""
    try:
        want = read(before.decode()) if before else {}
    except (UnreadableDialplanError, UnicodeDecodeError):
        # Somebody's own hand: it is reloaded as it is, only not compared.
        again = await _in_force({}, ask)
        return f"not in force either: {again[0]}" if again else "put back and reloaded, not compared"
    again = await _in_force(want, ask)
    return f"not in force either: {again[0]}" if again else AGAIN


async def _in_force(want: Contexts, ask: Ask) -> list[str]:
    """Reload and give what Asterisk runs otherwise than wanted; not to know is no better than otherwise."""
    try:
        await ask(actions.Reload(module=PBX_CONFIG))
        for context, steps in want.items():
            # The first difference is enough: whoever is in a call waits for the file of before.
            found = differences({context: steps}, await listed([context], ask))
            if found:
                return found
    except DiscadorError as no:
        return [no.sentence().rstrip(".")]
    return []


async def _none_of(want: Contexts, ask: Ask) -> bool:
    """Say whether Asterisk runs nothing at all of what is wanted, as far as it can be asked."""
    try:
        return not await listed([CONTEXT_VERSIONS, *list(want)[:1]], ask)
    except DiscadorError:
        return False
