"""Records what a real Asterisk says over FastAGI, hang-ups in the middle of commands included.

    python tests/transcripts/record_agi.py CHROOT [--into tests/transcripts/agi/22]

CHROOT is a folder with Asterisk installed (see scripts/lab); this script must be root, boots an Asterisk of its
own there with its own folders and ports, and removes them afterwards. It knows nothing of fastagi_server: an
answer ends when Asterisk has been silent for a while, so the transcripts are an independent witness.

A transcript is JSON lines: the first tells about it (`expect` names the answer of each question that has one),
then `{"from": "us" | "asterisk" | "ami", "bytes": "…"}` with one character per byte (Latin-1).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

QUIET = 0.4  # Asterisk answers a short command in less than 5 ms
MIDDLE = 0.4
LONGEST = {"16": 2047, "22": 8191}  # bytes of a command line, newline included, by release
ASKED = {"GET VARIABLE AMDSTATUS\n": "HUMAN", "GET VARIABLE CALLID\n": "c-17"}

# name: (command, whether it lasts so long that a hang-up falls into its middle)
COMMANDS = {
    "stream_file": ('STREAM FILE "demo-congrats" ""', True),
    "stream_missing_file": ('STREAM FILE "no-such-sound" ""', False),
    "wait_for_digit": ('WAIT FOR DIGIT "20000"', True),
    "exec_wait": ('EXEC "Wait" "20"', True),
    "exec_playback": ('EXEC "Playback" "demo-congrats"', True),
    "exec_unknown": ('EXEC "NoSuchApplication" "x"', False),
    "gosub": ('GOSUB "subroutine" "s" "1" "three"', True),
    "get_data": ('GET DATA "demo-congrats" "20000" "4"', True),
    "get_variable": ("GET VARIABLE AMDSTATUS", False),
    "get_unset_variable": ("GET VARIABLE NOSUCH", False),
    "get_full_variable": ('GET FULL VARIABLE "${AMDSTATUS}-${CALLID}"', False),
    "set_variable": ('SET VARIABLE "RESULT" "a b"', False),
    "verbose": ('VERBOSE "hello" "1"', False),
    "database_put": ('DATABASE PUT "discador" "k" "v"', False),
    "database_get": ('DATABASE GET "discador" "k"', False),
    "noop": ("NOOP", False),
    "answer": ("ANSWER", False),
    "hangup": ("HANGUP", False),
    "usage_block": ("GET VARIABLE", False),
    "usage_of_stream_file": ("STREAM FILE", False),
    "unknown_command": ("NO SUCH COMMAND", False),
}

# Values that could be taken for something else; %-encoded here because a line cannot hold them.
VALUES = {
    "newline": "a%0Ab",
    "hangup": "a%0AHANGUP%0Ab",
    "hangup_last": "a%0AHANGUP",
    "reply": "a%0A200 result=1 %28FAKE%0Ab",
    "usage": "520-x%0A520 End of proper usage.",
    "trying": "%0A100 result=0 Trying...%0A",
    "parentheses": "%28a%29 %28b",
    "opening": "%28%28",
    "endpos": "x%29 endpos=12",
    "carriage_return": "a%0D%0Ab%0D",
    "not_utf8": "Jos%C3",
    "latin1": "Jos%E9",
    "utf8": "Jos%C3%A9",
    "blank_lines": "%0A%0A",
    "long": "x" * 1900,
}

FILES = {
    "asterisk.conf": """[directories](!)
astetcdir => {inside}/etc
astmoddir => {modules}
astvarlibdir => {inside}/lib
astdbdir => {inside}/lib
astkeydir => {inside}/lib
astdatadir => /usr/share/asterisk
astagidir => {inside}/lib
astspooldir => {inside}/spool
astrundir => {inside}/run
astlogdir => {inside}/log
[options]
transmit_silence = yes
documentation_language = en_US
""",
    "modules.conf": "[modules]\nautoload=yes\n" + "".join(
        f"noload => {name}.so\n"
        for name in ("chan_iax2", "chan_sip", "chan_skinny", "chan_oss", "chan_alsa", "chan_pjsip", "chan_unistim", "chan_mgcp", "chan_dahdi", "pbx_dundi", "res_pjsip",
                     "chan_console", "chan_audiosocket", "chan_websocket", "cdr_csv", "res_hep", "res_snmp")
    ),
    "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
    "manager.conf": """[general]
enabled=yes
bindaddr=127.0.0.1
port={ami}
[recorder]
secret=recorder
read=call
write=originate,call,system
""",
    "extensions.conf": """[callee]
exten => x,1,Answer()
 same => n,Wait(120)
[subroutine]
exten => s,1,Wait(${{IF($["${{ARG1}}"="three"]?3:0)}})
 same => n,Return()
