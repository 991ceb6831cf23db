"""The conversations that record_ami.py records, one function each; SCENES finds them by their names."""

from __future__ import annotations

import socket
from collections.abc import Callable

from ami_wire import SECRET, Wire

from fastagi_server.ami import actions as a
from fastagi_server.ami.action import Action

CALL = "01hf7yat00recordedcall0001"
OTHER = "01hf7yat00recordedcall0002"


def record_login(wire: Wire) -> None:
    wire.login()
    for action in (a.Ping(), a.CoreSettings(), a.CoreStatus(), a.ListCommands(), a.Events(event_mask="call")):
        wire.send(action)
    wire.send(a.ModuleCheck(module="pbx_config"))
    wire.send(a.ModuleCheck(module="no_such_module"))
    wire.send(a.Filter(filter="!Event: VarSet"))
    wire.send(a.Logoff())


def record_login_refused(wire: Wire) -> None:
    wire.send(a.Ping())
    said = wire.send(a.Challenge())
    assert b"Challenge: " in said
    wire.send(a.Login(username="wide", auth_type="MD5", key="0" * 32))


def record_login_plain(wire: Wire) -> None:
    wire.send(a.Login(username="narrow", secret=SECRET))
    wire.send(a.ListCommands())
    wire.send(a.Logoff())


def record_dialplan(wire: Wire) -> None:
    wire.login()
    wire.send(a.ShowDialPlan(context="recorded_menu"))
    wire.send(a.ShowDialPlan(context="no_such_context"))
    wire.send(a.Reload(module="pbx_config"), until=b"Event: Reload")
    wire.send(a.Reload(module="no_such_module"))
    wire.send(a.ShowDialPlan(context="recorded_caller"))
    wire.send(a.ShowDialPlan())


def record_astdb(wire: Wire) -> None:
    wire.login()
    wire.send(a.DBGetTree(family="discador"))
    wire.send(a.DBPut(family="discador", key="optout/+525512345678", val="9 at 10:30, two words"))
    wire.send(a.DBPut(family="discador", key="optout/+525512345679", val="se\u00f1or"))
    wire.send(a.DBPut(family="discador", key="raw", val=b"cut \xc3".decode("utf-8", "surrogateescape")))
    wire.send(a.DBGetTree(family="discador"))
    wire.send(a.DBDel(family="discador", key="optout/+525512345678"))
    wire.send(a.DBDel(family="discador", key="optout/+525512345678"))
    wire.send(a.DBGetTree(family="discador", key="optout"))
    wire.send(a.DBGetTree(family="nothing"))


def record_call(wire: Wire) -> None:
    wire.login()
    call = a.Originate(
        channel="Local/digits@recorded_callee/n",
        context="recorded_caller",
        channel_id=CALL,
        other_channel_id=CALL[:-1] + "z",
        caller_id="+525511112222",
        timeout_ms=5000,
        account="campaign-1",
        variables=(
            ("FOO", "two words"),
            ("__INHERITED", "1"),
            ("CHANNEL(language)", "es"),
            ("CHANNEL(hangup_handler_push)", a.Escaped(r"recorded_caller\,hostile\,1")),
        ),
    )
    wire.send(call, until=rb"Event: OriginateResponse")
    wire.send(a.CoreShowChannels())
    wire.send(a.Getvar(channel=CALL, variable="FOO"))
    wire.send(a.Setvar(channel=CALL, variable="BAR", value="a,b"))
    wire.send(a.Getvar(channel=CALL, variable="BAR"))
    wire.until(rb"Event: DTMFEnd.*?Digit: 9.*?Event: DTMFEnd.*?Digit: 9.*?\r\n\r\n")
    wire.send(a.Hangup(channel=CALL, cause=16), until=rb"Event: Hangup\r\n.*?Uniqueid: " + CALL.encode())
    wire.until(rb"Event: Hangup\r\n.*?Uniqueid: " + CALL[:-1].encode() + rb"z.*?\r\n\r\n")
    wire.send(a.Hangup(channel=CALL))
    wire.send(a.CoreShowChannels())


