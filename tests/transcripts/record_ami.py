"""Records what a real Asterisk says on its manager link: `record_ami.py CHROOT` writes ami/*.jsonl anew.

Run by hand as root, never by pytest. It boots an Asterisk of its own from the chroot, in directories of its
own and on a free port of 127.0.0.1, and takes both away. One file a conversation, one line a message:
{"client": text} is what our encoder sent, {"server": text} what came; a text is bytes read as Latin-1, so
that every byte survives.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fastagi_server.ami import actions as a
from fastagi_server.ami.action import Action
from fastagi_server.ami.login import md5_key

OUT = Path(__file__).parent / "ami"
HOME = "try-record-ami"
SECRET = "not-a-secret"
CALL = "01hf7yat00recordedcall0001"
OTHER = "01hf7yat00recordedcall0002"
PJSIP = """
[transport]
type = transport
protocol = udp
bind = 127.0.0.1:{port}
[itself]
type = endpoint
context = recorded_callee
aors = itself
disallow = all
allow = ulaw
direct_media = no
[itself]
type = aor
contact = sip:127.0.0.1:{port}
[itself]
type = identify
endpoint = itself
match = 127.0.0.1
"""
# Every class that a manager user may be given.
CLASSES = (
    "system,call,log,verbose,command,agent,user,config,dtmf,reporting,cdr,dialplan,originate,agi,cc,aoc,"
    "test,security,message"
).split(",")
NARROW = "read = call,dtmf,user\nwrite = originate,call,reporting,system"

EXTENSIONS = """
[general]
static = yes
[recorded_callee]
exten => digits,1,Answer()
 same => n,Wait(0.3)
 same => n,SendDTMF(3,,120)
 same => n,Wait(0.2)
 same => n,SendDTMF(9,,200)
 same => n,Wait(30)
exten => hang,1,Answer()
 same => n,Wait(0.3)
 same => n,Hangup(16)
exten => busy,1,Wait(0.1)
 same => n,Busy(1)
exten => ring,1,Ringing()
 same => n,Wait(30)
[recorded_caller]
exten => s,1,Answer()
 same => n,UserEvent(Discador,Call: ${UNIQUEID},Key: 3,Note: two words,Foo: ${FOO},Evil: ${EVIL})
 same => n,Wait(60)
exten => bridge,1,Dial(Local/hang@recorded_callee/n,5)
 same => n,Hangup()
exten => hostile,1,UserEvent(Sip,Call: ${UNIQUEID},Reason: 603 Network, Call: stolen,Uniqueid: stolen)
 same => n,Hangup(21)
