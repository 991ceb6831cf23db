"""The manager's events that we use, one frozen dataclass each; a class is named as Asterisk names its event.

This file does not know bytes; above this room no other event exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastagi_server.ami.event import Complete as Complete  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.ami.event import Event as Event  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.ami.event import Item as Item  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.ami.event import Malformed as Malformed  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.ami.event import OfChannel as OfChannel  # noqa: PLC0414 - part of this vocabulary
from fastagi_server.ami.event import UnknownEvent as UnknownEvent  # noqa: PLC0414 - part of this vocabulary


@dataclass(frozen=True, kw_only=True, slots=True)
class Newchannel(OfChannel):
    """A channel is born."""

    channel_state: int
    channel_state_desc: str
    account_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Newstate(OfChannel):
    """A channel's state changed: 5 Ringing, 6 Up."""

    channel_state: int
    channel_state_desc: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dial(Event):
    """A dial of one channel; who dials is empty where an Originate does."""

    channel: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    dest_channel: str
    dest_uniqueid: str
    dest_linkedid: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DialBegin(Dial):
    """A dial starts."""

    dial_string: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DialState(Dial):
    """A dial goes on: PROGRESS, RINGING."""

    dial_status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DialEnd(Dial):
    """A dial is over: ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL."""

    dial_status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OriginateResponse(Event):
    """How an asynchronous Originate ended; `action_id` is the Originate's.

    Reason 4 with Success; 0 none, 1 no answer, 3 ring time-out, 5 busy, 8 congestion with Failure.
    """

    action_id: str = ""
    response: str
    channel: str = ""
    reason: int
    uniqueid: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hangup(OfChannel):
    """A channel is gone; `tech_cause` (a SIP code) exists from 20.17 and 22.7 on."""

    cause: int
    cause_txt: str = ""
    tech_cause: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HangupRequest(OfChannel):
    """Somebody asked a channel to end; the cause is told by some drivers only."""

    cause: int | None = None
    tech_cause: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DTMFBegin(OfChannel):
    """A key goes down; Received is what the callee sends."""

    digit: str
    direction: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DTMFEnd(OfChannel):
    """A key comes up."""

    digit: str
    direction: str
    duration_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEvent(Event):
    """An event of the dialplan's own, or of another manager's; who sent the latter has no channel.

    In `fields` the first of a repeated name wins: a comma in a SIP reason phrase appends fields.
    """

    name: str
    channel: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class BridgeEnter(OfChannel):
    """A channel joins a bridge."""

    bridge_uniqueid: str
    bridge_num_channels: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BridgeLeave(OfChannel):
    """A channel leaves a bridge."""

    bridge_uniqueid: str
    bridge_num_channels: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FullyBooted(Event):
    """Asterisk is up; told at each login too."""

    status: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shutdown(Event):
    """Asterisk is going down."""

    shutdown: str = ""
    restart: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reload(Event):
    """A module read its configuration anew, or tried to."""

    module: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDialplan(Item):
    """One line of the dialplan: a step, an include, a switch, an ignored pattern."""

    context: str
    extension: str = ""
    extension_label: str = ""
    priority: str = ""
    application: str = ""
    app_data: str = ""
    registrar: str = ""
    include_context: str = ""
    switch: str = ""
    ignore_pattern: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowDialPlanComplete(Complete):
    """The dialplan is listed."""

    list_extensions: int = 0
    list_priorities: int = 0
    list_contexts: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DBGetTreeResponse(Item):
    """One value of AstDB, its key as /family/key."""

    key: str
    val: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DBGetTreeComplete(Complete):
    """The family is listed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreShowChannel(Item):
    """One living channel; `duration` is HH:MM:SS."""

    channel: str
    uniqueid: str
    linkedid: str = ""
    channel_state: int
    channel_state_desc: str = ""
    context: str = ""
    exten: str = ""
    priority: str = ""
    application: str = ""
    application_data: str = ""
    account_code: str = ""
    caller_id_num: str = ""
    bridge_id: str = ""
    duration: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreShowChannelsComplete(Complete):
    """The channels are listed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointDetail(Item):
    """One PJSIP endpoint."""

    object_name: str
    outbound_proxy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AorDetail(Item):
    """One address of record of an endpoint; its contacts are aor/uri, with commas between."""

    object_name: str
    contacts: str = ""
    outbound_proxy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactStatusDetail(Item):
    """One place at which an endpoint is reached; its status: Reachable, Unreachable, NonQualified …."""

    uri: str
    status: str = ""
    outbound_proxy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointDetailComplete(Complete):
    """The endpoint is listed; what else it has (transport, authentication) is passed over here."""
