from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fastagi_server.ami.exchange import Exchange
from fastagi_server.asterisk.translate import LONGEST_PRESS, Translator, readable
from fastagi_server.telephony import facts
from fastagi_server.telephony.amd import Amd, Verdict
from fastagi_server.telephony.call_id import CallId, mint
from fastagi_server.telephony.keys import Meaning, Press

AT = 1000.0


class Told:
    """What the translator makes of Asterisk's own bytes, one event after the other."""

    def __init__(self, call: CallId, said: Callable[..., bytes]) -> None:
        self.call = call
        self.said = said
        self.translator = Translator()
        self.exchange = Exchange(prefix="t")
        self.exchange.receive(b"Asterisk Call Manager/11.0.0\r\n")

    def __call__(
        self, event: str, *lines: str, at: float = AT, uniqueid: str | None = None
    ) -> list[facts.Fact]:
        whose = self.call if uniqueid is None else uniqueid
        raw = self.said(f"Event: {event}", "Channel: PJSIP/carrier-1", f"Uniqueid: {whose}", *lines)
        return [fact for each in self.exchange.receive(raw) for fact in self.translator.facts(each, at)]

    def user(self, *fields: str) -> list[facts.Fact]:
        return self("UserEvent", "UserEvent: Discador", *fields)

    def key(self, edge: str, digit: str, at: float, *, direction: str = "Received") -> list[facts.Fact]:
        lines = [f"Digit: {digit}", f"Direction: {direction}"]
        if edge == "End":
            lines.append("DurationMs: 120")
        return self(f"DTMF{edge}", *lines, at=at)


@pytest.fixture
def told(call: CallId, said: Callable[..., bytes]) -> Told:
    return Told(call, said)


ONE_EACH = [
    ("Newchannel", ("ChannelState: 0", "ChannelStateDesc: Down"), facts.Dialed, {}),
    ("Newstate", ("ChannelState: 5", "ChannelStateDesc: Ringing"), facts.Ringing, {}),
    ("Newstate", ("ChannelState: 6", "ChannelStateDesc: Up"), facts.Answered, {}),
    ("HangupRequest", (), facts.CalleeLeft, {}),
    ("HangupRequest", ("Cause: 21", "TechCause: 403"), facts.CalleeLeft, {}),
    ("Hangup", ("Cause: 21", "TechCause: 403"), facts.Ended, {"cause": 21, "sip_code": 403}),
    ("Hangup", ("Cause: 16", "Cause-txt: Normal Clearing"), facts.Ended, {"cause": 16, "sip_code": 0}),
]


@pytest.mark.parametrize(("event", "lines", "kind", "says"), ONE_EACH)
def test_each_event_is_a_fact(
    told: Told, event: str, lines: tuple[str, ...], kind: type[facts.Fact], says: dict[str, Any]
) -> None:
    assert told(event, *lines) == [kind(call=told.call, at=AT, **says)]


@pytest.mark.parametrize("state", ["0", "1", "3", "4", "7", "99"])
def test_other_states_say_nothing(told: Told, state: str) -> None:
    assert told("Newstate", f"ChannelState: {state}", "ChannelStateDesc: x") == []


@pytest.mark.parametrize(
    "uniqueid",
    ["1764000000.17", "", "01hf7yat00recordedcall0001;2", "l" * 26, "01HF7YAT00RECORDEDCALL0001"],
)
@pytest.mark.parametrize(("event", "lines"), [each[:2] for each in ONE_EACH])
def test_strangers_channels_say_nothing(
    told: Told, event: str, lines: tuple[str, ...], uniqueid: str
) -> None:
    assert told(event, *lines, uniqueid=uniqueid) == []


@pytest.mark.parametrize("event", ["DialEnd", "BridgeEnter", "FullyBooted", "OriginateResponse", "Nonsense"])
def test_events_that_say_nothing_of_a_call_by_themselves(told: Told, event: str) -> None:
    lines = (
        "DestChannel: d",
        "DestUniqueid: d",
        "DialStatus: BUSY",
        "BridgeUniqueid: b",
        "BridgeNumChannels: 2",
    )

    assert told(event, *lines) == []


# The end


