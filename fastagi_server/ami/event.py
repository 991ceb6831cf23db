"""What every event is: something told, perhaps of a channel, perhaps part of an answer. No bytes here.

A field's header is its name in capitals run together, unless HEADERS says otherwise. A field without a
default must be there.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastagi_server.ami.messages import Headers

HEADERS: dict[str, str] = {
    "action_id": "ActionID",
    "caller_id_num": "CallerIDNum",
    "cause_txt": "Cause-txt",
    "uri": "URI",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that Asterisk tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfChannel(Event):
    """An event about one channel; a call of ours has its CallId as uniqueid and linkedid."""

    channel: str
    uniqueid: str
    linkedid: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item(Event):
    """An event that is part of an action's answer."""

    action_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Complete(Item):
    """The event that ends an action's list; an `event_list` of Cancelled means that it is not whole."""

    event_list: str = ""
    list_items: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEvent(Event):
    """An event that was asked for by name and has no type here."""

    name: str
    headers: Headers


@dataclass(frozen=True, kw_only=True, slots=True)
class Malformed(Event):
    """A message that could not be read: told, so that it is counted, and never a reason to drop the link.

    `uniqueid` is its channel's, where it has one: even an end that cannot be read is that channel's end.
    """

    event: str
    field: str
    value: str
    action_id: str = ""
    uniqueid: str = ""
