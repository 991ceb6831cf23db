"""The dialplan: rendered well, applied, included, in force, and leading to a place that exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from fastagi_server.ami import actions, events
from fastagi_server.app.checks.reader import is_there
from fastagi_server.app.checks.theirs import Ask, section
from fastagi_server.app.checks.verdicts import judged, some, unseen
from fastagi_server.asterisk import apply as dialplan_apply
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding
from fastagi_server.console.session import dialplan_settings
from fastagi_server.dialplan import check as dialplan_check
from fastagi_server.dialplan import variables
from fastagi_server.dialplan.compare import differences
from fastagi_server.dialplan.read import read
from fastagi_server.telephony.country import Country, Destination

EXTENSIONS = "extensions.conf"
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:try)?include[ \t]+["<]?(?P<path>[^">;\r\n]+)', re.MULTILINE)


def rendered(text: str, countries: Sequence[Country], settings: Settings) -> Finding:
    """Look whether what we would write has a fault of its own."""
    found = dialplan_check.problems(text, countries, dialplan_settings(settings))
    return judged("rendered", good=not found, problems=some(found))


def include_line(settings: Settings) -> str:
    """Give the line that the operator adds to extensions.conf."""
    return f"#tryinclude {settings.dialplan.name}"


async def in_force(ask: Ask, text: str, settings: Settings) -> list[Finding]:
    """Tell which is missing: our file, the line that includes it, or a reload of what is in it."""
    want, path = read(text), settings.dialplan.path
    line = include_line(settings)
    listed = await dialplan_apply.listed(want, ask)
    applied = is_there(path)
    found = [judged("applied", good=applied, path=path, line=line)]
    included = await _included(ask, applied=applied, known=bool(listed), path=path)
    if included is None:
        found.append(unseen("include", EXTENSIONS))
    else:
        found.append(judged("include", good=included, line=line))
    if applied and included is not False:
        # The register also names what is kept for calls that are up: no difference to a new call.
        steps = {name: each for name, each in want.items() if name != variables.CONTEXT_VERSIONS}
        other = differences(steps, listed)
        found.append(judged("dialplan", good=not other, problems=some(other)))
    return found


async def _included(ask: Ask, *, applied: bool, known: bool, path: Path) -> bool | None:
    """Say whether extensions.conf takes our file in; None where nobody can tell."""
    if applied:
        try:
            return await section(ask, EXTENSIONS, variables.CONTEXT_VERSIONS) is not None
        except RefusedError:
            return known or _named(path)
    return _named(path)


def _named(path: Path) -> bool | None:
    """Look for the line itself, where Asterisk's files lie beside our folder and we may read them."""
    beside = path.parent.parent
    seen = [beside / EXTENSIONS, beside / "extensions_custom.conf"]
    texts = [text for each in seen if (text := _text(each)) is not None]
    if any(each["path"].strip().endswith(path.name) for text in texts for each in _INCLUDE.finditer(text)):
        return True
    return False if texts else None


async def destinations(ask: Ask, settings: Settings, used: Iterable[Country]) -> list[Finding]:
    """Look whether the places exist to which those are sent who press the connect key."""
    wanted = dict.fromkeys(settings.dialplan.destination_for(country.slug) for country in used)
    lost = [place for place in wanted or [settings.dialplan.destination] if not await _leads(ask, place)]
    contexts = some(f"{each.context},{each.exten},{each.priority}" for each in lost)
    context, exten = (lost[0].context, lost[0].exten) if lost else ("", "")
    return [judged("destination", good=not lost, missing=contexts, context=context, exten=exten)]


async def _leads(ask: Ask, place: Destination) -> bool:
    """Say whether a context has the extension, or what may stand for it: a pattern, an include, a switch."""
    try:
        answered = await ask(actions.ShowDialPlan(context=place.context))
    except RefusedError as error:
        if "Did not find context" in str(error.details["why"]):
            return False
        raise
    lines = [each for each in answered.events if isinstance(each, events.ListDialplan)]
    return any(
        each.extension == place.exten or each.extension.startswith("_") or each.include_context or each.switch
        for each in lines
    )


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None
