"""What Asterisk's events mean for a call: foreign words become facts here and nowhere else.

An event of a channel that is not ours gives nothing. `at` is when we saw it, Unix seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from fastagi_server.ami import events
from fastagi_server.ami.event import Event
from fastagi_server.dialplan import variables
from fastagi_server.telephony import facts
from fastagi_server.telephony.amd import Amd, read_verdict
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.cause import read_sip
from fastagi_server.telephony.keys import Meaning, Press

_RINGING = 5
_UP = 6
_RECEIVED = "Received"
# Seconds; nobody holds a key longer and means it.
LONGEST_PRESS = 60.0
# What a terminal obeys; the marks that turn the direction of writing make a text read as another.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

Facts = Iterator[facts.Fact]


class Translator:
    """Remembers what one event alone does not say: when a key went down."""

    def __init__(self) -> None:
        self._down: dict[CallId, tuple[str, float]] = {}

    def facts(self, event: Event, at: float) -> Facts:
        """Give what the event says of a call of ours."""
        uniqueid = getattr(event, "uniqueid", "")
        read = self._READ.get(type(event))
        if read is not None and is_call_id(uniqueid):
            yield from read(self, event, CallId(uniqueid), at)

    def _newchannel(self, _: events.Newchannel, call: CallId, at: float) -> Facts:
        yield facts.Dialed(call=call, at=at)

    def _newstate(self, event: events.Newstate, call: CallId, at: float) -> Facts:
        if event.channel_state == _RINGING:
            yield facts.Ringing(call=call, at=at)
        elif event.channel_state == _UP:
            yield facts.Answered(call=call, at=at)

    def _key_down(self, event: events.DTMFBegin, call: CallId, at: float) -> Facts:
        if event.direction == _RECEIVED:
            self._down.pop(call, None)
            self._down[call] = (event.digit, at)
            self._forget(at)
        yield from ()

    def _key_up(self, event: events.DTMFEnd, call: CallId, at: float) -> Facts:
        if event.direction != _RECEIVED:
            return
        digit, begun = self._down.pop(call, ("", at))
        press = Press(
            digit=readable(event.digit),
            begun_at=begun if digit == event.digit else None,
            ended_at=at,
            duration_ms=event.duration_ms,
        )
        yield facts.DigitHeard(call=call, at=at, press=press)

    def _forget(self, at: float) -> None:
        """Drop keys that never came up: their calls ended while the link was away."""
        while at - self._down[oldest := next(iter(self._down))][1] > LONGEST_PRESS:
            del self._down[oldest]

    def _left(self, _: events.HangupRequest, call: CallId, at: float) -> Facts:
        yield facts.CalleeLeft(call=call, at=at)

    def _ended(self, event: events.Hangup, call: CallId, at: float) -> Facts:
        self._down.pop(call, None)
        yield facts.Ended(call=call, at=at, cause=event.cause, sip_code=event.tech_cause or 0)

    def _unreadable(self, event: events.Malformed, call: CallId, at: float) -> Facts:
        # A call whose end cannot be read has ended all the same.
        if event.event == events.Hangup.__name__:
            self._down.pop(call, None)
            yield facts.Ended(call=call, at=at, cause=0)

    def _told(self, event: events.UserEvent, call: CallId, at: float) -> Facts:
        if event.name == variables.USER_EVENT:
            yield from told(event.fields, call, at)

    _READ: dict[type[Event], Callable[[Translator, Any, CallId, float], Facts]] = {  # noqa: RUF012 - a table
        events.Newchannel: _newchannel,
        events.Newstate: _newstate,
        events.DTMFBegin: _key_down,
        events.DTMFEnd: _key_up,
        events.HangupRequest: _left,
        events.Hangup: _ended,
        events.UserEvent: _told,
        events.Malformed: _unreadable,
    }
    READS = frozenset(_READ)


def readable(text: str) -> str:
    """Give text that every log, JSON body, store and terminal takes: other bytes become escapes.

    A carrier's reason phrase may hold what a terminal obeys, or a NUL, which PostgreSQL does not take.
    """
    if text.isprintable():
        return text
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), plain)


def told(fields: Any, call: CallId, at: float) -> Facts:
    """Give what the dialplan's own event says; words that it never says give nothing."""
    header = variables.Header

    def says(name: variables.Header) -> str:
        return readable(fields.get(name, ""))

    match says(header.FACT):
        case variables.Told.AMD:
            amd = Amd(read_verdict(says(header.STATUS)), says(header.CAUSE))
            yield facts.AmdDecided(call=call, at=at, amd=amd)
        case variables.Told.KEY:
            meaning = says(header.MEANING)
            if meaning in set(Meaning):
                yield facts.KeyDecided(call=call, at=at, digit=says(header.DIGIT), meaning=Meaning(meaning))
        case variables.Told.OPTOUT:
            yield facts.OptOutAsked(call=call, at=at, digit=says(header.DIGIT))
        case variables.Told.CONNECTING:
            yield facts.Connecting(call=call, at=at)
        case variables.Told.ENDED:
            sip = read_sip(says(header.TECH))
            if sip is not None:
                yield facts.SipTold(call=call, at=at, sip_code=sip[0], sip_reason=sip[1])
