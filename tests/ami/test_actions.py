from collections.abc import Callable
from typing import Any

import pytest

from fastagi_server.ami import actions as a
from fastagi_server.ami.action import Action
from fastagi_server.telephony.errors import BadInputError

KINDS = [kind for kind in vars(a).values() if isinstance(kind, type) and issubclass(kind, Action)]
KINDS.remove(Action)
LISTS = {
    a.ShowDialPlan: "ShowDialPlanComplete",
    a.DBGetTree: "DBGetTreeComplete",
    a.CoreShowChannels: "CoreShowChannelsComplete",
    a.QueueStatus: "QueueStatusComplete",
    a.PJSIPShowEndpoint: "EndpointDetailComplete",
}


def test_an_originate_as_asterisk_reads_it() -> None:
    action = a.Originate(
        channel="PJSIP/525512345678@trunk",
        context="discador_mexico",
        channel_id="01hf7yat00recordedcall0001",
        caller_id="+525511112222",
        timeout_ms=30000,
        account="spring",
        variables=(
            ("DISCADOR_COUNTRY", "mexico"),
            ("CHANNEL(hangup_handler_push)", a.Escaped(r"discador_ended\,s\,1")),
        ),
    )
    assert action.encode("e-7") == (
        b"Action: Originate\r\n"
        b"ActionID: e-7\r\n"
        b"Channel: PJSIP/525512345678@trunk\r\n"
        b"Context: discador_mexico\r\n"
        b"Exten: s\r\n"
        b"Priority: 1\r\n"
        b"ChannelId: 01hf7yat00recordedcall0001\r\n"
        b"CallerID: +525511112222\r\n"
        b"Timeout: 30000\r\n"
        b"Account: spring\r\n"
        b"Async: true\r\n"
        b"EarlyMedia: false\r\n"
        b"Variable: DISCADOR_COUNTRY=mexico\r\n"
        b"Variable: CHANNEL(hangup_handler_push)=discador_ended\\,s\\,1\r\n"
        b"\r\n"
    )


def test_secrets_are_not_shown() -> None:
    login = a.Login(username="u", secret="hunter2")
    keyed = a.Login(username="u", auth_type="MD5", key="0123abcd")
    assert "hunter2" not in repr(login)
    assert "0123abcd" not in repr(keyed)
    assert b"Secret: hunter2\r\n" in login.encode("x")
    assert b"AuthType: MD5\r\nKey: 0123abcd\r\n" in keyed.encode("x")


@pytest.mark.parametrize("parts", [{}, {"secret": "a", "key": "b"}])
def test_a_login_has_a_secret_or_a_key(parts: dict[str, str]) -> None:
    with pytest.raises(BadInputError, match="either a secret or a key"):
        a.Login(username="u", **parts)


def test_a_secret_with_a_line_break_is_refused_without_being_told() -> None:
    with pytest.raises(BadInputError) as caught:
        a.Login(username="u", secret="hunter2\r\nAction: x").encode("x")
    assert "hunter2" not in str(caught.value)
    assert caught.value.details["field"] == "Login.secret"


@pytest.mark.parametrize("channel", ["", "/^PJSIP/", "/"])
def test_hangup_ends_one_channel_and_no_pattern_of_them(channel: str) -> None:
    with pytest.raises(BadInputError, match="one channel"):
        a.Hangup(channel=channel)


@pytest.mark.parametrize("name", ["Action", "actionid", "UserEvent"])
def test_a_user_event_does_not_overwrite_the_action(name: str) -> None:
    with pytest.raises(BadInputError):
        a.UserEvent(name="n", headers=((name, "x"),)).encode("x")


def test_which_actions_answer_with_a_list() -> None:
    assert {kind: kind.completion for kind in KINDS if kind.completion} == LISTS


def test_what_each_action_needs_is_what_asterisk_asked_of_one_user_for_each_class(
    permissions: dict[str, list[str]],
) -> None:
    for name, classes in permissions.items():
        assert getattr(a, name).needs == frozenset(classes) - {"none"}, name
    unasked = {kind.__name__ for kind in KINDS} - set(permissions)
    assert unasked == {"Challenge", "Login", "Logoff"}


def test_the_dialer_s_user_may_do_everything_but_send_user_events(transcript: Callable[[str], Any]) -> None:
    granted = {"originate", "call", "reporting", "system"}
    refused = {kind.action for kind in KINDS if kind.needs and not kind.needs & granted}
    assert refused == {"UserEvent"}
    assert transcript("narrow").server.count(b"Message: Permission denied") == 1


def test_what_the_recording_sent_is_what_is_sent_today(transcript: Callable[[str], Any]) -> None:
    """The bytes that a real Asterisk understood, action by action."""
    sent = transcript("astdb").client
    assert sent[3] == a.DBPut(
        family="discador", key="optout/+525512345678", val="9 at 10:30, two words"
    ).encode("rec-4")
    assert sent[7] == a.DBDel(family="discador", key="optout/+525512345678").encode("rec-8")
    sent = transcript("call").client
    assert sent[7] == a.Hangup(channel="01hf7yat00recordedcall0001", cause=16).encode("rec-8")
    assert sent[3] == a.CoreShowChannels().encode("rec-4")
