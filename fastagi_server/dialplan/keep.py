"""Which earlier versions a file must go on holding, and how it holds them.

A call stays in the version that it began in, and a Gosub comes back to it. Where a subroutine returns to is
shown nowhere, so a version stays while any call that is in one of our contexts began before it was
superseded. This file does not ask Asterisk; time is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastagi_server.dialplan.compare import Contexts
from fastagi_server.dialplan.read import Step
from fastagi_server.dialplan.variables import CONTEXT_VERSIONS
from fastagi_server.dialplan.versions import Bundle, names, read_bundle
from fastagi_server.dialplan.write import write

OURS = "discador_"
# Between the instant that is written down and the reload's end calls still begin in the old version.
SLACK_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Living:
    """A channel that is up: the context that it runs, its age in seconds; None where it cannot be read."""

    context: str
    age: float | None


def register(contexts: Mapping[str, Sequence[Step]]) -> list[Bundle]:
    """Read the register of what a dialplan holds."""
    lines = (step.data for step in contexts.get(CONTEXT_VERSIONS, ()))
    return [bundle for line in lines if (bundle := read_bundle(line)) is not None]


def kept(before: Iterable[Bundle], want: Contexts, living: Sequence[Living], now: float) -> list[Bundle]:
    """Give the bundles of before that are not wanted any more and cannot go yet."""
    stay = []
    for bundle in before:
        if all(context in want for context in bundle.contexts):
            continue
        if not bundle.since:
            stay.append(Bundle(contexts=bundle.contexts, since=int(now)))
        elif any(_began_before(channel, bundle.since, now) for channel in living):
            stay.append(bundle)
    return stay


def _began_before(channel: Living, since: int, now: float) -> bool:
    if not channel.context.startswith(OURS):
        return False
    return channel.age is None or now - channel.age <= since + SLACK_SECONDS


def with_kept(text: str, bundles: Sequence[Bundle], running: Contexts) -> str:
    """Give a rendered file that holds earlier versions too, as Asterisk runs them.

    The register is the rendered file's last context, so what is added goes on with it.
    """
    if not bundles:
        return text
    lines = "".join(f" same => n,NoOp({bundle.line()})\n" for bundle in bundles)
    steps = {context: running[context] for context in names(bundles)}
    why = "; Kept for calls that began in them; a later `discador apply` drops them."
    return f"{text}{lines}\n{why}\n{write(steps)}"
