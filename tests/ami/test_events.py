"""What a real Asterisk 22 said, as types."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastagi_server.ami import events as e
from fastagi_server.ami.messages import Response
from fastagi_server.ami.reader import Reader

CALL = "01hf7yat00recordedcall0001"
SECOND = "01hf7yat00recordedcall000z"
NAME = "Local/digits@recorded_callee-00000000;1"
Kind = TypeVar("Kind")


def heard(data: bytes, kind: type[Kind]) -> list[Kind]:
    return [event for event in Reader().receive(data) if isinstance(event, kind)]


def test_nothing_that_asterisk_said_is_malformed(scene: str, transcript: Callable[[str], Any]) -> None:
    messages = Reader().receive(transcript(scene).server)
    assert len(messages) > 3
    assert [message for message in messages if isinstance(message, e.Malformed | e.UnknownEvent)] == []
    assert [message for message in messages if isinstance(message, Response) and not message.action_id] == []


def test_a_call_from_birth_to_end(transcript: Callable[[str], Any]) -> None:
    said = transcript("call").server
    told = {"channel": NAME, "uniqueid": CALL, "linkedid": CALL}

    born = heard(said, e.Newchannel)
    assert [event.uniqueid for event in born] == [CALL, SECOND]
    assert born[0] == e.Newchannel(**told, channel_state=0, channel_state_desc="Down")

    (begin,) = heard(said, e.DialBegin)
    assert begin == e.DialBegin(
        dest_channel=NAME, dest_uniqueid=CALL, dest_linkedid=CALL, dial_string="digits@recorded_callee/n"
    )
    (end,) = heard(said, e.DialEnd)
    assert (end.dial_status, end.dest_uniqueid, end.uniqueid) == ("ANSWER", CALL, "")

    (response,) = heard(said, e.OriginateResponse)
    assert response == e.OriginateResponse(
        action_id="rec-3", response="Success", channel=NAME, reason=4, uniqueid=CALL
    )

    up = [event for event in heard(said, e.Newstate) if event.uniqueid == CALL]
    assert up == [e.Newstate(**told, channel_state=6, channel_state_desc="Up")]

    assert heard(said, e.DTMFBegin)[0] == e.DTMFBegin(**told, digit="3", direction="Received")
    assert heard(said, e.DTMFEnd) == [
        e.DTMFEnd(**told, digit="3", direction="Received", duration_ms=120),
        e.DTMFEnd(**told, digit="9", direction="Received", duration_ms=200),
    ]

    (asked,) = heard(said, e.HangupRequest)
    assert (asked.uniqueid, asked.cause, asked.tech_cause) == (SECOND, 21, None)
    over = heard(said, e.Hangup)
    assert over[0] == e.Hangup(**told, cause=21, cause_txt="Call Rejected", tech_cause=None)


def test_what_the_dialplan_tells_and_what_a_hostile_reason_phrase_appends(
    transcript: Callable[[str], Any],
) -> None:
    plain, hostile = heard(transcript("call").server, e.UserEvent)
    assert (plain.name, plain.channel, plain.uniqueid, plain.linkedid) == ("Discador", NAME, CALL, CALL)
    assert plain.fields == {"Call": CALL, "Key": "3", "Note": "two words", "Foo": "two words", "Evil": ""}
    assert hostile.uniqueid == CALL
    assert hostile.fields["Call"] == CALL
    assert hostile.fields["Uniqueid"] == "stolen", "the sender's own field stays the sender's"


def test_another_manager_s_user_event_has_no_channel_whatever_it_says(
    transcript: Callable[[str], Any],
) -> None:
    plain, spoof = heard(transcript("user_event").server, e.UserEvent)
    assert plain.fields["Call"] == CALL, "the first of a repeated name"
    assert plain.fields["Cut"].encode("utf-8", "surrogateescape") == b"se\xc3"
    assert (spoof.name, spoof.channel, spoof.uniqueid) == ("Spoof", "", "")


def test_failed_originates(transcript: Callable[[str], Any]) -> None:
    told = [
        (event.action_id, event.reason)
        for event in heard(transcript("originate_failed").server, e.OriginateResponse)
    ]
    assert told == [("rec-3", 0), ("rec-4", 5), ("rec-6", 0)]
    (ring, _) = heard(transcript("bridge").server, e.OriginateResponse)
    assert (ring.response, ring.reason) == ("Failure", 3)


def test_the_sip_answer_of_a_refused_call(said_by: str, transcript: Callable[[str], Any]) -> None:
    """Asterisk 16 says it nowhere in its events: the hangup handler's UserEvent brings it."""
    not_found, busy_here = (404, 486) if said_by == "22" else (None, None)
    said = transcript("sip").server
    ours = {event.uniqueid: event for event in heard(said, e.Hangup)}
    missing, busy, answered = (ours[CALL[:-1] + last] for last in "341")
    assert (missing.cause, missing.tech_cause) == (1, not_found)
    assert (busy.cause, busy.cause_txt, busy.tech_cause) == (17, "User busy", busy_here)
    assert (answered.cause, answered.tech_cause) == (16, None), "a normal end has none"
    asked = {event.uniqueid: event for event in heard(said, e.HangupRequest)}
    asked_busy = asked[busy.uniqueid]
    assert (asked_busy.cause, asked_busy.tech_cause) == (17 if said_by == "22" else None, busy_here)