def record_variables(wire: Wire) -> None:
    """What Asterisk makes of a comma, a quote and a backslash in a variable: why our encoder refuses them."""
    wire.login()
    head = a.Originate(channel="Local/digits@recorded_callee/n", context="recorded_caller", channel_id=CALL)
    lines = (
        b'Variable: FOO=a,EVIL=b\r\nVariable: QUOTED="x"\r\nVariable: SLASH=a\\b\r\nVariable: PAREN=(a,b)\r\n'
    )
    data = head.encode("rec-v1")[:-2] + lines + b"\r\n"
    wire.send_raw(data, "rec-v1", until=rb"Event: OriginateResponse")
    for name in ("FOO", "EVIL", "QUOTED", "SLASH", "PAREN"):
        wire.send(a.Getvar(channel=CALL, variable=name))
    wire.send(a.Hangup(channel=CALL), until=rb"Event: Hangup\r\n.*?Uniqueid: " + CALL.encode())
    escaped = (("ESCAPED", a.Escaped(r"a\,b\,1")), ("PLAIN", "se\u00f1or (1) $ & ; = x"))
    again = a.Originate(
        channel="Local/digits@recorded_callee/n",
        context="recorded_caller",
        channel_id=OTHER,
        variables=escaped,
    )
    wire.send(again, until=rb"Event: OriginateResponse")
    for name in ("ESCAPED", "PLAIN"):
        wire.send(a.Getvar(channel=OTHER, variable=name))
    wire.send(a.Hangup(channel=OTHER), until=rb"Event: Hangup\r\n.*?Uniqueid: " + OTHER.encode())


def record_bridge(wire: Wire) -> None:
    wire.login()
    for name in ("DeviceStateChange", "NewConnectedLine"):
        wire.send(a.Filter(filter="", match_criteria=f"action(exclude),name({name})"))
    wire.send(
        a.Originate(
            channel="Local/ring@recorded_callee/n",
            context="recorded_caller",
            exten="bridge",
            channel_id=OTHER,
            timeout_ms=300,
        ),
        until=rb"Event: OriginateResponse",
    )
    hung = rb"Event: BridgeLeave.*Event: DialEnd|Event: BridgeLeave.*?Event: Hangup\r\n.*?Event: Hangup\r\n"
    wire.send(
        a.Originate(channel="Local/bridge@recorded_caller/n", context="recorded_caller", channel_id=CALL),
        until=hung,
    )


def record_originate_failed(wire: Wire) -> None:
    wire.login()
    failed = rb"Event: OriginateResponse"
    there = {"context": "recorded_caller", "channel_id": CALL}
    wire.send(a.Originate(channel="Local/nowhere@recorded_callee", **there), until=failed)
    wire.send(a.Originate(channel="Local/busy@recorded_callee/n", **there), until=failed)
    wire.send(a.Originate(channel="Local/nowhere@recorded_callee", async_=False, **there))
    wire.send(a.Originate(channel="NoSuchTech/1", **there))
    wire.send(a.Originate(channel="Local/ring@recorded_callee", context="no_such_context"))


def record_sip(wire: Wire) -> None:
    """Asterisk calls itself over SIP and refuses: 404 and 486 come as TechCause. Then it answers."""
    wire.login()
    contact = "sip:%s@127.0.0.1:" + str(wire.sip)
    there = {"context": "recorded_caller", "timeout_ms": 5000}
    for number, exten in enumerate(("nowhere", "busy")):
        channel = "PJSIP/itself/" + contact % exten
        call = f"{CALL[:-1]}{number + 3}"
        hung = rb"Event: Hangup\r\n(?:[^\r]+\r\n)*?Uniqueid: " + call.encode() + rb"\r\n.*?\r\n\r\n"
        since = len(wire.heard)
        wire.send(a.Originate(channel=channel, channel_id=call, **there), until=rb"Event: OriginateResponse")
        wire.until(hung, since)
    channel = "PJSIP/itself/" + contact % "hang"
    variables = (("PJSIP_HEADER(add,X-Discador-Call)", CALL),)
    answered = a.Originate(channel=channel, channel_id=CALL, variables=variables, **there)
    hung = rb"Event: Hangup\r\n(?:[^\r]+\r\n)*?Uniqueid: " + CALL.encode()
    wire.send(answered, until=rb"Event: OriginateResponse.*" + hung)