[recorded_menu]
exten => s,1(start),NoOp(plain)
 same => n,Set(DISCADOR_KEY=connect)
 same => n(again),AGI(agi://127.0.0.1/key?a=1&b=2,${CALL},"quoted, comma")
 same => n,GotoIf($["${DISCADOR_KEY}" = "connect"]?out,1:again)
exten => 3,1,Goto(s,again)
exten => _[4-8],1,Goto(s,start)
exten => out,1,Dial(Local/hang@recorded_callee,30,gM(x))
exten => 9,hint,Custom:nine
include => recorded_callee
switch => Loopback/recorded_caller
ignorepat => 9
"""


class Wire:
    """One link; keeps both sides of what is said."""

    def __init__(self, port: int, sip: int = 0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.sip = sip
        self.lines: list[dict[str, str]] = []
        self.heard = b""
        self._kept = 0
        self._count = 0
        self.until(rb"\r\n")

    def until(self, pattern: bytes, since: int = 0) -> bytes:
        """Read until the pattern has come; Asterisk's silence for 20 seconds ends the recording."""
        while not re.search(pattern, self.heard[since:], re.DOTALL):
            data = self.socket.recv(65536)
            if not data:
                break
            self.heard += data
        return self.heard[since:]

    def send(self, action: Action, *, until: bytes = b"") -> bytes:
        """Ask, and read until the answer has come, and `until` after it."""
        self._count += 1
        action_id = f"rec-{self._count}"
        return self.send_raw(action.encode(action_id), action_id, action.completion, until)

    def send_raw(
        self, data: bytes, action_id: str, completion: str | None = None, until: bytes = b""
    ) -> bytes:
        self.keep()
        since = len(self.heard)
        self.lines.append({"client": data.decode("latin-1")})
        self.socket.sendall(data)
        answer = rb"Response: [^\r]*\r\n(?:[^\r]+\r\n)*?ActionID: " + action_id.encode() + rb"\r\n.*?\r\n\r\n"
        said = self.until(answer, since)
        if completion and b"Response: Error" not in said:
            ended = rb"Event: %b\r\n(?:[^\r]+\r\n)*?ActionID: %b\r\n.*?\r\n\r\n"
            said = self.until(ended % (completion.encode(), action_id.encode()), since)
        return self.until(until + rb".*?\r\n\r\n", since) if until else said

    def keep(self) -> None:
        """Move what was heard to the lines, one whole message a line."""
        while (end := self.heard.find(b"\r\n\r\n", self._kept)) >= 0:
            self.lines.append({"server": self.heard[self._kept : end + 4].decode("latin-1")})
            self._kept = end + 4

    def close(self, name: str) -> None:
        self.socket.shutdown(socket.SHUT_WR)
        self._drain()
        self.keep()
        if rest := self.heard[self._kept :]:
            self.lines.append({"server": rest.decode("latin-1")})
        text = "".join(json.dumps(line) + "\n" for line in self.lines)
        (OUT / f"{name}.jsonl").write_text(text)
        self.socket.close()

    def _drain(self) -> None:
        while data := self.socket.recv(65536):
            self.heard += data

    def login(self, user: str = "wide", secret: str = SECRET) -> None:
        said = self.send(a.Challenge())
        challenge = re.search(rb"Challenge: (\d+)", said)
        assert challenge is not None
        key = md5_key(challenge[1].decode(), secret)
        # FullyBooted is told at login to users who may read `system`.
        booted = b"Event: FullyBooted" if user == "wide" else b""
        self.send(a.Login(username=user, auth_type="MD5", key=key), until=booted)


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


def permissions(port: int) -> None:
    """Which single write class suffices for each action, tried with one user for each class."""
    allowed: dict[str, list[str]] = {type(sample).__name__: [] for sample in SAMPLES}
    for user in ("none", *CLASSES):
        wire = Wire(port)
        wire.login(user=f"only-{user}")
        for sample in SAMPLES:
            if b"Permission denied" not in wire.send(sample):
                allowed[type(sample).__name__].append(user)
        wire.socket.close()
    for name, users in allowed.items():
        if len(users) > len(CLASSES):
            allowed[name] = ["none"]
    (OUT / "permissions.json").write_text(json.dumps(allowed, indent=1) + "\n")


SCENES: dict[str, Callable[[Wire], None]] = {
    name.removeprefix("record_"): scene
    for name, scene in list(globals().items())
    if name.startswith("record_")
}


def configure(root: Path, port: int, sip: int) -> str:
    """Write the configuration under the chroot; give the path of asterisk.conf as the chroot sees it."""
    home = root / HOME
    shutil.rmtree(home, ignore_errors=True)
    for folder in ("etc", "lib", "db", "key", "spool", "run", "log"):
        (home / folder).mkdir(parents=True)
    modules = next((root / "usr/lib").glob("*/asterisk/modules")).relative_to(root)
    users = {"wide": "read = all\nwrite = all", "narrow": NARROW, "only-none": "read = none\nwrite = none"}
    users |= {f"only-{name}": f"read = none\nwrite = {name}" for name in CLASSES}
    files = {
        "asterisk.conf": f"""[directories]
astetcdir => /{HOME}/etc
astmoddir => /{modules}
astvarlibdir => /{HOME}/lib
astdbdir => /{HOME}/db
astkeydir => /{HOME}/key
astdatadir => /usr/share/asterisk
astagidir => /{HOME}/lib
astspooldir => /{HOME}/spool
astrundir => /{HOME}/run
astlogdir => /{HOME}/log
""",
        "modules.conf": "[modules]\nautoload = yes\n",
        "extensions.conf": EXTENSIONS,
        "pjsip.conf": PJSIP.format(port=sip),
        "queues.conf": "[general]\n[recorded]\nmember => Local/ring@recorded_callee,0,Agent One\n",
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
        "manager.conf": f"[general]\nenabled = yes\nwebenabled = no\nbindaddr = 127.0.0.1\nport = {port}\n"
        + "".join(f"[{name}]\nsecret = {SECRET}\n{rights}\n" for name, rights in users.items()),
    }
    for name, text in files.items():
        (home / "etc" / name).write_text(text)
    return f"/{HOME}/etc/asterisk.conf"


@contextmanager
def asterisk(root: Path) -> Iterator[tuple[int, int]]:
    """Boot it, give its AMI and its SIP port, end it."""
    with socket.create_server(("127.0.0.1", 0)) as probe, socket.socket(type=socket.SOCK_DGRAM) as second:
        second.bind(("127.0.0.1", 0))
        port, sip = probe.getsockname()[1], second.getsockname()[1]
    command = ["chroot", str(root), "asterisk", "-f", "-C", configure(root, port, sip)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        await_boot(process, root)
        yield port, sip
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(root / HOME)


def await_boot(process: subprocess.Popen[bytes], root: Path) -> None:
    """Ask Asterisk itself to say when it is fully booted."""
    ask = ["chroot", str(root), "asterisk", "-C", f"/{HOME}/etc/asterisk.conf", "-rx", "core waitfullybooted"]
    while process.poll() is None:
        if b"fully booted" in subprocess.run(ask, capture_output=True, check=False).stdout:
            return
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    sys.exit("Asterisk ended before it had booted")


def main() -> None:
    """Record every scene."""
    OUT.mkdir(exist_ok=True)
    with asterisk(Path(sys.argv[1])) as (port, sip):
        for name, scene in SCENES.items():
            wire = Wire(port, sip)
            scene(wire)
            wire.close(name)
            print(name)
        permissions(port)


if __name__ == "__main__":
    main()