[script]
exten => request_newline,1,AGI(${{PLACE}}/${{EXTEN}},${{URIDECODE(a%0Ab)}},c)
exten => request_injected,1,Set(CALLERID(name)=${{URIDECODE(Eve%0Aagi_context: evil)}})
 same => n,AGI(${{PLACE}}/${{EXTEN}})
exten => request_blank_line,1,AGI(${{PLACE}}/${{EXTEN}},${{URIDECODE(a%0A%0A200 result=1 %28FAKE%29)}},c)
""",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def asterisk(chroot: pathlib.Path):
    """Boots an Asterisk with its own folders and gives its AMI port and version."""
    inside = pathlib.PurePosixPath(f"/try-agi-{os.getpid()}")
    home = chroot / str(inside).lstrip("/")
    port = free_port()
    modules = next(path for way in ("asterisk/modules", "*/asterisk/modules") for path in chroot.glob(f"usr/lib/{way}"))
    for folder in ("etc", "lib", "spool", "run", "log"):
        (home / folder).mkdir(parents=True)
    for name, text in FILES.items():
        filled = text.format(inside=inside, ami=port, modules="/" + str(modules.relative_to(chroot)))
        (home / "etc" / name).write_text(filled.replace("[directories](!)", "[directories]"))
    version = subprocess.run(
        ["chroot", chroot, "asterisk", "-V"], check=True, capture_output=True, text=True
    ).stdout.strip()
    child = subprocess.Popen(
        ["chroot", chroot, "asterisk", "-f", "-C", f"{inside}/etc/asterisk.conf"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            if child.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"Asterisk did not start; see {home}/log")
            time.sleep(0.1)
        subprocess.run(
            ["chroot", chroot, "asterisk", "-C", f"{inside}/etc/asterisk.conf", "-rx", "core waitfullybooted"],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60,
        )
        yield port, version
    finally:
        child.terminate()
        child.wait(20)
        shutil.rmtree(home)


class Ami:
    """As little of AMI as the recorder needs."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.heard = b""
        self.act("Login", Username="recorder", Secret="recorder", Events="off")

    def act(self, action: str, wait: bytes = b"Response: Success", **headers: str) -> None:
        lines = [f"Action: {action}", *(f"{k}: {v}" for k, v in headers.items() if k != "Variable")]
        lines += [f"Variable: {v}" for v in headers.get("Variable", [])]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        self.socket.settimeout(10)
        self.heard = b""
        while not (wait in self.heard and self.heard.endswith(b"\r\n\r\n")):
            more = self.socket.recv(65536)
            if not more or b"Response: Error" in self.heard + more and wait not in self.heard + more:
                raise SystemExit(f"AMI: {self.heard + more!r}")
            self.heard += more


class Session:
    """One recorded FastAGI session."""

    def __init__(self, ami: Ami, listener: socket.socket, name: str, data: str = "", callerid: str = "",
                 *, dialplan: bool = False) -> None:
        self.ami, self.name, self.lines, self.expect = ami, name, [], {}
        self.channel = f"recorded-{name.replace('_', '-')}-1"
        place = f"agi://127.0.0.1:{listener.getsockname()[1]}"
        script = {"Context": "script", "Exten": name, "Priority": "1"} if dialplan else {
            "Application": "AGI", "Data": f"{place}/{name}{data}"}
        ami.act(
            "Originate", Channel="Local/x@callee/n", **script, Async="true",
            CallerID=callerid or "Ana <5511>", ChannelId=self.channel, OtherChannelId=self.channel + "x",
            Variable=["AMDSTATUS=HUMAN", "CALLID=c-17", "AMDCAUSE=HUMAN-801-800", f"PLACE={place}"],
        )
        listener.settimeout(10)
        self.socket, _ = listener.accept()
        self.hear()

    def note(self, who: str, data: bytes) -> None:
        if self.lines and self.lines[-1]["from"] == who == "asterisk":
            self.lines[-1]["bytes"] += data.decode("latin-1")
        else:
            self.lines.append({"from": who, "bytes": data.decode("latin-1")})

    def hear(self, quiet: float = QUIET) -> None:
        """Take what comes until nothing has come for a while."""
        self.socket.settimeout(quiet)
        with contextlib.suppress(TimeoutError):
            while data := self.socket.recv(65536):
                self.note("asterisk", data)

    def say(self, line: str | bytes) -> None:
        data = line if isinstance(line, bytes) else line.encode() + b"\n"
        self.note("us", data)
        self.socket.sendall(data)

    def ask(self, line: str | bytes, expect: str | None = None) -> None:
        self.say(line)
        self.hear()
        if expect is not None:
            self.expect[self.lines[-2 if self.lines[-1]["from"] == "asterisk" else -1]["bytes"]] = expect

    def hang_up(self) -> None:
        self.note("ami", b"Hangup")
        self.ami.act("Hangup", Channel=self.channel)

    def close(self, folder: pathlib.Path, about: str, version: str) -> None:
        self.socket.shutdown(socket.SHUT_WR)
        self.hear()
        self.socket.close()
        first = {"about": about, "asterisk": version, "expect": self.expect}
        text = "".join(json.dumps(line) + "\n" for line in [first, *self.lines])
        (folder / f"{self.name}.jsonl").write_text(text)
        print(f"{self.name}: {len(self.lines)} lines")


