"""The trunks as Asterisk knows them: is the endpoint there, and does the carrier answer."""

from __future__ import annotations

from collections.abc import Iterable

from fastagi_server.ami import actions, events
from fastagi_server.app.checks.theirs import Ask
from fastagi_server.app.checks.verdicts import judged, noted, unseen
from fastagi_server.asterisk.errors import RefusedError
from fastagi_server.config.trunk import Trunk
from fastagi_server.console.actions import Finding

_UNREACHABLE, _REACHABLE = "Unreachable", "Reachable"


async def trunk(ask: Ask, name: str, trunk: Trunk) -> list[Finding]:
    """Look at one trunk by what its dial string names."""
    technology, _, rest = trunk.dial.partition("/")
    if technology == "PJSIP":
        return await _endpoint(ask, name, rest.partition("/")[0].rpartition("@")[2], own_uri="sip:" in rest)
    if technology == "Local":
        return [await _context(ask, name, rest.rpartition("@")[2].partition("/")[0])]
    return [unseen("trunk_endpoint", trunk.dial)]


async def _context(ask: Ask, name: str, context: str) -> Finding:
    try:
        await ask(actions.ShowDialPlan(context=context))
    except RefusedError as error:
        if "Did not find context" not in str(error.details["why"]):
            raise
        return judged("trunk_context", good=False, trunk=name, context=context)
    return judged("trunk_context", good=True, trunk=name, context=context)


async def _endpoint(ask: Ask, name: str, endpoint: str, *, own_uri: bool) -> list[Finding]:
    try:
        answered = await ask(actions.PJSIPShowEndpoint(endpoint=endpoint))
    except RefusedError as error:
        if "Unable to retrieve endpoint" not in str(error.details["why"]):
            raise
        return [judged("trunk_endpoint", good=False, trunk=name, endpoint=endpoint)]
    known = judged("trunk_endpoint", good=True, trunk=name, endpoint=endpoint)
    contacts = [each for each in answered.events if isinstance(each, events.ContactStatusDetail)]
    if own_uri:
        return [known]  # the dial string says where to; no contact is asked
    return [known, _reached(contacts, trunk=name, endpoint=endpoint)]


def _reached(contacts: Iterable[events.ContactStatusDetail], *, trunk: str, endpoint: str) -> Finding:
    """Judge by the best contact: one that answers is enough for a call."""
    status = {each.status: each.uri for each in contacts}
    if not status:
        return judged("trunk_contact", good=False, trunk=trunk, endpoint=endpoint, uri="-")
    if _REACHABLE in status:
        return judged("trunk_contact", good=True, trunk=trunk, endpoint=endpoint, uri=status[_REACHABLE])
    if set(status) == {_UNREACHABLE}:
        uri = status[_UNREACHABLE]
        return judged("trunk_reach", good=False, trunk=trunk, endpoint=endpoint, uri=uri)
    return noted("trunk_unasked", trunk=trunk, endpoint=endpoint, uri=next(iter(status.values())))