@pytest.mark.parametrize("tech", ["603 Network Blocked", "x", "-"])
def test_a_sip_code_that_cannot_be_read_leaves_the_end_and_its_cause(told: Told, tech: str) -> None:
    assert told("Hangup", "Cause: 21", f"TechCause: {tech}") == [facts.Ended(call=told.call, at=AT, cause=21)]


@pytest.mark.parametrize("lines", [(), ("Cause: none",), ("Cause: ",)])
def test_an_end_that_cannot_be_read_is_an_end_all_the_same(told: Told, lines: tuple[str, ...]) -> None:
    told.key("Begin", "1", AT)

    assert told("Hangup", *lines) == [facts.Ended(call=told.call, at=AT, cause=0)]
    assert told.translator._down == {}


def test_other_unreadable_events_say_nothing(told: Told) -> None:
    assert told("DTMFEnd", "Digit: 1", "Direction: Received", "DurationMs: long") == []
    assert told("Hangup", "Cause: none", uniqueid="1764000000.17") == []


# Keys


def heard(told: Told, *, digit: str = "1", begun: float | None, ended: float) -> list[facts.Fact]:
    press = Press(digit=digit, begun_at=begun, ended_at=ended, duration_ms=120)
    return [facts.DigitHeard(call=told.call, at=ended, press=press)]


def test_a_key_goes_down_and_comes_up(told: Told) -> None:
    assert told.key("Begin", "1", AT) == []

    assert told.key("End", "1", AT + 0.12) == heard(told, begun=AT, ended=AT + 0.12)
    assert told.translator._down == {}


def test_a_key_that_comes_up_only(told: Told) -> None:
    assert told.key("End", "1", AT) == heard(told, begun=None, ended=AT)


def test_a_key_is_not_begun_by_another(told: Told) -> None:
    told.key("Begin", "9", AT)

    assert told.key("End", "1", AT + 1) == heard(told, begun=None, ended=AT + 1)


def test_a_press_has_one_beginning(told: Told) -> None:
    told.key("Begin", "1", AT)
    told.key("End", "1", AT + 1)

    assert told.key("End", "1", AT + 2) == heard(told, begun=None, ended=AT + 2)


def test_what_we_send_is_no_press(told: Told) -> None:
    assert told.key("Begin", "1", AT, direction="Sent") == []
    assert told.key("End", "1", AT, direction="Sent") == []
    assert told.translator._down == {}


def test_two_calls_press_at_once(told: Told, other_call: CallId) -> None:
    told.key("Begin", "1", AT)
    mine, told.call = told.call, other_call
    told.key("Begin", "1", AT + 1)
    assert told.key("End", "1", AT + 2) == heard(told, begun=AT + 1, ended=AT + 2)
    told.call = mine

    assert told.key("End", "1", AT + 3) == heard(told, begun=AT, ended=AT + 3)


def test_keys_that_never_come_up_do_not_fill_the_memory(told: Told) -> None:
    for number in range(500):
        told.call = mint(float(number), b"0123456789")
        told.key("Begin", "1", AT + number)

    assert len(told.translator._down) <= LONGEST_PRESS + 1


def test_who_presses_again_is_remembered_from_then(told: Told, call: CallId, other_call: CallId) -> None:
    third = mint(3.0, b"0123456789")
    for told.call, at in ((call, AT), (other_call, AT + 1), (call, AT + 50), (third, AT + 70)):
        told.key("Begin", "1", at)

    assert set(told.translator._down) == {call, third}


def test_a_clock_set_back_or_forward_forgets_no_key_that_is_down(told: Told) -> None:
    for now in (AT, AT - 3600, AT + 3600):
        told.key("Begin", "1", now)
        assert told.key("End", "1", now) == heard(told, begun=now, ended=now)


# What our dialplan tells