def record_hangups(ami: Ami, listener: socket.socket, folder: pathlib.Path, version: str) -> None:
    for name, (command, lasts) in COMMANDS.items():
        for moment in ("during", "before") if lasts else ("before", "after", "without"):
            session = Session(ami, listener, f"{name}_{moment}")
            if moment == "during":
                session.say(command)
                session.hear(MIDDLE)
                session.hang_up()
                session.hear()
            elif moment == "before":
                session.hang_up()  # the command races Asterisk's own line about it
                session.ask(command)
            else:
                session.ask(command)
                if moment == "after":
                    session.hang_up()
            for question, answer in ASKED.items():
                session.ask(question.encode(), answer)
            session.close(folder, f"hang-up {moment} {command}", version)


def record_values(ami: Ami, listener: socket.socket, folder: pathlib.Path, version: str) -> None:
    for name, value in VALUES.items():
        session = Session(ami, listener, f"value_{name}")
        raw = value.replace("%", "\0")
        plain = bytes.fromhex(raw.encode().hex()).split(b"\0")
        meant = plain[0] + b"".join(bytes([int(part[:2], 16)]) + part[2:] for part in plain[1:])
        meant = meant.decode("utf-8", "backslashreplace")
        session.ask(f'GET FULL VARIABLE "${{URIDECODE({value})}}"', meant)
        session.ask(f'GET VARIABLE "URIDECODE({value})"', meant[:1023])
        for question, answer in ASKED.items():
            session.ask(question.encode(), answer)
        session.close(folder, f"a value that could be taken for something else: {name}", version)


def record_quoting(ami: Ami, listener: socket.socket, folder: pathlib.Path, version: str) -> None:
    session = Session(ami, listener, "quoting")
    said = {'"a b"': "a b", r'"say \"hi\""': 'say "hi"', r'"back\\slash"': r"back\slash", '"tab\there"': "tab\there",
            '""': "", '"Jos\u00e9"': "Jos\u00e9", r'"\\\""': '\\"', '"a,b;c|d"': "a,b;c|d", '"${CALLID}"': "${CALLID}"}
    for number, (spelled, meant) in enumerate(said.items()):
        session.ask(f'SET VARIABLE "SAID{number}" {spelled}')
        session.ask(f'GET VARIABLE "SAID{number}"', meant)
    head = 'SET VARIABLE "LONG" "'
    least = min(LONGEST.values())
    session.ask(head + "x" * (least - len(head) - 2) + '"')
    session.ask('GET FULL VARIABLE "${LEN(${LONG})}"', str(least - len(head) - 2))
    session.close(folder, "arguments with blanks, quotes, backslashes, and of the greatest length", version)
    session = Session(ami, listener, "overlong")
    most = LONGEST["16" if re.search(r"\b16\.", version) else "22"]
    session.ask(head + "x" * (most + 1 - len(head) - 2) + '"')
    session.ask('GET FULL VARIABLE "${LEN(${LONG})}"')
    told = f"a line of {most + 1} bytes: Asterisk answers it twice, and our core never writes it"
    session.close(folder, told, version)


def record_requests(ami: Ami, listener: socket.socket, folder: pathlib.Path, version: str) -> None:
    session = Session(ami, listener, "request_arguments", "?a=1&b=2,one,two words,,four")
    session.close(folder, "a request with a query and four arguments, one of them empty", version)
    session = Session(ami, listener, "request_not_utf8", callerid="Jos\xe9 <5511>")
    session.ask('GET VARIABLE "CALLERID(name)"', "Jos\\xe9")
    session.close(folder, "a caller's name that is not UTF-8", version)
    for name in ("request_newline", "request_injected", "request_blank_line"):
        session = Session(ami, listener, name, dialplan=True)
        if name == "request_newline":
            session.ask(b"GET VARIABLE CALLID\n", "c-17")
        session.close(folder, f"a request made by the dialplan, context script, extension {name}", version)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("chroot", type=pathlib.Path)
    words.add_argument("--into", type=pathlib.Path, help="unless told, agi/ and the release in figures")
    given = words.parse_args()
    with asterisk(given.chroot) as (port, version), socket.create_server(("127.0.0.1", 0)) as listener:
        ami = Ami(port)
        into = given.into or pathlib.Path(__file__).parent / "agi" / re.findall(r"\d+", version)[0]
        into.mkdir(parents=True, exist_ok=True)
        for record in (record_requests, record_quoting, record_values, record_hangups):
            record(ami, listener, into, version)


if __name__ == "__main__":
    main()
