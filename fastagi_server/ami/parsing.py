"""From an event's bytes to its type. This file does not know the link.

The hot path of the whole service: a call gives some twenty events. So each class gets its own parser with
everything looked up beforehand, a header is found by one search in the text instead of by making every
header a string, and the fields of the frozen value are put in through its slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from types import MappingProxyType
from typing import Any

from fastagi_server.ami import events, queue_events
from fastagi_server.ami.event import HEADERS, Event, Item, Malformed, UnknownEvent
from fastagi_server.ami.events import UserEvent
from fastagi_server.ami.messages import split_headers, text_of

Parser = Callable[[bytes], Event]

_ABSTRACT = frozenset(
    {"Event", "OfChannel", "Item", "Complete", "Dial", "OfMember", "Malformed", "UnknownEvent"}
)

TYPES: dict[str, type[Event]] = {
    name: kind
    for name, kind in {**vars(events), **vars(queue_events)}.items()
    if isinstance(kind, type) and issubclass(kind, Event) and name not in _ABSTRACT
}
WANTED: frozenset[str] = frozenset(TYPES)
LISTED: frozenset[str] = frozenset(name for name, kind in TYPES.items() if issubclass(kind, Item))

# What Asterisk counts with, and what every store takes.
GREATEST = (1 << 63) - 1


def _number(text: str) -> int:
    """Read a number; one that Asterisk cannot have meant is none."""
    number = int(text)
    if not -GREATEST <= number <= GREATEST:
        msg = "too great a number"
        raise ValueError(msg)
    return number


_CONVERT: dict[str, Callable[[str], int] | None] = {"str": None, "int": _number, "int | None": _number}
_USER = "\r\nUserEvent: "


def header_of(field: str) -> str:
    """Give the header's name of a field: DurationMs of duration_ms."""
    return HEADERS.get(field) or "".join(word.capitalize() for word in field.split("_"))


@cache
def parser_of(name: str) -> Parser:
    """Give the function that makes an event of that name of its bytes."""
    kind = TYPES.get(name)
    if kind is None:
        return lambda raw: UnknownEvent(name=name, headers=split_headers(text_of(raw)))
    if kind is UserEvent:
        return _user_event
    return _typed(kind)


def _typed(kind: type[Event]) -> Parser:
    table: list[tuple[str, int, Callable[[Any, Any], None], Callable[[str], int] | None, Any]] = []
    for spec in fields(kind):
        needle = f"\r\n{header_of(spec.name)}: "
        put = getattr(kind, spec.name).__set__
        table.append((needle, len(needle), put, _CONVERT[str(spec.type)], spec.default))

    def parse(raw: bytes) -> Event:
        text = text_of(raw) + "\r\n"
        find = text.find
        event = kind.__new__(kind)
        for needle, size, put, convert, default in table:
            start = find(needle)
            if start < 0:
                if default is MISSING:
                    return _malformed(kind, text, needle, "(not there)")
                put(event, default)
                continue
            start += size
            value = text[start : find("\r\n", start)]
            if convert is None:
                put(event, value)
                continue
            try:
                put(event, convert(value) if value or default is MISSING else default)
            except ValueError:
                if default is None:  # what may be missing may be unreadable: the rest of the event stands
                    put(event, None)
                    continue
                return _malformed(kind, text, needle, value)
        return event

    return parse


def _user_event(raw: bytes) -> Event:
    # What stands before the event's name is Asterisk's, what follows is the sender's: a field called
    # Uniqueid in there does not make it another call's event.
    head, mark, tail = text_of(raw).partition(_USER)
    if not mark:
        return _malformed(UserEvent, head, _USER, "(not there)")
    name, _, rest = tail.partition("\r\n")
    found: dict[str, str] = {}
    for field, value in split_headers(rest).pairs:
        found.setdefault(field, value)
    return UserEvent(
        name=name,
        channel=_first(head, "\r\nChannel: "),
        uniqueid=_first(head, "\r\nUniqueid: "),
        linkedid=_first(head, "\r\nLinkedid: "),
        fields=MappingProxyType(found),
    )


def _first(text: str, needle: str) -> str:
    return text.partition(needle)[2].partition("\r\n")[0]


def _malformed(kind: type[Event], text: str, needle: str, value: str) -> Malformed:
    headers = split_headers(text)
    return Malformed(
        event=kind.__name__,
        field=needle.strip("\r\n: "),
        value=value[:200],
        action_id=headers.get("ActionID"),
        uniqueid=headers.get("Uniqueid"),
    )