def test_bridges_and_dials_between_two_channels(transcript: Callable[[str], Any]) -> None:
    said = transcript("bridge").server
    enter, leave = heard(said, e.BridgeEnter), heard(said, e.BridgeLeave)
    assert sorted(event.bridge_num_channels for event in enter) == [1, 2]
    assert {event.bridge_uniqueid for event in enter} == {event.bridge_uniqueid for event in leave} != {""}
    dialing = [event for event in heard(said, e.DialBegin) if event.channel]
    assert dialing[0].linkedid == dialing[0].dest_linkedid == CALL
    assert "RINGING" in {event.dial_status for event in heard(said, e.DialState)}


def test_the_dialplan_as_it_is_listed(transcript: Callable[[str], Any]) -> None:
    lines = [
        line for line in heard(transcript("dialplan").server, e.ListDialplan) if line.action_id == "rec-3"
    ]
    assert lines[0] == e.ListDialplan(
        action_id="rec-3",
        context="recorded_menu",
        extension="3",
        priority="1",
        application="Goto",
        app_data="s,again",
        registrar="pbx_config",
    )
    by_extension = {(line.extension, line.priority): line for line in lines}
    assert by_extension["s", "3"].extension_label == "again"
    assert by_extension["s", "3"].app_data == 'agi://127.0.0.1/key?a=1&b=2,${CALL},"quoted, comma"'
    assert by_extension["9", "hint"].application == "Custom:nine"
    assert [line.include_context for line in lines if line.include_context] == ["recorded_callee"]
    assert [line.switch for line in lines if line.switch] == ["Loopback/recorded_caller"]
    assert [line.ignore_pattern for line in lines if line.ignore_pattern] == ["9"]
    end = heard(transcript("dialplan").server, e.ShowDialPlanComplete)[0]
    assert end == e.ShowDialPlanComplete(
        action_id="rec-3",
        event_list="Complete",
        list_items=11,
        list_extensions=5,
        list_priorities=8,
        list_contexts=1,
    )


def test_astdb_with_blanks_commas_and_half_a_letter(transcript: Callable[[str], Any]) -> None:
    values = heard(transcript("astdb").server, e.DBGetTreeResponse)
    assert [(value.key, value.val) for value in values[:2]] == [
        ("/discador/optout/+525512345678", "9 at 10:30, two words"),
        ("/discador/optout/+525512345679", "señor"),
    ]
    assert values[2].val.encode("utf-8", "surrogateescape") == b"cut \xc3"


def test_living_channels(transcript: Callable[[str], Any]) -> None:
    first, second = heard(transcript("call").server, e.CoreShowChannel)
    assert first.uniqueid == CALL
    assert (first.context, first.exten, first.priority) == ("recorded_caller", "s", "3")
    assert (first.application, first.application_data, first.duration) == ("Wait", "60", "00:00:00")
    assert (first.account_code, first.channel_state_desc) == ("campaign-1", "Up")
    assert second.linkedid == CALL


def test_asterisk_itself(transcript: Callable[[str], Any]) -> None:
    assert heard(transcript("login").server, e.FullyBooted) == [e.FullyBooted(status="Fully Booted")]
    assert heard(transcript("dialplan").server, e.Reload)[0] == e.Reload(module="pbx_config", status="0")


def test_a_user_who_may_not_read_system_hears_neither_boot_nor_reload(
    transcript: Callable[[str], Any],
) -> None:
    """Why: these events are of class `system`; the dialer's user reads call, dtmf and user."""
    said = transcript("narrow").server
    assert b"Message: Module Reloaded" in said
    assert heard(said, e.FullyBooted) == heard(said, e.Reload) == []
    for kind in (e.Newchannel, e.DialBegin, e.OriginateResponse, e.DTMFEnd, e.UserEvent, e.Hangup):
        assert heard(said, kind), kind
