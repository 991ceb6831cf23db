"""Where a trunk leads: the addresses that Asterisk would send its calls to.

What Asterisk does not tell, or tells by a name that DNS may move, counts as unknown, and unknown is far away.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator

from fastagi_server.ami import actions, events
from fastagi_server.ami.action import Action
from fastagi_server.ami.event import Event
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.errors import BrokenListError, RefusedError
from fastagi_server.asterisk.whole import whole

# The number stands before the endpoint: where it is a part of its name, each call has another endpoint.
_ENDPOINT = re.compile(r"PJSIP/[^@/{}]*\{number\}[^@/{}]*@(?P<endpoint>[A-Za-z0-9_.-]+)")
# What may send a packet elsewhere than to the host, or begin another address.
_ELSEWHERE = re.compile(r"@|maddr|route|[,?]", re.IGNORECASE)
_HOST = re.compile(r"sips?:(?:[^@;>]*@)?(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^:;>?]+))")

Ask = Callable[[Action], Awaitable[Answered]]


async def addresses(dial: str, ask: Ask) -> list[str]:
    """Give every host that calls through this dial string may be sent to; none when it cannot be known."""
    named = _ENDPOINT.fullmatch(dial)
    if named is None:
        return []
    try:
        answered = await ask(actions.PJSIPShowEndpoint(endpoint=named["endpoint"]))
        # What stands beside the endpoint (its authentication, its identification) we do not read.
        told = whole(answered, counted=False)
    except (RefusedError, BrokenListError):
        return []
    return sorted({host for event in told for host in _hosts(event)})


def _hosts(event: Event) -> Iterator[str]:
    """Give the hosts that one event names; a proxy is where the packets go, whatever the contact says."""
    match event:
        case events.ContactStatusDetail():
            yield host_of(event.uri)
        case events.AorDetail():
            contacts = (contact.partition("/")[2] for contact in event.contacts.split(",") if contact)
            yield from (host_of(contact) for contact in contacts)
    proxy = getattr(event, "outbound_proxy", "")
    if proxy:
        yield host_of(proxy)


def host_of(uri: str) -> str:
    """Give the host of a SIP URI, for example 127.0.0.1 of sip:127.0.0.1:5060, or the text itself.

    What is not plain (maddr, Route, a second address, an @ that makes the host a part of a name) is no host.
    """
    found = _HOST.search(uri)
    if found and _ELSEWHERE.search(uri[found.end() :]):
        return uri
    return (found["six"] or found["host"]) if found else uri
