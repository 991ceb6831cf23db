"""A list that Asterisk told, or nothing: what is missing in a short one would be taken for what is not there.

This file does not know what the list is of.
"""

from __future__ import annotations

from fastagi_server.ami.event import Complete, Event, Malformed
from fastagi_server.ami.exchange import Answered
from fastagi_server.asterisk.errors import BrokenListError

_BROKEN_OFF = "Cancelled"


def whole(answered: Answered, *, counted: bool = True) -> tuple[Event, ...]:
    """Give a list's events, all of them, or raise BrokenListError.

    `counted` is False for a list that is not counted truly, or of which we do not read every kind of event.
    """
    end, events = answered.end, answered.events
    action = answered.action.action
    if isinstance(end, Malformed):
        raise BrokenListError(action=action, why=f"its end has {end.field}: {end.value!r}")
    if isinstance(end, Complete):
        if end.event_list == _BROKEN_OFF:
            raise BrokenListError(action=action, why="Asterisk broke it off")
        if counted and len(events) < end.list_items:
            raise BrokenListError(action=action, why=f"{len(events)} of {end.list_items} came")
    return events
