"""What must hold in any file we write, checked on the file itself and not on the templates.

This file does not know Asterisk's own checks, which are none: it says Success to a Goto that leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from fastagi_server.dialplan import variables
from fastagi_server.dialplan.compare import Contexts
from fastagi_server.dialplan.read import Step, read
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.variables import Sound
from fastagi_server.telephony.country import Country

_ASKING = frozenset({"AGI", "EAGI", "DeadAGI"})
_GOING = frozenset({"Goto", "GotoIf", "Gosub", "GosubIf"})
_ARGUMENTS = re.compile(r"\(.*\)$")
_Target = tuple[str, str, str]


def problems(text: str, countries: Sequence[Country], settings: DialplanSettings) -> list[str]:
    """Say in plain words what is wrong with a rendered file; nothing wrong gives nothing."""
    contexts = read(text)
    outside = {settings.destination_of(country).context for country in countries}
    return [
        *_lost_targets(contexts, outside),
        *_missing_keys(contexts, countries),
        *_unbounded_questions(contexts),
        *_asking_handler(contexts),
    ]


def sounds(countries: Sequence[Country], settings: DialplanSettings) -> list[str]:
    """Name every audio file that the countries need, as Asterisk wants it: without an ending."""
    return [
        settings.sound(country, sound)
        for country in sorted(countries, key=lambda each: each.slug)
        for sound in Sound
        if sound is not Sound.THANKS or country.thanks
    ]


def _targets(context: str, step: Step) -> Iterator[_Target]:
    """Give the places that a step may go to: context, extension, priority or label."""
    if step.app not in _GOING:
        return
    places = step.data.rpartition("?")[2].split(":") if step.app.endswith("If") else [step.data]
    for place in filter(None, places):
        *where, priority = _ARGUMENTS.sub("", place).split(",")
        exten = where.pop() if where else step.exten
        yield (where.pop() if where else context), exten, priority


def _places(contexts: Contexts) -> set[_Target]:
    return {
        (context, step.exten, name)
        for context, steps in contexts.items()
        for step in steps
        for name in (str(step.priority), step.label)
        if name
    }


def _lost_targets(contexts: Contexts, outside: set[str]) -> Iterator[str]:
    places = _places(contexts)
    for context, steps in contexts.items():
        for step in steps:
            for target in _targets(context, step):
                if target not in places and target[0] not in outside:
                    place = f"context {context}: extension {step.exten} priority {step.priority}"
                    yield f"{place} goes to {','.join(target)}, which is not there"


def _missing_keys(contexts: Contexts, countries: Sequence[Country]) -> Iterator[str]:
    for country in countries:
        wanted: Mapping[str, tuple[str, ...]] = {
            variables.ident_context(country): (country.optout_key,),
            variables.offer_context(country): (country.connect_key, country.optout_key, country.repeat_key),
        }
        for context, keys in wanted.items():
            there = {step.exten for step in contexts.get(context, ())}
            yield from (f"context {context}: key {key} has no extension" for key in keys if key not in there)


def _unbounded_questions(contexts: Contexts) -> Iterator[str]:
    """Find AGI() that a mute server could hold for ever: no timeout just before it, or no T to lead on."""
    for context, steps in contexts.items():
        at = {(step.exten, step.priority): step for step in steps}
        for step in steps:
            if step.app not in _ASKING:
                continue
            before = at.get((step.exten, step.priority - 1))
            if before is None or not before.data.startswith("TIMEOUT(absolute)="):
                yield f"context {context}: extension {step.exten} asks the server without a timeout"
            if ("T", 1) not in at:
                yield f"context {context}: asks the server, but has no extension T"


def _asking_handler(contexts: Contexts) -> Iterator[str]:
    """Find AGI() in whatever the hangup handler can reach; nothing could end it there."""
    waiting, seen = [variables.CONTEXT_ENDED], set[str]()
    while waiting:
        context = waiting.pop()
        if context in seen:
            continue
        seen.add(context)
        for step in contexts.get(context, ()):
            if step.app in _ASKING:
                yield f"context {context}: the hangup handler asks the server"
            waiting += [target[0] for target in _targets(context, step)]
