"""One Asterisk as the engine sees it: orders become actions, answers and events become facts."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fastagi_server.ami import actions, events
from fastagi_server.ami.event import Event
from fastagi_server.ami.headers import Escaped
from fastagi_server.asterisk.errors import NoLinkError, OutcomeUnknownError, RefusedError
from fastagi_server.asterisk.link import Link
from fastagi_server.asterisk.translate import Translator, readable
from fastagi_server.asterisk.whole import whole
from fastagi_server.dialplan import variables
from fastagi_server.telephony import facts
from fastagi_server.telephony.call_id import CallId, is_call_id
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.orders import PlaceCall
from fastagi_server.telephony.record import Kept

CALL_HEADER = "X-Discador-Call"
PRIVACY = ("Privacy", "id")
# chan_sip reads its headers from variables, each with a number of its own; chan_pjsip has a function.
_CHAN_SIP, _CHAN_PJSIP, _LOCAL = "SIP/", "PJSIP/", "Local/"
_NO_CDR = "CDR_PROP(disable)"
# Asterisk says how an Originate ended when the ring time is over at the latest; this is for its own delays.
RESPONSE_SECONDS = 60.0
_SUCCESS = "Success"
# Of so many digits none is beyond the year 9999, which no calendar tells.
_EPOCH = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, kw_only=True)
class _Ordered:
    call: CallId
    until: float


class Switch:
    """Gives orders over a link; every fact goes to `tell`."""

    def __init__(
        self, *, clock: Clock, tell: Callable[[facts.Fact], None], fastagi: Callable[[], str]
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._fastagi = fastagi
        self._translator = Translator()
        self._ordered: dict[str, _Ordered] = {}
        self.link: Link | None = None

    # A Malformed is none of Asterisk's: whichever event it was, it is one of the others.
    READS = Translator.READS - {events.Malformed} | {events.OriginateResponse}

    def event(self, event: Event) -> None:
        """Take an event from the link."""
        at = self._clock.wall()
        if isinstance(event, events.OriginateResponse):
            self._originate_response(event, at)
            return
        for fact in self._translator.facts(event, at):
            self._tell(fact)

    async def originate(self, order: PlaceCall) -> None:
        """Write the Originate once; Asterisk's answer becomes a fact, and so does its absence.

        What cannot be written at all (no link, a value that AMI cannot carry) is refused before it left.
        """
        # Before the write: whoever paced us looked at a clock just before this too, so that the order of both
        # clocks' instants is the order of the writes.
        at = self._clock.wall()
        try:
            pending = self._link.ask(self._originate(order))
        except (NoLinkError, BadInputError) as no:
            self._tell(facts.OrderRefused(call=order.call, at=self._clock.wall(), why=no.sentence()))
            return
        self._tell(facts.Ordered(call=order.call, at=at))
        try:
            answered = await pending
        except RefusedError as no:
            why = readable(str(no.details["why"]))
            self._tell(facts.OrderRefused(call=order.call, at=self._clock.wall(), why=why))
        except OutcomeUnknownError:
            self._tell(facts.OrderLost(call=order.call, at=self._clock.wall()))
        else:
            self._await_response(answered.action_id, order)
            self._tell(facts.Accepted(call=order.call, at=self._clock.wall()))

    async def hangup(self, call: CallId) -> None:
        """End a call; one that is gone already is no error."""
        with suppress(RefusedError):
            await self._link.ask(actions.Hangup(channel=call, cause=16))

    async def live_calls(self) -> frozenset[CallId]:
        """Give the calls of ours among Asterisk's channels."""
        answered = await self._link.ask(actions.CoreShowChannels())
        # A channel told badly lives all the same.
        uniqueids = [
            each.uniqueid
            for each in whole(answered)
            if isinstance(each, events.CoreShowChannel | events.Malformed)
        ]
        return frozenset(CallId(uniqueid) for uniqueid in uniqueids if is_call_id(uniqueid))

    async def keep_optout(self, kept: Kept) -> None:
        """Write the entry that the dialplan would have written."""
        val = f"{int(kept.at)}/{kept.digit}"
        await self._link.ask(actions.DBPut(family=variables.OPTOUT_FAMILY, key=kept.call, val=val))

    async def kept_optouts(self) -> list[Kept]:
        """Give the opt-outs in AstDB; what is not in our own hand is left alone."""
        # An empty family is a Success without entries: a refusal is a missing right, and nothing may be
        # dialed before it is mended.
        answered = await self._link.ask(actions.DBGetTree(family=variables.OPTOUT_FAMILY))
        # Asterisk 16 says ListItems: 1 of every family, however many it tells: there is nothing to count by.
        told = whole(answered, counted=False)
        entries = [each for each in told if isinstance(each, events.DBGetTreeResponse)]
        return [kept for entry in entries if (kept := read_kept(entry.key, entry.val)) is not None]

    async def forget_optout(self, kept: Kept) -> None:
        """Delete the entry; one that is gone already is no error."""
        with suppress(RefusedError, NoLinkError):
            await self._link.ask(actions.DBDel(family=variables.OPTOUT_FAMILY, key=kept.call))

    @property
    def _link(self) -> Link:
        if self.link is None:
            raise NoLinkError(where="Asterisk", action="anything")
        return self.link

    def _originate(self, order: PlaceCall) -> actions.Originate:
        return actions.Originate(
            channel=order.channel,
            context=order.context,
            channel_id=order.call,
            other_channel_id=second_half(order.call) if order.channel.startswith(_LOCAL) else None,
            caller_id=order.shown or order.callerid,
            timeout_ms=order.ring_seconds * 1000,
            account=order.campaign,
            variables=self._variables(order),
        )

    def _variables(self, order: PlaceCall) -> tuple[tuple[str, str | Escaped], ...]:
        given: list[tuple[str, str | Escaped]] = [
            (variables.AGI_URI, self._fastagi()),
            (variables.HANDLER_VARIABLE, Escaped(variables.HANDLER_VALUE)),
        ]
        headers = [(CALL_HEADER, str(order.call)), *([PRIVACY] if order.private else [])]
        if order.channel.startswith(_CHAN_PJSIP):
            given += [(f"PJSIP_HEADER(add,{name})", value) for name, value in headers]
        elif order.channel.startswith(_CHAN_SIP):
            given += [
                (f"SIPADDHEADER{n:02}", f"{name}: {value}") for n, (name, value) in enumerate(headers, 1)
            ]
        if not order.cdr:
            given.append((_NO_CDR, "1"))
        return tuple(given)

    def _await_response(self, action_id: str, order: PlaceCall) -> None:
        now = self._clock.steady()
        while self._ordered and (oldest := next(iter(self._ordered.items())))[1].until < now:
            del self._ordered[oldest[0]]
        until = now + order.ring_seconds + RESPONSE_SECONDS
        self._ordered[action_id] = _Ordered(call=order.call, until=until)

    def _originate_response(self, event: events.OriginateResponse, at: float) -> None:
        ordered = self._ordered.pop(event.action_id, None)
        if event.response == _SUCCESS:
            return
        # It says whose it is; only where it does not, we look who asked.
        if is_call_id(event.uniqueid):
            self._tell(facts.OriginateFailed(call=CallId(event.uniqueid), at=at, reason=event.reason))
        elif ordered is not None:
            self._tell(facts.OriginateFailed(call=ordered.call, at=at, reason=event.reason))


def second_half(call: CallId) -> str:
    """Name the half of a Local channel that runs somebody else's context; no call of ours has this name.

    Asterisk would name it after the first half, which would then be the beginning of a living id.
    """
    return f"2-{call}"


def read_kept(key: str, value: str) -> Kept | None:
    """Take an entry of AstDB, for example /discador_optout/<call id> and 1764000000/9."""
    call = key.rpartition("/")[2]
    epoch, _, digit = value.partition("/")
    if not is_call_id(call) or not _EPOCH.fullmatch(epoch) or len(digit) > 1:
        return None
    return Kept(call=CallId(call), at=float(epoch), digit=digit)