@pytest.mark.parametrize(
    ("fields", "kind", "says"),
    [
        (
            ("Fact: amd", "Status: HUMAN", "Cause: HUMAN-801-800"),
            facts.AmdDecided,
            {"amd": Amd(Verdict.HUMAN, "HUMAN-801-800")},
        ),
        (("Fact: amd", "Status: ", "Cause: "), facts.AmdDecided, {"amd": Amd(Verdict.NONE, "")}),
        (("Fact: amd",), facts.AmdDecided, {"amd": Amd(Verdict.NONE, "")}),
        (
            ("Fact: key", "Digit: 3", "Meaning: connect"),
            facts.KeyDecided,
            {"digit": "3", "meaning": Meaning.CONNECT},
        ),
        (("Fact: optout", "Digit: 9"), facts.OptOutAsked, {"digit": "9"}),
        (("Fact: connecting", "Digit: 3"), facts.Connecting, {}),
        (
            ("Fact: ended", "Tech: SIP 603 Network Blocked"),
            facts.SipTold,
            {"sip_code": 603, "sip_reason": "Network Blocked"},
        ),
        (("Fact: ended", "Tech: SIP 487"), facts.SipTold, {"sip_code": 487, "sip_reason": ""}),
    ],
)
def test_each_word_of_the_dialplan_is_a_fact(
    told: Told, fields: tuple[str, ...], kind: type[facts.Fact], says: dict[str, Any]
) -> None:
    assert told.user(*fields) == [kind(call=told.call, at=AT, **says)]


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Fact: ",),
        ("Fact: AMD",),
        ("Fact: bankruptcy",),
        ("fact: amd",),
        ("Fact: key", "Digit: 1"),
        ("Fact: key", "Digit: 1", "Meaning: sell"),
        ("Fact: ended",),
        ("Fact: ended", "Tech: 603"),
        ("Fact: ended", "Tech: IAX 603 x"),
    ],
)
def test_words_that_it_never_says_say_nothing(told: Told, fields: tuple[str, ...]) -> None:
    assert told.user(*fields) == []


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        # A comma in a carrier's reason phrase appends fields: the first of each name is the dialplan's own.
        (("Fact: ended", "Tech: SIP 603 x", "Fact: optout", "Digit: 9"), [facts.SipTold]),
        (("Fact: key", "Digit: 1", "Meaning: invalid", "Meaning: connect"), [facts.KeyDecided]),
        # A field that is called like a header of Asterisk's own does not make it another call's event.
        (("Fact: optout", "Digit: 9", "Uniqueid: 01hf7yat00recordedca110001"), [facts.OptOutAsked]),
        (("Fact: optout", "Digit: 9", "Event: Hangup", "Cause: 16"), [facts.OptOutAsked]),
    ],
)
def test_hostile_fields_change_nothing(
    told: Told, fields: tuple[str, ...], kinds: list[type[facts.Fact]]
) -> None:
    got = told.user(*fields)

    assert [type(fact) for fact in got] == kinds
    assert {fact.call for fact in got} == {told.call}
    if isinstance(got[0], facts.KeyDecided):
        assert got[0].meaning is Meaning.INVALID


def test_bytes_that_are_no_text_become_text_that_every_store_and_log_takes(told: Told) -> None:
    (amd,) = told.user("Fact: amd", "Status: HUMAN", "Cause: Jos\udce9")
    (key,) = told.user("Fact: optout", "Digit: \udcff")

    assert amd == facts.AmdDecided(call=told.call, at=AT, amd=Amd(Verdict.HUMAN, r"Jos\xe9"))
    assert key == facts.OptOutAsked(call=told.call, at=AT, digit=r"\xff")


def test_other_peoples_user_events_say_nothing(told: Told) -> None:
    assert told("UserEvent", "UserEvent: Queue", "Fact: optout", "Digit: 9") == []


def test_a_user_event_of_another_manager_has_no_channel(told: Told) -> None:
    raw = told.said(
        "Event: UserEvent", "UserEvent: Discador", f"Uniqueid: {told.call}", "Fact: optout", "Digit: 9"
    )

    assert [fact for each in told.exchange.receive(raw) for fact in told.translator.facts(each, AT)] == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SIP 603 Declin\u00e9 \u65e5", "SIP 603 Declin\u00e9 \u65e5"),
        ("Jos\udce9", r"Jos\xe9"),
        ("a\x1b[2Jb\0\x7f\x9b", r"a\x1b[2Jb\x00\x7f\x9b"),
        ("a\nb\u2028", r"a\nb\u2028"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
    ],
)
def test_what_a_terminal_obeys_and_what_no_store_takes_become_escapes(text: str, plain: str) -> None:
    assert readable(text) == plain
