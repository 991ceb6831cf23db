"""Records what a real Asterisk says on its manager link: `record_ami.py CHROOT` writes ami/RELEASE/*.jsonl anew.

Run by hand as root, never by pytest. It boots an Asterisk of its own from the chroot, in directories of its
own and on a free port of 127.0.0.1, and takes both away. One file a conversation, one line a message:
{"client": text} is what our encoder sent, {"server": text} what came; a text is bytes read as Latin-1, so
that every byte survives.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ami_scenes import SAMPLES, SCENES
from ami_wire import OUT, SECRET, Wire

HOME = "try-record-ami"
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


def permissions(port: int, into: Path) -> None:
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
    (into / "permissions.json").write_text(json.dumps(allowed, indent=1) + "\n")


def configure(root: Path, port: int, sip: int) -> str:
    """Write the configuration under the chroot; give the path of asterisk.conf as the chroot sees it."""
    home = root / HOME
    shutil.rmtree(home, ignore_errors=True)
    for folder in ("etc", "lib", "db", "key", "spool", "run", "log"):
        (home / folder).mkdir(parents=True)
    library = root / "usr/lib"
    found = (*library.glob("asterisk/modules"), *library.glob("*/asterisk/modules"))
    modules = found[0].relative_to(root)
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


def release(root: Path) -> str:
    """Give the first figure of the Asterisk's version."""
    told = subprocess.run(["chroot", str(root), "asterisk", "-V"], capture_output=True, text=True, check=True)
    return told.stdout.split()[1].partition(".")[0]


def main() -> None:
    """Record every scene."""
    root = Path(sys.argv[1])
    into = OUT / release(root)
    into.mkdir(parents=True, exist_ok=True)
    with asterisk(root) as (port, sip):
        for name, scene in SCENES.items():
            wire = Wire(port, sip)
            scene(wire)
            wire.close(into / f"{name}.jsonl")
            print(name)
        permissions(port, into)


if __name__ == "__main__":
    main()
