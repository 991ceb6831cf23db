"""What must hold in any file that is to be put in force, checked on the file itself and not on the templates.

This file does not know Asterisk's own checks, which are none: it says Success to a Goto that leads nowhere.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fastagi_server.dialplan import variables
from fastagi_server.dialplan.compare import Contexts
from fastagi_server.dialplan.read import Step, UnreadableDialplanError, read
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.variables import Sound
from fastagi_server.dialplan.versions import CountryNames
from fastagi_server.telephony.country import Country

_ASKING = frozenset({"AGI", "EAGI", "DeadAGI"})
_GOING = frozenset({"Goto", "GotoIf", "Gosub", "GosubIf"})
_PLAYING = frozenset({"Background", "BackGround", "Playback"})
_ARGUMENTS = re.compile(r"\(.*\)$")
# Background's fourth argument: the context in which its keys are looked for.
_KEYS_AT = 3
_Target = tuple[str, str, str]


class Wrong(enum.StrEnum):
    """The kinds of fault, each with its English sentence; the console has them in every language."""

    UNREADABLE = "unreadable"
    LOST_TARGET = "lost_target"
    NO_COUNTRY = "no_country"
    NO_KEY = "no_key"
    UNBOUNDED = "unbounded"
    NO_TIMEOUT_EXTENSION = "no_timeout_extension"
    ASKING_HANDLER = "asking_handler"
    NO_SOUND = "no_sound"


_SENTENCES = {
    Wrong.UNREADABLE: "line {line} cannot be read: {why}",
    Wrong.LOST_TARGET: "context {context}: extension {exten} priority {priority} goes to {target}, "
    "which is not there",
    Wrong.NO_COUNTRY: "context {context} is not there or leads to no version",
    Wrong.NO_KEY: "context {context}: key {key} has no extension",
    Wrong.UNBOUNDED: "context {context}: extension {exten} asks the server without a timeout",
    Wrong.NO_TIMEOUT_EXTENSION: "context {context}: asks the server, but has no extension T",
    Wrong.ASKING_HANDLER: "context {context}: the hangup handler asks the server",
    Wrong.NO_SOUND: "the audio file {sound} is not in {folder}",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong, and what fills its sentence."""

    wrong: Wrong
    says: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return _SENTENCES[self.wrong].format(**self.says)


def problems(text: str, countries: Sequence[Country], settings: DialplanSettings) -> list[str]:
    """Say in plain English what is wrong with a file; nothing wrong gives nothing."""
    return [str(fault) for fault in faults(text, countries, settings)]


def faults(text: str, countries: Sequence[Country], settings: DialplanSettings) -> list[Fault]:
    """Find what is wrong with a file for these countries."""
    try:
        contexts = read(text)
    except UnreadableDialplanError as error:
        says = {"line": error.details["number"], "why": str(error.details["why"])}
        return [Fault(wrong=Wrong.UNREADABLE, says=says)]
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


def played(contexts: Contexts) -> list[str]:
    """Name every audio file that some contexts play, once, in the order of the file."""
    files = (
        name
        for steps in contexts.values()
        for step in steps
        if step.app in _PLAYING
        for name in step.data.partition(",")[0].split("&")
    )
    return list(dict.fromkeys(files))


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


def _lost_targets(contexts: Contexts, outside: set[str]) -> Iterator[Fault]:
    places = _places(contexts)
    for context, steps in contexts.items():
        for step in steps:
            lost = [
                ",".join(to) for to in _targets(context, step) if to not in places and to[0] not in outside
            ]
            keys_at = step.data.split(",")[_KEYS_AT:][:1] if step.app in _PLAYING else []
            for target in (*lost, *(name for name in keys_at if name and name not in contexts)):
                says = {"context": context, "exten": step.exten, "priority": step.priority, "target": target}
                yield Fault(wrong=Wrong.LOST_TARGET, says=says)


def _missing_keys(contexts: Contexts, countries: Sequence[Country]) -> Iterator[Fault]:
    for country in countries:
        here = _names(contexts, country)
        if here is None:
            yield Fault(wrong=Wrong.NO_COUNTRY, says={"context": country.context})
            continue
        wanted: Mapping[str, tuple[str, ...]] = {
            here.ident: (country.optout_key,),
            here.offer: (country.connect_key, country.optout_key, country.repeat_key),
        }
        for context, keys in wanted.items():
            there = {step.exten for step in contexts.get(context, ())}
            for key in keys:
                if key not in there:
                    yield Fault(wrong=Wrong.NO_KEY, says={"context": context, "key": key})


def _names(contexts: Contexts, country: Country) -> CountryNames | None:
    """Follow a country's entry to its current version."""
    for step in contexts.get(country.context, ()):
        for target, _, _ in _targets(country.context, step):
            name, _, version = target.rpartition("-")
            if name == country.context and target in contexts:
                return CountryNames(country=country, version=version)
    return None


def _unbounded_questions(contexts: Contexts) -> Iterator[Fault]:
    """Find AGI() that a mute server could hold for ever: no timeout just before it, or no T to lead on."""
    for context, steps in contexts.items():
        at = {(step.exten, step.priority): step for step in steps}
        for step in steps:
            if step.app not in _ASKING:
                continue
            before = at.get((step.exten, step.priority - 1))
            if before is None or not before.data.startswith("TIMEOUT(absolute)="):
                yield Fault(wrong=Wrong.UNBOUNDED, says={"context": context, "exten": step.exten})
            if ("T", 1) not in at:
                yield Fault(wrong=Wrong.NO_TIMEOUT_EXTENSION, says={"context": context})


def _asking_handler(contexts: Contexts) -> Iterator[Fault]:
    """Find AGI() in whatever the hangup handler can reach; nothing could end it there."""
    waiting, seen = [variables.CONTEXT_ENDED], set[str]()
    while waiting:
        context = waiting.pop()
        if context in seen:
            continue
        seen.add(context)
        for step in contexts.get(context, ()):
            if step.app in _ASKING:
                yield Fault(wrong=Wrong.ASKING_HANDLER, says={"context": context})
            waiting += [target[0] for target in _targets(context, step)]
