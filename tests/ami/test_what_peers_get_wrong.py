"""What other AMI libraries get wrong, each tried on our core: the AMI rows of our table, one test a row."""

from typing import Any

import pytest

from fastagi_server.ami import actions as a
from fastagi_server.ami import events as e
from fastagi_server.ami.errors import LinkLostError
from fastagi_server.ami.exchange import Answered, Exchange
from fastagi_server.telephony.errors import BadInputError

HELLO = b"Asterisk Call Manager/11.0.0\r\n"
INJECTED = "x\r\nAction: Originate\r\nChannel: PJSIP/evil"


def link() -> Exchange:
    exchange = Exchange(prefix="p")
    exchange.receive(HELLO)
    return exchange


def originate(**parts: Any) -> a.Originate:
    return a.Originate(**{"channel": "PJSIP/1@t", "context": "c"} | parts)


@pytest.mark.parametrize(
    "make",
    [
        lambda: originate(channel=INJECTED),
        lambda: originate(context=INJECTED),
        lambda: originate(exten=INJECTED),
        lambda: originate(priority=INJECTED),
        lambda: originate(channel_id=INJECTED),
        lambda: originate(caller_id=INJECTED),
        lambda: originate(account=INJECTED),
        lambda: originate(variables=((INJECTED, "x"),)),
        lambda: originate(variables=(("X", INJECTED),)),
        lambda: a.Hangup(channel=INJECTED),
        lambda: a.DBPut(family="f", key="k", val=INJECTED),
        lambda: a.UserEvent(name="n", headers=((INJECTED, "x"),)),
        lambda: a.UserEvent(name="n", headers=(("X", INJECTED),)),
        lambda: a.Login(username=INJECTED, secret="s"),
    ],
)
def test_cr_lf_in_a_header_injects_an_action_in_all_four(make: Any) -> None:
    exchange = link()
    with pytest.raises(BadInputError):
        exchange.request(make())
    assert exchange.pending == ()


def test_a_comma_in_a_variable_sets_another_variable_without_any_line_break() -> None:
    with pytest.raises(BadInputError, match="comma"):
        link().request(originate(variables=(("FOO", "a,CALLERID(name)=Evil"),)))


@pytest.mark.parametrize("byte", [b"\xc3", b"\xff", b"\x80", b"\x00", b"\xed\xa0\x80"])
def test_a_byte_that_is_no_utf8_drops_the_link_or_loses_the_event(byte: bytes) -> None:
    head = b"Event: Hangup\r\nChannel: PJSIP/se" + byte + b"\r\nUniqueid: u\r\nLinkedid: u\r\nCause: 16\r\n"
    first, second = link().receive((head + b"Cause-txt: " + byte + b"\r\n\r\n") * 2)
    assert isinstance(first, e.Hangup)
    assert first == second
    assert first.channel.encode("utf-8", "surrogateescape") == b"PJSIP/se" + byte


def test_responses_out_of_order_are_swapped() -> None:
    exchange = link()
    one, two = exchange.request(a.Getvar(variable="ONE"))[0], exchange.request(a.Getvar(variable="TWO"))[0]
    told = exchange.receive(
        f"Response: Success\r\nActionID: {two}\r\nValue: second\r\n\r\n"
        f"Response: Success\r\nActionID: {one}\r\nValue: first\r\n\r\n".encode()
    )
    got = {m.action.variable: m.response.headers.get("Value") for m in told if isinstance(m, Answered)}  # type: ignore[attr-defined]
    assert got == {"ONE": "first", "TWO": "second"}


def test_a_link_lost_with_actions_pending_sends_them_again_and_dials_twice() -> None:
    exchange = link()
    action_id, data = exchange.request(originate(channel_id="call-0001"))
    assert data.count(b"Action: Originate") == 1
    assert exchange.lost() == [action_id], "unknown, told once"
    assert exchange.lost() == []
    with pytest.raises(LinkLostError):
        exchange.request(originate(channel_id="call-0001"))
    again = Exchange(prefix="q")
    assert again.pending == ()
    assert again.request(a.Ping())[1] == b"Action: Ping\r\nActionID: q-1\r\n\r\n", (
        "and no Originate before it"
    )


def test_the_core_gives_bytes_to_send_in_one_place_only() -> None:
    """Nothing that is received, expired or lost can make the core speak."""
    exchange = link()
    action_id, _ = exchange.request(originate())
    for told in (
        exchange.receive(f"Response: Error\r\nActionID: {action_id}\r\n\r\n".encode()),
        exchange.expire([action_id]),
        exchange.lost(),
    ):
        assert not any(isinstance(item, bytes) for item in told)


def test_a_repeated_header_is_kept() -> None:
    exchange = link()
    exchange.request(a.CoreStatus())
    (answer,) = exchange.receive(
        b"Response: Success\r\nActionID: p-1\r\nChanVariable: a=1\r\nChanVariable: b=2\r\n\r\n"
    )
    assert isinstance(answer, Answered)
    assert answer.response.headers.all("ChanVariable") == ("a=1", "b=2")


def test_command_s_output_old_and_new() -> None:
    exchange = link()
    exchange.request(a.Ping())
    exchange.request(a.Ping())
    told = exchange.receive(
        b"Response: Success\r\nActionID: p-1\r\nOutput: one\r\nOutput: two\r\n\r\n"
        b"Response: Follows\r\nPrivilege: Command\r\nActionID: p-2\r\none\ntwo\n--END COMMAND--\r\n\r\n"
    )
    assert [m.response.output for m in told if isinstance(m, Answered)] == [("one", "two")] * 2
