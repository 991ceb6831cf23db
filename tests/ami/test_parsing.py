import dataclasses

import pytest

from fastagi_server.ami import events as e
from fastagi_server.ami.parsing import LISTED, TYPES, WANTED, header_of, parser_of

END = b"Event: DTMFEnd\r\nPrivilege: dtmf,all\r\nChannel: c\r\nUniqueid: u\r\nLinkedid: l\r\nDigit: 9\r\n"


def test_every_type_is_found_by_asterisk_s_name() -> None:
    assert TYPES["DTMFEnd"] is e.DTMFEnd
    assert "Malformed" not in WANTED
    assert "UnknownEvent" not in WANTED
    assert "OfChannel" not in WANTED
    assert LISTED < WANTED
    assert {"ListDialplan", "DBGetTreeComplete"} < LISTED


@pytest.mark.parametrize(
    ("field", "header"),
    [
        ("duration_ms", "DurationMs"),
        ("uniqueid", "Uniqueid"),
        ("action_id", "ActionID"),
        ("cause_txt", "Cause-txt"),
    ],
)
def test_a_field_s_header(field: str, header: str) -> None:
    assert header_of(field) == header


def test_a_parser_is_made_once() -> None:
    assert parser_of("Hangup") is parser_of("Hangup")


def test_the_order_of_headers_does_not_matter() -> None:
    one = parser_of("DTMFEnd")(END + b"DurationMs: 120\r\nDirection: Received")
    other = parser_of("DTMFEnd")(
        b"Event: DTMFEnd\r\nDirection: Received\r\nDurationMs: 120\r\nDigit: 9\r\n"
        b"Linkedid: l\r\nUniqueid: u\r\nChannel: c"
    )
    assert one == other
    assert isinstance(one, e.DTMFEnd)
    assert one.duration_ms == 120


def test_a_name_that_only_ends_alike_is_another_header() -> None:
    event = parser_of("DialEnd")(
        b"Event: DialEnd\r\nDestChannel: d\r\nDestUniqueid: du\r\nDestLinkedid: dl\r\nDialStatus: BUSY"
    )
    assert event == e.DialEnd(dest_channel="d", dest_uniqueid="du", dest_linkedid="dl", dial_status="BUSY")


def test_a_header_inside_a_value_is_no_header() -> None:
    event = parser_of("DTMFEnd")(
        b"Event: DTMFEnd\r\nX: Digit: 1\r\n" + END[16:] + b"DurationMs: 1\r\nDirection: R"
    )
    assert isinstance(event, e.DTMFEnd)
    assert event.digit == "9"


@pytest.mark.parametrize("text", ["", "x", "12x", "1.5", "0x10", "--1"])
def test_a_malformed_number_is_told_and_named(text: str) -> None:
    event = parser_of("DTMFEnd")(END + b"DurationMs: " + text.encode() + b"\r\nDirection: Received")
    assert event == e.Malformed(event="DTMFEnd", field="DurationMs", value=text, uniqueid="u")


def test_a_missing_header_that_must_be_there_is_told() -> None:
    event = parser_of("DTMFEnd")(END + b"Direction: Received")
    assert event == e.Malformed(event="DTMFEnd", field="DurationMs", value="(not there)", uniqueid="u")


@pytest.mark.parametrize(("text", "number"), [("120", 120), (" 120 ", 120), ("-1", -1), ("007", 7)])
def test_numbers_are_taken_tolerantly(text: str, number: int) -> None:
    event = parser_of("DTMFEnd")(END + b"DurationMs: " + text.encode() + b"\r\nDirection: Received")
    assert isinstance(event, e.DTMFEnd)
    assert event.duration_ms == number


HANGUP = b"Event: Hangup\r\nChannel: c\r\nUniqueid: u\r\nLinkedid: l\r\nCause: 21\r\nCause-txt: Call Rejected"


@pytest.mark.parametrize(
    ("more", "code"), [(b"", None), (b"\r\nTechCause: ", None), (b"\r\nTechCause: 603", 603)]
)
def test_the_tech_cause_is_absent_on_asterisk_16(more: bytes, code: int | None) -> None:
    event = parser_of("Hangup")(HANGUP + more)
    assert isinstance(event, e.Hangup)
    assert (event.cause, event.tech_cause) == (21, code)


def test_a_malformed_item_keeps_its_action_id() -> None:
    event = parser_of("QueueEntry")(
        b"Event: QueueEntry\r\nQueue: q\r\nPosition: x\r\nChannel: c\r\nActionID: p-3"
    )
    assert event == e.Malformed(event="QueueEntry", field="Position", value="x", action_id="p-3")


def test_a_user_event_without_its_name_is_malformed() -> None:
    assert isinstance(parser_of("UserEvent")(b"Event: UserEvent\r\nUniqueid: u"), e.Malformed)


def test_a_user_event_s_fields_cannot_be_changed() -> None:
    event = parser_of("UserEvent")(b"Event: UserEvent\r\nUserEvent: n\r\nA: 1\r\nA: 2")
    assert isinstance(event, e.UserEvent)
    assert dict(event.fields) == {"A": "1"}
    with pytest.raises(TypeError):
        event.fields["A"] = "2"  # type: ignore[index]


def test_a_wanted_event_without_a_type_is_unknown_and_whole() -> None:
    event = parser_of("PeerStatus")(b"Event: PeerStatus\r\nPeer: a\r\nPeer: b")
    assert isinstance(event, e.UnknownEvent)
    assert (event.name, event.headers.all("Peer")) == ("PeerStatus", ("a", "b"))


def test_every_field_of_every_type_is_filled_from_its_header() -> None:
    for name, kind in TYPES.items():
        if kind is e.UserEvent:
            continue
        specs = dataclasses.fields(kind)
        raw = f"Event: {name}" + "".join(
            f"\r\n{header_of(spec.name)}: {number}" for number, spec in enumerate(specs, 100)
        )
        event = parser_of(name)(raw.encode())
        assert type(event) is kind
        assert [int(getattr(event, spec.name)) for spec in specs] == list(range(100, 100 + len(specs)))


@pytest.mark.parametrize("text", ["x", "603 Network Blocked", "", "--1"])
def test_what_may_be_missing_may_be_unreadable_and_the_rest_stands(text: str) -> None:
    event = parser_of("Hangup")(
        b"Event: Hangup\r\nChannel: c\r\nUniqueid: u\r\nCause: 21\r\nTechCause: " + text.encode()
    )

    assert event == e.Hangup(channel="c", uniqueid="u", cause=21, tech_cause=None)