def record_user_event(wire: Wire) -> None:
    wire.login()
    cut = b"se\xc3".decode("utf-8", "surrogateescape")
    headers = (("Call", CALL), ("Note", "two words"), ("Call", "second"), ("Cut", cut), ("Empty", ""))
    wire.send(a.UserEvent(name="Discador", headers=headers), until=rb"Event: UserEvent")
    spoof = (("Uniqueid", CALL), ("Channel", "PJSIP/spoofed"))
    wire.send(a.UserEvent(name="Spoof", headers=spoof), until=rb"Event: UserEvent")


def record_errors(wire: Wire) -> None:
    wire.login()
    wire.send_raw(b"Action: NoSuchAction\r\nActionID: rec-e1\r\n\r\n", "rec-e1")
    wire.send_raw(b"ActionID: rec-e2\r\n\r\n", "rec-e2")
    wire.send_raw(b"Action: Command\r\nActionID: rec-e3\r\nCommand: core show version\r\n\r\n", "rec-e3")
    wire.send_raw(b"Action: Command\r\nActionID: rec-e4\r\nCommand: database show\r\n\r\n", "rec-e4")
    wire.send_raw(b"Action: Command\r\nActionID: rec-e5\r\nCommand: no such command\r\n\r\n", "rec-e5")
    wire.send(a.QueueStatus())


def record_limits(wire: Wire) -> None:
    """The longest line that we allow, whole and cut before its last byte; and 128 headers."""
    wire.login()
    room = 1023 - len("Val: \r\n")
    wire.send(a.DBPut(family="discador", key="long", val="x" * room))
    data = a.DBPut(family="discador", key="cut", val="y" * room).encode("rec-cut")
    wire.keep()
    wire.lines.append({"client": data.decode("latin-1")})
    for byte in data:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.socket.sendall(bytes([byte]))
    wire.until(rb"ActionID: rec-cut\r\n.*?\r\n\r\n")
    wire.send(a.DBGetTree(family="discador", key="long"))
    wire.send(a.DBGetTree(family="discador", key="cut"))
    many = tuple((f"H{n}", str(n)) for n in range(125))
    wire.send(a.UserEvent(name="Many", headers=many), until=rb"Event: UserEvent")


SAMPLES: tuple[Action, ...] = (
    a.Ping(),
    a.Events(event_mask="off"),
    a.ListCommands(),
    a.Filter(filter="!Event: VarSet"),
    a.Originate(channel="Local/nowhere@recorded_callee", context="recorded_caller"),
    a.Hangup(channel="none"),
    a.Reload(module="pbx_config"),
    a.ShowDialPlan(context="recorded_menu"),
    a.GetConfig(filename="extensions.conf"),
    a.DBGetTree(family="nothing"),
    a.DBPut(family="discador", key="permission", val="1"),
    a.DBDel(family="discador", key="permission"),
    a.CoreShowChannels(),
    a.CoreSettings(),
    a.CoreStatus(),
    a.Getvar(variable="FOO"),
    a.Setvar(variable="FOO", value="1"),
    a.QueueStatus(),
    a.ModuleCheck(module="pbx_config"),
    a.GetConfig(filename="extensions.conf", category="general"),
    a.PJSIPShowEndpoint(endpoint="nobody"),
    a.UserEvent(name="Permission"),
)


def record_narrow(wire: Wire) -> None:
    """Every action of ours by the user that the house gives to the dialer; all of its events."""
    wire.login(user="narrow")
    for action in SAMPLES:
        wire.send(action)
    wire.send(a.Events(event_mask="on"))
    wire.send(
        a.Originate(
            channel="Local/digits@recorded_callee/n",
            context="recorded_caller",
            channel_id=CALL,
            timeout_ms=5000,
        ),
        until=rb"Event: OriginateResponse.*?Event: DTMFEnd.*?Digit: 9",
    )
    wire.send(a.Hangup(channel=CALL), until=rb"Event: Hangup\r\n")


SCENES: dict[str, Callable[[Wire], None]] = {
    name.removeprefix("record_"): scene
    for name, scene in list(globals().items())
    if name.startswith("record_")
}
